# SPDX-License-Identifier: Apache-2.0
"""A debug session and flash: only what differs is written, read back, and nothing left behind."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec
from generator.boards.registry import family_of
from generator.errors import InputError, ToolError
from generator.repository import REPO_ROOT
from hil.boards.image import BuiltImage
from hil.boards.pyocd_programmer import PyocdProgrammer
from hil.probe import flashing
from hil.probe.flashing import VerificationError, flash_image
from hil.probe.session import ProbeAbsentError, debug_session, find_probe, hardware_reset
from hil.virtual.debug.debug_bus import C_DEBUGEN, DEMCR, DHCSR, DebugBus
from hil.virtual.host_ports import registry
from hil.virtual.machine import Machine
from tests.hil.virtual.images import compile_image
from tests.support.store import STORE

pytestmark = pytest.mark.slow

FLASH = 0x0800_0000
SECTOR_BYTES = 8192
PROGRAM = """
volatile uint32_t started;
void reset(void) { started++; for (;;) { __asm volatile("dsb\\n wfi\\n isb"); } }
"""
_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def spec() -> BoardSpec:
    return load_boards(REPO_ROOT / "boards.yaml")["u585"]


@pytest.fixture
def probe() -> Iterator[str]:
    """The probe of a blank board."""
    name = f"u585-flashing{next(_NUMBERS)}"
    registry.register(name, Machine("u585"))
    yield f"virtual:{name}"
    registry.unregister(name)


def machine_of(probe: str) -> Machine:
    machine = registry.lookup(probe.partition(":")[2])
    assert machine is not None
    return machine


def program_image() -> bytes:
    """A program that runs, with noise after it: three sectors."""
    machine = Machine("u585")
    machine.load_elf(compile_image(STORE, PROGRAM))
    code = machine.core.flash_bytes[: 3 * SECTOR_BYTES]
    code[SECTOR_BYTES:] = np.random.default_rng(1).integers(0, 256, 2 * SECTOR_BYTES, np.uint8)
    return code.tobytes()


IMAGE = program_image()


def write(spec: BoardSpec, probe: str, image: bytes, **options: Any) -> flashing.Flashed:
    with debug_session(spec, probe) as session:
        return flash_image(session, FLASH, image, **options)


def test_image_is_written_runs_and_is_not_written_again(spec: BoardSpec, probe: str) -> None:
    done = write(spec, probe, IMAGE)
    assert done.written
    assert done.image_bytes == len(IMAGE)
    machine = machine_of(probe)
    assert machine.core.flash_bytes[: len(IMAGE)].tobytes() == IMAGE
    assert not write(spec, probe, IMAGE).written
    assert write(spec, probe, IMAGE, always=True).written


def test_only_the_sector_that_differs_is_erased(
    spec: BoardSpec, probe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(spec, probe, IMAGE)
    machine = machine_of(probe)
    machine.core.flash_bytes[3 * SECTOR_BYTES] = 0x5A  # someone else's, after the image
    erased: list[int] = []
    erase = machine.flash.erase_cells

    def erase_and_note(address: int, count: int) -> None:
        erased.append(address)
        erase(address, count)

    monkeypatch.setattr(machine.flash, "erase_cells", erase_and_note)
    changed = bytearray(IMAGE)
    changed[SECTOR_BYTES + 5] ^= 0xFF
    assert write(spec, probe, bytes(changed)).written
    assert erased == [FLASH + SECTOR_BYTES]
    assert machine.core.flash_bytes[3 * SECTOR_BYTES] == 0x5A


def test_bit_that_flips_behind_programming_is_found(
    spec: BoardSpec, probe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = 2 * SECTOR_BYTES + 77
    original = flashing._write

    def write_and_flip(session: Any, *arguments: Any, **options: Any) -> None:
        original(session, *arguments, **options)
        machine_of(probe).core.flash_bytes[place] ^= 0x10

    monkeypatch.setattr(flashing, "_write", write_and_flip)
    told = (
        rf"1 of {len(IMAGE)} bytes differ, the first at 0x{FLASH + place:08x}: "
        rf"0x{IMAGE[place] ^ 0x10:02x} instead of 0x{IMAGE[place]:02x}"
    )
    with pytest.raises(VerificationError, match=told):
        write(spec, probe, IMAGE)
    monkeypatch.undo()
    assert write(spec, probe, IMAGE).written


def test_nothing_of_the_debugger_is_left_and_the_program_runs(spec: BoardSpec, probe: str) -> None:
    write(spec, probe, IMAGE)
    machine = machine_of(probe)
    bus = DebugBus(machine)
    assert not bus.read(DHCSR, 4) & C_DEBUGEN
    assert bus.read(DEMCR, 4) == 0
    assert bus.read(family_of(spec.family).identity.idcode_address + 4, 4) == 0
    assert not machine.halting.breakpoints
    assert not machine.halting.held_in_reset
    before = machine.instructions
    machine.run(0.01)
    assert machine.instructions > before
    assert machine.loop.sleeping


def test_reset_starts_the_program_anew_with_nobody_attached(spec: BoardSpec, probe: str) -> None:
    write(spec, probe, IMAGE)
    machine = machine_of(probe)
    machine.run(0.01)
    executed = machine.instructions
    hardware_reset(spec, probe)
    machine.run(0.01)
    assert machine.instructions > executed
    assert not machine.debugger_attached


def test_progress_is_told_where_it_takes_long(
    spec: BoardSpec, probe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flashing, "PROGRESS_INTERVAL_S", 0.0)
    told: list[float] = []
    write(spec, probe, IMAGE, on_progress=told.append)
    assert told[-1] == 1.0
    assert all(0 <= share <= 1 for share in told)


def test_probe_is_taken_by_its_whole_id_alone(probe: str) -> None:
    assert find_probe(probe).unique_id == probe
    for stranger in (probe[:-1] + "x", "virtual:u58", "066CFF", "nothing:u585"):
        if registry.board_of(stranger.partition(":")[2]) is None:
            with pytest.raises(ProbeAbsentError, match="there is no probe"):
                find_probe(stranger)


def test_probe_that_goes_away_is_told(spec: BoardSpec, probe: str) -> None:
    told = pytest.raises(ToolError, match=f"the probe {probe} of u585 does not work: .* is gone")
    with told, debug_session(spec, probe) as session:
        registry.unregister(probe.partition(":")[2])
        flash_image(session, FLASH, IMAGE)


def test_pack_that_is_none_is_refused(spec: BoardSpec, probe: str, tmp_path: Path) -> None:
    pack = tmp_path / "mine.pack"
    pack.write_bytes(b"no pack at all")
    with pytest.raises(InputError) as refused, debug_session(spec, probe, pack):
        pass
    assert "mine.pack" in str(refused.value)


def test_a_pack_that_has_not_the_part_is_told(spec: BoardSpec, probe: str, tmp_path: Path) -> None:
    pack = tmp_path / "other.pack"
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("Other.pdsc", '<package schemaVersion="1.6"><devices/></package>')
    (tmp_path / "image.bin").write_bytes(IMAGE[:100])
    image = cast(BuiltImage, SimpleNamespace(elf=tmp_path / "image.elf"))
    said: list[str] = []
    PyocdProgrammer(spec, probe, pack, said.append).program(image)
    assert said[0].endswith(
        f"by pyOCD's target mel2metal_stm32u585ai (STM32U585AI is not in {pack})"
    )
