# SPDX-License-Identifier: Apache-2.0
"""The monitor on virtual boards: real sounds through the microphone to lines and an LED.

What it prints is held against the host twin that is given the same samples, frame by frame.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from generator.actions import actions_path
from generator.boards.record import BoardSpec
from generator.firmware import Firmware
from generator.host.continuous_twin import Heard, build_continuous_twin
from generator.model.decision_file import settings_path
from generator.model.event_rule import Event, EventKind
from generator.project.applications import MONITOR
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR, read_project
from generator.repository import REPO_ROOT
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from hil.virtual.stm32.boards import WIRING
from hil.virtual.stm32.leds_and_buttons import leds_of
from hil.virtual.symbols import read_elf
from sounds.place import find_directory
from tests.firmware.test_faults import UNDEFINED, address_of, overwrite
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL
from tests.support.pushed_samples import PushedSamples

RAM_BUDGET_BYTES = 60_000
"""Of the whole image, stack included, on every board."""

DOG, RAIN = "1-32318-A-0", "1-17367-A-10"
CLIP_BEGIN_S = 0.3
RUN_S = 5.4
BANNER = "# mel2metal monitor u585 yamnet_256_esc10"
LOAD = re.compile(r"# load (\d+) % asleep (\d+) % overruns (\d+) dropped (\d+)")

LEDS = "on: {dog: {led: green}, rain: {led: red}}\n"
EVENTS = "events: {smoothing_s: 1.5, begin: 0.6, end: 0.3, minimum_s: 1.0}\n"
"""Two means of two patches, one after the other, must say so: 2 to 3 s of a sound."""


@dataclass
class Listening:
    """A monitor that runs, and what it has printed so far."""

    machine: Machine
    pushed: PushedSamples
    text: bytearray = field(default_factory=bytearray)

    def run(self, seconds: float) -> None:
        """Let it run, and take what it prints."""
        self.machine.run(seconds)
        self.text += self.machine.line.from_board
        self.machine.line.forget_received()

    def run_until(self, seconds: float) -> None:
        while self.machine.seconds < seconds:
            self.run(min(0.1, seconds - self.machine.seconds))

    @property
    def lines(self) -> list[str]:
        """Those that are whole."""
        return self.text.decode().split("\r\n")[:-1]

    def lines_of(self, beginning: str) -> list[str]:
        return [line for line in self.lines if line.startswith(beginning)]

    @property
    def event_lines(self) -> list[str]:
        return [line for line in self.lines if line[:1].isdigit()]


@pytest.fixture(scope="module")
def monitor(
    boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Firmware:
    """The shipped model, with settings and LEDs beside it."""
    folder = tmp_path_factory.mktemp("model")
    for path in OWN_MODEL.parent.glob(f"{OWN_MODEL.stem}.*"):
        shutil.copy(path, folder)
    model = folder / OWN_MODEL.name
    settings_path(model).write_text(EVENTS)
    actions_path(model).write_text(LEDS)
    return stored_firmware(boards["u585"], model, toolchain=toolchain, application=MONITOR)


def sound_of(clip: str, board: BoardSpec) -> tuple[NDArray[np.float64], int]:
    """A clip of ESC-10, as loud at the microphone that its gain makes full scale of full scale."""
    directory = find_directory(None, os.environ, REPO_ROOT)
    if directory is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    (path,) = (directory / "audio").glob(f"{clip}.*")
    levels, rate_hz = soundfile.read(path)
    assert board.microphone is not None
    return levels * 10 ** (-board.microphone.gain_db / 20), rate_hz


def start(firmware: Firmware, board: str = "u585") -> Listening:
    machine = Machine(board)
    machine.load_elf(firmware.image.elf)
    return Listening(machine, PushedSamples(machine))


def event_line(event: Event, labels: Sequence[str], rate_hz: int) -> str:
    """As docs/monitor.md has it, computed apart from the C."""
    hundredths = event.sample * 1000 // rate_hz // 10
    time = f"{hundredths // 100}.{hundredths % 100:02d} s {labels[event.label]}"
    if event.kind is EventKind.ENDS:
        return f"{time} ends"
    return f"{time} {permille(event.score) / 1000 + 1e-9:.2f}"


def permille(score: int) -> int:
    return ((int(score) + 128) * 1000 + 128) // 256


def twin_of(firmware: Firmware, samples: NDArray[np.int16]) -> Heard:
    return build_continuous_twin(firmware.image.project_dir).run(samples)


@pytest.fixture(scope="module", params=[DOG, RAIN], ids=["dog", "rain"])
def heard(
    request: pytest.FixtureRequest, monitor: Firmware, boards: dict[str, BoardSpec]
) -> tuple[str, Listening]:
    """A clip of five seconds, heard with frames and scores printed."""
    sound, rate_hz = sound_of(request.param, boards["u585"])
    listening = start(monitor)
    listening.run_until(0.25)
    listening.machine.send(b"v")
    listening.run_until(CLIP_BEGIN_S)
    listening.machine.hear(sound, rate_hz)
    listening.run_until(RUN_S)
    return request.param, listening


def test_the_first_lines(heard: tuple[str, Listening], monitor: Firmware) -> None:
    lines = heard[1].lines
    labels = read_project(monitor.image.project_dir).info.labels
    assert lines[0].startswith(BANNER)
    assert lines[1 : 1 + len(labels)] == [f"# class {i} {name}" for i, name in enumerate(labels)]
    assert "# verbose on" in lines


def test_all_that_is_printed_is_what_the_host_computes(
    heard: tuple[str, Listening], monitor: Firmware
) -> None:
    """Frames, scores and events, bit for bit: from the very samples that the board had."""
    _, listening = heard
    info = read_project(monitor.image.project_dir).info
    twin = twin_of(monitor, listening.pushed.samples)
    frames = [bytes.fromhex(line[2:]) for line in listening.lines_of("f ")]
    expected = [frame.tobytes() for frame in twin.frames]
    silent = len(expected) - len(frames)  # those before the line was verbose
    assert 0 <= silent < 30 and len(frames) > 400
    assert frames == expected[silent:]
    scores = [
        [permille(score) for score in step.scores] for step in twin.steps if step.scores is not None
    ]
    printed = [[int(word) for word in line.split()[2:]] for line in listening.lines_of("p ")]
    assert printed == scores and len(printed) >= 6
    rate_hz = info.frontend.sample_rate_hz
    assert listening.event_lines == [event_line(e, info.labels, rate_hz) for e in twin.events]


def test_the_led_is_lit_by_a_dog_and_by_no_rain(heard: tuple[str, Listening]) -> None:
    clip, listening = heard
    leds = leds_of(listening.machine)
    on, off = ("green", "red") if clip == DOG else ("red", "green")
    assert leds[off].changes == []
    first = leds[on].changes[0]
    assert first.lit
    if clip == DOG:
        assert 2.0 <= first.seconds - CLIP_BEGIN_S <= 3.0
    begins = [line for line in listening.event_lines if "ends" not in line]
    assert any(f" s {'dog' if clip == DOG else 'rain'} " in line for line in begins)


def test_nothing_is_lost_and_it_sleeps_most_of_the_time(heard: tuple[str, Listening]) -> None:
    loads = [LOAD.fullmatch(line) for line in heard[1].lines_of("# load")]
    assert len(loads) >= 4
    for load in loads:
        assert load is not None
        busy, asleep, overruns, dropped = map(int, load.groups())
        assert busy + asleep == 100
        assert 0 < busy < 45
        assert (overruns, dropped) == (0, 0)
    assert heard[1].machine.resets == []


def test_help_and_quiet_again(monitor: Firmware) -> None:
    listening = start(monitor)
    listening.run_until(0.3)
    listening.machine.send(b"v")
    listening.run(0.05)
    listening.machine.send(b"x\r\n?v")
    listening.run(0.1)
    helped = listening.lines
    assert helped.count(helped[0]) == 2, "the banner again"
    assert len(listening.lines_of("# help ")) == 2
    assert [line for line in helped if "verbose" in line] == ["# verbose on", "# verbose off"]
    assert len(listening.lines_of("# class ")) == 20
    listening.machine.hear(np.random.default_rng(1).normal(0, 0.1, 8000), 16_000)
    listening.run(0.3)
    assert listening.lines == helped, "not verbose: frames are not printed"


def test_a_fault_is_told_and_the_part_starts_again(monitor: Firmware) -> None:
    elf = monitor.image.elf
    address = address_of(elf, "m2m_push")
    segments, _ = read_elf(elf)
    machine = Machine("u585")
    machine.load_segments(overwrite(address, UNDEFINED)(segments))
    machine.take_symbols(elf)
    listening = Listening(machine, PushedSamples(machine))
    listening.run(0.4)
    fault = listening.lines_of("# fault")[0]
    assert fault.startswith(f"# fault UsageFault (undefined instruction) pc 0x{address:08x} lr 0x")
    assert len(listening.machine.resets) >= 1
    assert sum(line.startswith(BANNER) for line in listening.lines) >= 2
    ended = listening.lines_of("# ended")[0]
    assert ended.startswith("# ended by a fault in phase listen, reset 1: UsageFault (undefined")
    assert f"pc 0x{address:08x}" in ended


def test_a_microphone_that_falls_silent_resets_the_part(monitor: Firmware) -> None:
    """Without words the watchdog is not fed."""
    listening = start(monitor)
    listening.run_until(0.3)
    dma = listening.machine.peripherals["GPDMA1"]
    control = 0x50 + 0x80 * 2 + 0x14  # C2CR: suspend
    dma.write(control, 4, dma.read(control, 4) | 1 << 2)
    with pytest.raises(Exception, match="WATCHDOG_RESET"):
        listening.run(3.0)


@pytest.mark.parametrize("board", ["u585", "u575", "l475", "l4r5", "l432", "h743", "h7a3"])
def test_every_board_with_a_microphone_has_a_monitor(
    boards: dict[str, BoardSpec], toolchain: Toolchain, board: str
) -> None:
    if boards[board].microphone is None:
        pytest.skip(f"the record of {board} has no microphone")
    made = stored_firmware(boards[board], OWN_MODEL, toolchain=toolchain, application=MONITOR)
    footprint = made.footprint
    assert footprint.image.ram_bytes <= RAM_BUDGET_BYTES
    assert footprint.by_part["board"].flash_bytes > 0
    assert footprint.by_part["microphone"].ram_bytes > 4 * 1280, "its ring is part of its share"
    if WIRING[board].microphone is None:
        return  # the board carries none: it wants one on its headers, which nobody has plugged in
    listening = start(made, board)
    listening.run_until(0.2)
    assert listening.lines[0].startswith(f"# mel2metal monitor {board} ")
    dark = leds_of(listening.machine)
    assert dark and all(led.changes == [] for led in dark.values())
    project = made.image.project_dir
    assert (project / OUTPUT_DIR / f"{IMAGE_NAME}.elf").is_file()
