# SPDX-License-Identifier: Apache-2.0
"""`python -m hil.virtual.host_ports.serve`: a virtual board for other processes.

0: ended by SIGTERM or SIGINT. 2: a wrong argument. 3: a port is taken, or a package is missing.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence

from hil.virtual.faults.names import VirtualFault, parse_faults
from hil.virtual.host_ports import registry
from hil.virtual.host_ports.pacing import PacedMachine
from hil.virtual.rules import RuleBroken

DESCRIPTION = """\
Serves one virtual board as a desk far away would: its debug probe behind pyOCD's probe server, its
serial port behind RFC 2217. It is blank at first, and lives until the command ends. Its time
follows the clock on the wall; where the emulation cannot keep up, the board is slow.

When it is ready it prints both addresses, the probe's and the port's:
  probe remote:localhost:5555
  port  rfc2217://localhost:4000
"""

EPILOG = """\
examples:
  python -m hil.virtual.host_ports.serve --board u585
  pyocd load -u remote:localhost:5555 -t mel2metal_stm32u585ai firmware.hex
  pytest hil/ --board u585 --probe remote:localhost:5555 --port rfc2217://localhost:4000

docs/lab.md: the same with real boards, and with labgrid.
"""

EXIT_USAGE, EXIT_TOOL = 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal ends it; the exit code."""
    options = _parser().parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    try:
        faults = parse_faults(options.virtual_fault)
        name = f"{options.board}-{options.name}" if options.name else options.board
        return _serve(name, options, faults, ended)
    except ValueError as error:
        print(f"--board, --virtual-fault: {error}", file=sys.stderr)
        return EXIT_USAGE
    except (OSError, ImportError) as error:
        print(f"cannot serve {options.board}: {error}", file=sys.stderr)
        print("  remedy: name free ports by --probe-port and --serial-port (0: any);", end=" ")
        print("make hil installs what the virtual board needs", file=sys.stderr)
        return EXIT_TOOL


def _serve(
    name: str,
    options: argparse.Namespace,
    faults: Sequence[VirtualFault],
    ended: threading.Event,
) -> int:
    # These load the emulator and pyOCD.
    from hil.virtual.host_ports.probe_server import ProbeServer
    from hil.virtual.host_ports.rfc2217_server import Rfc2217Server
    from hil.virtual.machine import Machine

    machine = Machine(options.board, faults=faults)
    registry.register(name, machine)
    paced = PacedMachine(machine, _report)
    local = not options.any_host
    serial = Rfc2217Server(paced, name, "localhost" if local else "", options.serial_port)
    probe = ProbeServer(paced, name, options.probe_port, local_only=local)
    paced.start()
    serial.start()
    probe.start()
    print(f"probe remote:localhost:{probe.port}")
    print(f"port  rfc2217://localhost:{serial.port}", flush=True)
    ended.wait()
    probe.stop()
    serial.stop()
    paced.stop()
    return 0


def _report(error: RuleBroken) -> None:
    print(f"the board stands until its next reset: {error}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hil.virtual.host_ports.serve",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--board", required=True, metavar="NAME", help="which board, as in boards.yaml")
    add("--name", help="its own name, where several of a kind are served")
    add("--probe-port", type=int, default=5555, metavar="N", help="TCP (default: 5555; 0: any)")
    add("--serial-port", type=int, default=4000, metavar="N", help="TCP (default: 4000; 0: any)")
    add("--any-host", action="store_true", help="let other machines in, without authentication")
    add(
        "--virtual-fault",
        action="append",
        default=[],
        metavar="NAME",
        help="fault that it has, as a desk may (docs/virtual-board.md; repeatable)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
