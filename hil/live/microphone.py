# SPDX-License-Identifier: Apache-2.0
"""A microphone of this machine, by sounddevice (PortAudio), resampled to the front-end's rate."""

from __future__ import annotations

import queue
import sys
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from generator.errors import ToolError
from generator.extras import LIVE, how_to_install
from hil.live.sources import PIECE_S
from sounds.decode import to_int16

Samples = npt.NDArray[np.int16]

LONGEST_WAIT_S = 2.0
"""Sound that may wait to be taken; what is older is dropped, and counted."""

FILES_INSTEAD = "or play files: --wav FILE"
PORTAUDIO = "install PortAudio (Debian, Ubuntu: apt-get install libportaudio2; Fedora: portaudio)"


def open_microphone(device: str | None, sample_rate_hz: int) -> Microphone:
    """Open a microphone; `device`: its number, or a part of its name; None: the system's own.

    Raises ToolError where sounddevice, PortAudio or the microphone is missing.
    """
    library = _sounddevice()
    chosen: int | str | None = int(device) if device and device.isdecimal() else device
    try:
        known = library.query_devices(chosen, "input")
        rate_hz = round(float(known["default_samplerate"]))
        return Microphone(library, chosen, str(known["name"]), rate_hz, sample_rate_hz)
    except (library.PortAudioError, ValueError) as error:
        what = "there is no microphone" if device is None else f"no microphone {device!r}"
        raise ToolError(
            f"{what}: {error}",
            f"`{sys.executable} -m sounddevice` lists what there is; {FILES_INSTEAD}",
        ) from error


def require_microphone() -> None:
    """Raise ToolError where sounddevice or PortAudio is missing."""
    _sounddevice()


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ModuleNotFoundError as error:
        what = "a microphone of this machine needs the Python package sounddevice"
        raise ToolError(what, f"{how_to_install(LIVE)}; {FILES_INSTEAD}") from error
    except OSError as error:  # its own words for a PortAudio that is not there
        raise ToolError(f"sounddevice: {error}", f"{PORTAUDIO}; {FILES_INSTEAD}") from error
    return sounddevice


class Microphone:
    """Sound as it comes; PortAudio's thread puts it into a queue."""

    is_live = True
    piece_s = PIECE_S

    def __init__(
        self, library: Any, device: int | str | None, name: str, rate_hz: int, sample_rate_hz: int
    ) -> None:
        import soxr

        self.text = f"microphone {name}, {rate_hz / 1e3:g} kHz"
        self._blocks: queue.SimpleQueue[npt.NDArray[np.float32]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._lost = 0  # of the device's samples
        self._dropped = 0.0  # of the front-end's
        self._ratio = sample_rate_hz / rate_hz
        self._most_blocks = max(2, round(LONGEST_WAIT_S / PIECE_S))
        self._resample = soxr.ResampleStream(rate_hz, sample_rate_hz, 1, dtype="float32")
        self._stream = library.InputStream(
            samplerate=rate_hz,
            blocksize=round(PIECE_S * rate_hz),
            device=device,
            channels=1,
            dtype="float32",
            callback=self._take,
        )
        self._stream.start()

    def _take(self, block: Any, frames: int, time_info: Any, status: Any) -> None:
        """Called by PortAudio's thread: no work here, and no exception."""
        if getattr(status, "input_overflow", False):
            with self._lock:
                self._lost += frames  # how many PortAudio lost it does not say
        while self._blocks.qsize() >= self._most_blocks:
            try:
                gone = len(self._blocks.get_nowait())
            except queue.Empty:
                break
            with self._lock:
                self._lost += gone
        self._blocks.put(np.array(block[:, 0], np.float32))

    @property
    def behind_s(self) -> float:
        """Sound that waits in the queue."""
        return self._blocks.qsize() * PIECE_S

    def read(self, timeout_s: float) -> Samples | None:
        """What has come, one block; empty where none comes within the timeout."""
        try:
            block = self._blocks.get(timeout=timeout_s) if timeout_s > 0 else self._newest()
        except queue.Empty:
            if not self._stream.active:
                raise ToolError(
                    f"{self.text} has gone", "is it still plugged in? Start again"
                ) from None
            return np.zeros(0, np.int16)
        return to_int16(np.clip(self._resample.resample_chunk(block), -1, 1))

    def _newest(self) -> npt.NDArray[np.float32]:
        return self._blocks.get_nowait()

    def take_dropped(self) -> int:
        """Samples of the front-end's rate that were dropped since the last call."""
        with self._lock:
            lost, self._lost = self._lost, 0
        self._dropped += lost * self._ratio
        whole = int(self._dropped)
        self._dropped -= whole
        return whole

    def take_news(self) -> str | None:
        """Nothing."""
        return None

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()
