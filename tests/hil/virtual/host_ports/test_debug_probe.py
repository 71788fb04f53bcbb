# SPDX-License-Identifier: Apache-2.0
"""pyOCD on virtual boards: probes found by their whole id, sessions, registers, memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pyocd.core import exceptions
from pyocd.core.session import Session
from pyocd.probe.aggregator import DebugProbeAggregator

from hil.virtual.host_ports import registry
from hil.virtual.stm32.boards import WIRING
from tests.hil.virtual.conftest import Boot, variable
from tests.hil.virtual.hello import HELLO

BOARDS = ("u585", "l475", "h743")
PROGRAM = (
    "volatile uint32_t marked;"
    "__attribute__((noinline)) void mark(uint32_t value) { marked = value; }" + HELLO
)


@pytest.fixture(params=BOARDS)
def session(request: pytest.FixtureRequest, boot_on: Boot) -> Iterator[Any]:
    """A debug session with a board that has said hello."""
    name = f"{request.param}-probe-test"
    machine = boot_on(request.param, PROGRAM, "FAULT=mark(7)")
    machine.run(0.01)
    registry.register(name, machine)
    probe = DebugProbeAggregator.get_probe_with_id(f"virtual:{name}")
    options = {"connect_mode": "under-reset", "reset_type": "hw", "no_config": True}
    opened = Session(probe, auto_open=False, options=options)
    opened.open()
    opened.target.reset_and_halt()
    yield opened
    opened.close()
    registry.unregister(name)


def test_every_virtual_board_is_a_probe() -> None:
    found = {probe.unique_id for probe in DebugProbeAggregator.get_all_connected_probes()}
    assert found >= {f"virtual:{board}" for board in WIRING}


def test_probe_is_found_by_its_whole_id_alone() -> None:
    get = DebugProbeAggregator.get_probe_with_id
    assert get("virtual:u585").unique_id == "virtual:u585"
    assert get("virtual:u585-2").unique_id == "virtual:u585-2"
    for stranger in ("virtual:u58", "virtual:u5851", "virtual:nothing-u585"):
        assert get(stranger) is None


def test_core_and_flash_are_read(session: Any) -> None:
    target = session.target
    machine = session.probe.port.machine
    assert target.get_state().name == "HALTED"
    vectors = machine.core.flash_bytes[:64].tobytes()
    assert bytes(target.read_memory_block8(0x0800_0000, 64)) == vectors
    assert target.read32(0x0800_0000) == int.from_bytes(vectors[:4], "little")
    assert target.read_core_register("pc") == int.from_bytes(vectors[4:8], "little") & ~1
    assert target.read_core_register("sp") == int.from_bytes(vectors[:4], "little")


def test_ram_is_written_at_any_alignment(session: Any) -> None:
    ram = session.probe.port.machine.core.ram.origin + 0x400
    target = session.target
    target.write_memory_block8(ram, [0xEE] * 32)
    for start in range(4):
        for count in (1, 2, 3, 4, 5, 7, 11):
            data = [(start + 16 * at) & 0xFF for at in range(count)]
            target.write_memory_block8(ram + start, data)
            assert list(target.read_memory_block8(ram + start, count)) == data
    target.write16(ram + 2, 0xBEEF)
    target.write8(ram + 1, 0x5A)
    assert target.read32(ram) >> 8 == 0xBE_EF5A


def test_program_runs_on_to_a_breakpoint_and_beyond(session: Any) -> None:
    target, machine = session.target, session.probe.port.machine
    mark = machine.symbols.addresses["mark"] & ~1
    assert target.set_breakpoint(mark)
    target.resume()
    while target.get_state().name == "RUNNING":
        assert machine.seconds < 1
    assert target.read_core_register("pc") == mark
    assert target.read_core_register("r0") == 7
    assert variable(machine, "result") == 0
    target.remove_breakpoint(mark)
    target.resume()
    machine.run(0.01)
    assert variable(machine, "result") == 1


def test_address_where_nothing_is_ends_in_pyocds_fault(session: Any) -> None:
    with pytest.raises(exceptions.TransferFaultError, match="0x6"):
        session.target.read32(0x6000_0000)
    assert session.target.read32(0x0800_0000)


def test_machine_that_is_gone_is_a_probe_unplugged(session: Any) -> None:
    name = session.probe.unique_id.removeprefix("virtual:")
    machine = registry.lookup(name)
    registry.unregister(name)
    with pytest.raises(exceptions.ProbeDisconnected, match="is gone"):
        session.target.read32(0x0800_0000)
    assert machine is not None
    registry.register(name, machine)


@pytest.mark.slow
def test_pyocd_lists_the_virtual_boards() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pyocd", "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"},
    )
    for board in WIRING:
        assert f"virtual:{board} " in done.stdout
