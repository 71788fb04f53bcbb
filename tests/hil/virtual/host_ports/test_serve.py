# SPDX-License-Identifier: Apache-2.0
"""A virtual board served to other processes, reached as one on another machine is."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from hil.boards.network_port import NetworkPort, open_port
from hil.probe.session import is_virtual
from hil.virtual.host_ports import probe_server, registry
from hil.virtual.host_ports.pacing import PacedMachine
from hil.virtual.host_ports.rfc2217_server import Rfc2217Server
from hil.virtual.host_ports.serve import main
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from tests.hil.served_board import served_board
from tests.hil.virtual.conftest import Boot

pytestmark = pytest.mark.slow

ECHO = "void reset(void) { begin(); for (;;) { put((uint8_t)(get() + 1)); } }"
DEADLINE_S = 60.0


@pytest.fixture
def far_echo(boot: Boot) -> Iterator[tuple[PacedMachine, Rfc2217Server]]:
    registry.register("far-echo", boot(ECHO))
    machine = registry.lookup("far-echo")
    assert machine is not None
    paced = PacedMachine(machine)
    server = Rfc2217Server(paced, "far-echo", "localhost", 0)
    paced.start()
    server.start()
    yield paced, server
    server.stop()
    paced.stop()
    registry.unregister("far-echo")


def open_far(server: Rfc2217Server, baud: int = 921_600) -> NetworkPort:
    url = f"rfc2217://localhost:{server.port}"
    port: NetworkPort = open_port(url, baud=baud, write_timeout_s=DEADLINE_S)
    port.timeout = DEADLINE_S
    return port


def test_every_byte_passes_the_network_both_ways(
    far_echo: tuple[PacedMachine, Rfc2217Server],
) -> None:
    paced, server = far_echo
    port = open_far(server)
    # 0xFF begins a command of Telnet, and so must be doubled on the way.
    for byte in (0, 0xFE, 0xFF, 0x0D, 0x41):
        port.write(bytes([byte]))
        assert port.read(1) == bytes([byte + 1 & 0xFF])
    assert paced.machine.line.baud == 921_600
    with pytest.raises(serial.SerialException, match=r"in use|not seem to support"):
        open_far(server)  # it is in use
    port.close()


def test_a_port_that_vanishes_ends_the_connection(
    far_echo: tuple[PacedMachine, Rfc2217Server],
) -> None:
    paced, server = far_echo
    port = open_far(server)
    with paced.hold() as machine:
        machine.port_fails()
    with pytest.raises(serial.SerialException):
        while port.read(1) == b"":
            port.write(b"a")
    port.close()


class WallClock:
    """Goes on when it is told to; `seen` is set each time that somebody looks."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.looks = threading.Semaphore(0)

    def __call__(self) -> float:
        self.looks.release()
        return self.now_s

    def await_looks(self, count: int) -> None:
        """Wait for so many looks from now on."""
        while self.looks.acquire(blocking=False):
            pass
        for _ in range(count):
            assert self.looks.acquire(timeout=DEADLINE_S)


def test_virtual_time_follows_the_wall_clock_and_is_never_ahead(boot: Boot) -> None:
    machine, clock = boot(ECHO), WallClock()
    paced = PacedMachine(machine, clock_s=clock)
    before_s = machine.seconds
    paced.start()
    clock.await_looks(5)
    with paced.hold():
        assert machine.seconds == before_s
    clock.now_s += 0.02
    # 5 ms a look.
    clock.await_looks(20)
    with paced.hold():
        assert machine.seconds - before_s == pytest.approx(0.02, abs=1e-6)
        # What a probe let pass is no reason to be stopped afterwards.
        machine.run(0.01)
        after_s = machine.seconds
    clock.await_looks(3)
    clock.now_s += 0.01
    clock.await_looks(20)
    paced.stop()
    assert machine.seconds - after_s == pytest.approx(0.01, abs=1e-6)


def test_a_broken_rule_is_told_once_and_a_reset_goes_on() -> None:
    machine, told, heard = Machine("u585"), list[RuleBroken](), threading.Event()

    def tell(error: RuleBroken) -> None:
        told.append(error)
        heard.set()

    clock = WallClock()
    paced = PacedMachine(machine, tell, clock)
    paced.start()
    for count in (1, 2):
        clock.now_s += 0.01
        assert heard.wait(DEADLINE_S)
        clock.await_looks(10)
        assert [error.rule for error in told] == [Rule.LOCKUP] * count  # blank flash
        heard.clear()
        with paced.hold():
            machine.reset()
    paced.stop()


def test_a_client_killed_with_the_probes_lock_does_not_keep_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probe_server, "DEAD_CLIENT_S", 0.01)
    probe = probe_server.PacedProbe(PacedMachine(Machine("u585")), "u585")
    client = threading.Thread(target=probe.lock)
    client.start()
    client.join()
    probe.lock()
    probe.unlock()
    probe.unlock()  # of the one that was taken for dead


def test_another_process_programs_it_through_its_probe(tmp_path: Path) -> None:
    content = tmp_path / "image.bin"
    content.write_bytes(random.Random(1).randbytes(5000))
    with served_board("l475", "--name", "2") as (probe, _):
        remote = f"remote:localhost:{probe}"
        assert is_virtual(remote)
        pyocd = [sys.executable, "-m", "pyocd"]
        target = ["-u", remote, "-t", "stm32l475xg", "-O", "connect_mode=under-reset"]
        load = [*pyocd, "load", *target, "--base-address", "0x08000000", str(content)]
        subprocess.run(load, check=True, capture_output=True, timeout=DEADLINE_S)
        read = [*pyocd, "commander", *target, "-c", f"savemem 0x08000000 5000 {tmp_path}/read"]
        subprocess.run(read, check=True, capture_output=True, timeout=DEADLINE_S)
    assert (tmp_path / "read").read_bytes() == content.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "complaint", "code"),
    [
        (["--board", "none"], "none", 2),
        (["--board", "u585", "--virtual-fault", "none"], "no fault 'none'; faults:", 2),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], complaint: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    assert complaint in capsys.readouterr().err


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    for word in ("remote:localhost:", "rfc2217://localhost:", "pyocd load", "docs/lab.md"):
        assert word in said
