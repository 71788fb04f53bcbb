# SPDX-License-Identifier: Apache-2.0
"""The monitor on the virtual boards with DFSDM or ADC: from a sound to samples, bit for bit.

What reaches m2m_push() is compared with the host's own chain: modulator, sinc filter and the
decimator in Python, or the levels at the ADC's sampling times; events with those of the host twin.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from generator.boards.port import make_port
from generator.boards.record import BoardSpec
from generator.firmware import Firmware
from generator.host.continuous_twin import build_continuous_twin
from generator.microphone.reference import Decimator
from generator.microphone.tables import decimator_of
from generator.model.event_rule import EventKind
from generator.project.applications import MONITOR
from generator.project.manifest import read_project
from generator.repository import REPO_ROOT
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from hil.virtual.sound.analog import AnalogSource
from hil.virtual.stm32.adc import Adc
from hil.virtual.wiring import AnalogMicrophone
from sounds.place import find_directory
from tests.hil.virtual.stm32.test_dfsdm import expected_words, run_of, tone
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL
from tests.support.pushed_samples import PushedSamples

RATE_HZ = 16_000
RUN_S = 0.7
DOG = "1-32318-A-0"
LOUDER_DB = 6
"""Than its file is."""
SAMPLES_EACH = 16
ADC_HZ = 40_000_000


def monitor_of(board: BoardSpec, toolchain: Toolchain) -> Firmware:
    return stored_firmware(board, OWN_MODEL, toolchain=toolchain, application=MONITOR)


def start(firmware: Firmware, board: BoardSpec) -> tuple[Machine, PushedSamples]:
    machine = Machine(board)
    machine.load_elf(firmware.image.elf)
    return machine, PushedSamples(machine)


def decimated(board: BoardSpec, words: NDArray[np.int64]) -> NDArray[np.int16]:
    """What the decimator in Python makes of words as the data register holds them."""
    port = make_port(board, RATE_HZ).microphone
    assert port is not None
    even = words[: len(words) // 2 * 2].astype(np.int32)
    return Decimator(decimator_of(port)).push(even)


@pytest.mark.parametrize("name", ["l475", "l4r5", "h743", "h7a3"])
def test_samples_by_the_dfsdm_are_those_of_the_hosts_chain(
    boards: dict[str, BoardSpec], toolchain: Toolchain, name: str
) -> None:
    board = boards[name]
    machine, pushed = start(monitor_of(board, toolchain), board)
    machine.hear(tone(RUN_S, 0.05), 48_000)
    machine.run(RUN_S)
    run = run_of(machine)
    words = expected_words(run, machine, run.made) << 8 | run.channel
    assert len(pushed.samples) > (RUN_S - 0.25) * RATE_HZ
    assert np.array_equal(pushed.samples, decimated(board, words)[: len(pushed.samples)])
    assert np.abs(pushed.samples).max() > 2000


def adc_words(machine: Machine, count: int) -> NDArray[np.int64]:
    """Sums of codes at the ADC's sampling times, from the level at each of them."""
    adc = machine.peripherals["ADC1"]
    wired = machine.wiring.microphone
    assert isinstance(adc, Adc)
    assert isinstance(wired, AnalogMicrophone)
    assert adc.run is not None
    conversion = adc.run.conversion
    assert (int(conversion.clock_hz), conversion.samples) == (ADC_HZ, SAMPLES_EACH)
    assert conversion.shift == 0
    triggers = adc.run.timer.times_ps(adc.run.first, adc.run.first + count)
    period_ps = 10**12 // (2 * RATE_HZ)
    assert set(np.diff(triggers)) == {period_ps}
    cycle_ps = 10**12 // ADC_HZ
    held = [
        int((conversion.sample_cycles + n * (conversion.sample_cycles + 12.5)) * cycle_ps)
        for n in range(SAMPLES_EACH)
    ]
    times = (triggers[:, np.newaxis] + np.array(held)).ravel()
    levels = AnalogSource(machine.sound, adc.source_start_ps).levels_at(times)
    codes = np.rint((wired.bias + wired.full_scale * levels / 2) * 4096).astype(np.int64)
    return codes.reshape(-1, SAMPLES_EACH).sum(axis=1)


def test_samples_by_the_adc_are_those_of_the_hosts_chain(
    boards: dict[str, BoardSpec], toolchain: Toolchain
) -> None:
    board = boards["l432"]
    machine, pushed = start(monitor_of(board, toolchain), board)
    machine.hear(tone(RUN_S, 0.05), 48_000)
    machine.run(RUN_S + 0.5)
    adc = machine.peripherals["ADC1"]
    assert isinstance(adc, Adc)
    assert adc.run is not None
    words = adc_words(machine, adc.run.made)
    assert len(pushed.samples) > 0.5 * RATE_HZ
    assert np.array_equal(pushed.samples, decimated(board, words)[: len(pushed.samples)])


def test_a_dog_is_told_as_the_host_twin_tells_it(
    boards: dict[str, BoardSpec], toolchain: Toolchain
) -> None:
    directory = find_directory(None, os.environ, REPO_ROOT)
    if directory is None:
        pytest.skip("no data set: name one in ESC-50's layout by ESC10_DIR, or `make dataset`")
    board = boards["l475"]
    assert board.microphone is not None
    (path,) = (directory / "audio").glob(f"{DOG}.*")
    levels, rate_hz = soundfile.read(path)
    firmware = monitor_of(board, toolchain)
    machine, pushed = start(firmware, board)
    machine.run(0.5)
    machine.hear(levels * 10 ** ((LOUDER_DB - board.microphone.gain_db) / 20), rate_hz)
    machine.run(5.0)
    lines = bytes(machine.line.from_board).decode().split("\r\n")
    told = [line.split()[:3] + line.split()[3:4] for line in lines if line[:1].isdigit()]
    info = read_project(firmware.image.project_dir).info
    twin = build_continuous_twin(firmware.image.project_dir).run(pushed.samples)
    assert [line[2] for line in told] == [info.labels[event.label] for event in twin.events]
    assert [line[3] == "ends" for line in told] == [
        event.kind is EventKind.ENDS for event in twin.events
    ]
    for line, event in zip(told, twin.events, strict=True):
        hundredths = event.sample * 1000 // RATE_HZ // 10
        assert line[0] == f"{hundredths // 100}.{hundredths % 100:02d}"
    assert "dog" in [line[2] for line in told]
