# SPDX-License-Identifier: Apache-2.0
"""The microphone of this machine: sounddevice as it is, absent, and without PortAudio."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soxr

from generator.errors import ToolError
from hil.live.microphone import LONGEST_WAIT_S, Microphone, open_microphone, require_microphone
from hil.live.sources import PIECE_S
from mel2metal.__main__ import main
from sounds.decode import to_int16

RATE_HZ, DEVICE_HZ = 16_000, 48_000
BLOCK = round(PIECE_S * DEVICE_HZ)


class FakeSounddevice(ModuleType):
    """Its interface as far as it is used: version 0.5."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("sounddevice")
        self.streams: list[Any] = []

    def query_devices(self, device: object, kind: str) -> dict[str, object]:
        assert kind == "input"
        if device == "none":
            raise ValueError(f"No input device matching {device!r}")
        if device == 7:
            raise self.PortAudioError("Error querying device 7")
        return {"name": "Built-in", "default_samplerate": float(DEVICE_HZ)}

    def InputStream(self, **given: object) -> object:  # noqa: N802
        stream = SimpleNamespace(
            active=True, given=given, start=lambda: None, close=lambda: None, **given
        )
        self.streams.append(stream)
        return stream


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> FakeSounddevice:
    fake = FakeSounddevice()
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    return fake


def opened(library: FakeSounddevice) -> tuple[Microphone, Any]:
    microphone = open_microphone(None, RATE_HZ)
    return microphone, library.streams[0]


def block_of(values: Any) -> Any:
    return np.asarray(values, np.float32)[:, None]


def test_sound_comes_at_the_front_end_s_rate_and_level(library: FakeSounddevice) -> None:
    microphone, stream = opened(library)
    assert (stream.given["samplerate"], stream.given["channels"]) == (DEVICE_HZ, 1)
    time_s = np.arange(60 * BLOCK) / DEVICE_HZ
    tone = (0.5 * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)
    pieces = []
    for at in range(0, len(tone), BLOCK):
        stream.callback(block_of(tone[at : at + BLOCK]), BLOCK, None, None)
        pieces.append(microphone.read(0.0))
    heard = np.concatenate([piece for piece in pieces if piece is not None])
    whole = to_int16(soxr.resample(tone, DEVICE_HZ, RATE_HZ, quality="HQ"))
    assert len(heard) == pytest.approx(len(whole), abs=1000)  # the resampler holds some back
    assert np.abs(heard[2000:8000]).max() == pytest.approx(16_384, rel=0.01)
    assert np.abs(heard[: len(whole)].astype(int) - whole[: len(heard)]).max() < 200


def test_nothing_came_is_no_end(library: FakeSounddevice) -> None:
    microphone, _ = opened(library)
    for timeout_s in (0.0, 0.001):
        piece = microphone.read(timeout_s)
        assert piece is not None and len(piece) == 0


def test_sound_that_waits_too_long_is_dropped_and_counted(library: FakeSounddevice) -> None:
    microphone, stream = opened(library)
    blocks = round(LONGEST_WAIT_S / PIECE_S) + 10
    for _ in range(blocks):
        stream.callback(block_of(np.zeros(BLOCK)), BLOCK, None, None)
    assert microphone.behind_s == pytest.approx(LONGEST_WAIT_S, abs=2 * PIECE_S)
    dropped = microphone.take_dropped()
    assert dropped == pytest.approx(10 * PIECE_S * RATE_HZ, abs=PIECE_S * RATE_HZ)
    assert microphone.take_dropped() == 0


def test_what_portaudio_lost_is_counted(library: FakeSounddevice) -> None:
    microphone, stream = opened(library)
    overflow = SimpleNamespace(input_overflow=True)
    stream.callback(block_of(np.zeros(BLOCK)), BLOCK, None, overflow)
    assert microphone.take_dropped() == BLOCK // 3


def test_a_microphone_that_is_unplugged_is_told(library: FakeSounddevice) -> None:
    microphone, stream = opened(library)
    stream.active = False
    with pytest.raises(ToolError, match="has gone"):
        microphone.read(0.0)


@pytest.mark.parametrize(("device", "said"), [("none", "'none'"), ("7", "'7'")])
def test_a_microphone_that_is_not_there_is_told(
    library: FakeSounddevice, device: str, said: str
) -> None:
    with pytest.raises(ToolError, match=said) as error:
        open_microphone(device, RATE_HZ)
    assert "-m sounddevice" in error.value.remedy


def test_a_device_may_be_named_by_its_number(library: FakeSounddevice) -> None:
    open_microphone("3", RATE_HZ)
    assert library.streams[0].given["device"] == 3


def absent(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "sounddevice":
            raise error
        return real(name, *arguments, **named)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)


def test_without_the_package_the_command_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    absent(monkeypatch, ModuleNotFoundError("No module named 'sounddevice'", name="sounddevice"))
    assert main(["live", "--board", "u585", "--virtual"]) == 3
    said = capsys.readouterr().err
    assert "needs the Python package sounddevice" in said
    assert "make microphone" in said and "--wav FILE" in said


def test_without_portaudio_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    absent(monkeypatch, OSError("PortAudio library not found"))
    with pytest.raises(ToolError, match="PortAudio library not found") as error:
        require_microphone()
    assert "libportaudio2" in error.value.remedy


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fast"], "--fast: a microphone's sound comes as time passes"),
        (["--wav", "no.wav", "--microphone", "x"], "--microphone: --wav says what is heard, too"),
        (["--wav", "no.wav"], "--wav no.wav: there is no such file"),
        (["--board", "l475"], "--board: sound is played to one board at a time"),
        (["--record", "{file}"], "is a file"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_built(
    arguments: list[str],
    said: str,
    tmp_path: Any,
    library: FakeSounddevice,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    words = [word.replace("{file}", str(tmp_path / "file")) for word in arguments]
    assert main(["live", "--board", "u585", "--virtual", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not library.streams


def test_files_for_the_ears_of_a_real_board_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["--board-microphone", "--wav", "a.wav", "b.wav"]
    assert main(["live", "--board", "u585", *words]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "the microphone of a board hears what sounds around it, no files" in said
    assert "a.wav" in said and "b.wav" in said  # all faults together
