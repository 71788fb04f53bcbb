# SPDX-License-Identifier: Apache-2.0
"""Real clips as a microphone hears them, against the same clips over the UART: decisions agree.

The microphone's path is the host's chain (a modulator of second order, CIC filter, decimator in
Python, the image's C for this machine), which the virtual board follows bit for bit with a
modulator of its own (test_monitor_hears.py). Clips sound at their own level, and with the gain of
the board's record at a level lower by that gain.
MICROPHONE_CLIPS=40 takes more of them (`make microphone-clips`).
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.boards.boards_file import load_board
from generator.boards.port import make_port
from generator.firmware import make_firmware, make_project
from generator.host.frontend_twin import Samples
from generator.host.twin import HostTwin, build_host_twin
from generator.microphone.reference import Decimator
from generator.microphone.tables import decimator_of
from generator.network import read_network
from generator.project.applications import MONITOR
from generator.repository import DEFAULT_BOARDS_FILE, DEFAULT_MODEL, REPO_ROOT
from generator.toolchain.locate import Toolchain
from hil.clips.clip_set import Clip, load_clips
from hil.virtual.machine import Machine
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.sound.cic import cic_state, sinc_decimate
from hil.virtual.sound.sound import Sound
from sounds.place import find_directory
from tests.support.overheard import Overheard
from tests.support.second_order import second_order_bits

CLIPS = int(os.environ.get("MICROPHONE_CLIPS", "4"))
RATE_HZ, CLOCK_HZ, DECIMATION = 16_000, 1_600_000, 50
LEAST_AGREEMENT = 0.95


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> HostTwin:
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    folder: Path = tmp_path_factory.mktemp("project")
    network = read_network(DEFAULT_MODEL, None)
    return build_host_twin(make_project(board, network, folder, taps=False).directory)


def through_microphone(samples: Samples, gain_db: float) -> Samples:
    """The samples that the decimator makes of sound that is `gain_db` below full scale."""
    port = make_port(load_board(DEFAULT_BOARDS_FILE, "u585"), RATE_HZ).microphone
    assert port is not None
    tables = decimator_of(replace(port, gain_db=gain_db))
    settle_ps = tables.settle_samples * PS_PER_SECOND // RATE_HZ
    sound = Sound()
    end_ps = sound.play(samples / 32768 * 10 ** (-gain_db / 20), RATE_HZ, settle_ps)
    pairs = round(end_ps * RATE_HZ / PS_PER_SECOND)
    bits = second_order_bits(sound, CLOCK_HZ, 2 * DECIMATION * pairs)
    words = sinc_decimate(bits, 4, DECIMATION, cic_state())
    return Decimator(tables).push((words << 8).astype(np.int32))


def chosen_clips() -> list[Clip]:
    """As many clips as asked for, of all classes; skips without a data set."""
    directory = find_directory(None, os.environ, REPO_ROOT)
    if directory is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    return list(load_clips(directory, limit=CLIPS).clips)


def disagreements(twin: HostTwin, clips: list[Clip], gain_db: float) -> list[str]:
    """A line for each clip whose decisions differ."""
    lines = []
    for clip in clips:
        samples = clip.read(RATE_HZ)
        by_uart = twin.run_clip(samples)
        heard = twin.run_clip(through_microphone(samples, gain_db))
        if by_uart.decision != heard.decision:
            lines.append(
                f"{clip.name}: class {by_uart.decision} over the UART"
                f" ({len(by_uart.patches)} patches, {by_uart.gated_samples} samples gated),"
                f" {heard.decision} from the microphone"
                f" ({len(heard.patches)} patches, {heard.gated_samples} samples gated)"
            )
    return lines


def check(twin: HostTwin, gain_db: float) -> None:
    clips = chosen_clips()
    lines = disagreements(twin, clips, gain_db)
    text = "\n".join((f"{len(clips) - len(lines)} of {len(clips)} decisions agree", *lines))
    print(text)
    assert len(clips) - len(lines) >= LEAST_AGREEMENT * len(clips), text


def test_decisions_agree_with_those_of_the_uart(twin: HostTwin) -> None:
    check(twin, 0.0)


@pytest.mark.skipif("MICROPHONE_CLIPS" not in os.environ, reason="make microphone-clips")
def test_with_the_boards_gain_few_more_differ(twin: HostTwin) -> None:
    """The microphone's noise is above the gate's 2 steps then: digital silence is heard as noise.

    Clips that are mostly silence have patches of noise then, which the UART's gate drops.
    """
    port = make_port(load_board(DEFAULT_BOARDS_FILE, "u585"), RATE_HZ).microphone
    assert port is not None
    check(twin, port.gain_db)


@pytest.mark.skipif("MICROPHONE_CLIPS" not in os.environ, reason="make microphone-clips")
def test_clips_on_the_virtual_board(twin: HostTwin, tmp_path: Path, toolchain: Toolchain) -> None:
    """Four of them through the whole image: the class with the highest mean of its patches."""
    board = load_board(DEFAULT_BOARDS_FILE, "u585")
    network = read_network(DEFAULT_MODEL, None)
    made = make_firmware(board, network, toolchain, out_dir=tmp_path, application=MONITOR)
    machine = Machine("u585")
    machine.load_elf(made.image.project_dir / "out" / "mel2metal.elf")
    heard = Overheard(machine)
    heard.run(0.5)
    machine.send(b"v")
    port = make_port(board, RATE_HZ).microphone
    assert port is not None
    loud = [clip for clip in chosen_clips() if not twin.run_clip(clip.read(RATE_HZ)).gated_samples]
    for clip in loud[:4]:
        samples = clip.read(RATE_HZ)
        heard.run(3.0)
        before = len(heard.said("p "))
        heard.hear(samples / 32768 * 10 ** (-port.gain_db / 20), RATE_HZ)
        scores = np.array([line.split()[2:] for line in heard.said("p ")[before + 1 :]], np.int64)
        assert len(scores) >= 4
        assert int(scores.sum(axis=0).argmax()) == twin.run_clip(samples).decision, clip.name
