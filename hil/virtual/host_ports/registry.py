# SPDX-License-Identifier: Apache-2.0
"""The machines of this process by name: where a serial port and a probe look them up.

A name is a board of the table, or a board and a name of its own after a hyphen: `u585`,
`u585-2`. A port and a probe of one name belong to one machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hil.virtual.stm32.boards import WIRING

if TYPE_CHECKING:
    from hil.virtual.faults.probe_trouble import ProbeTrouble
    from hil.virtual.machine import Machine

_MACHINES: dict[str, Machine] = {}
_TROUBLES: dict[str, ProbeTrouble] = {}


def register(name: str, machine: Machine) -> None:
    """Make a machine known under a name; one already there is replaced."""
    _MACHINES[name] = machine


def unregister(name: str) -> None:
    """Forget a name; unknown names are fine."""
    _MACHINES.pop(name, None)


def lookup(name: str) -> Machine | None:
    """Return the machine of that name, or None."""
    return _MACHINES.get(name)


def trouble(name: str, coming: ProbeTrouble | None) -> None:
    """Say what goes wrong at the probe of that name when it programs next; None: nothing."""
    if coming is None:
        _TROUBLES.pop(name, None)
    else:
        _TROUBLES[name] = coming


def trouble_of(name: str) -> ProbeTrouble | None:
    """What goes wrong at the probe of that name, if anything does."""
    return _TROUBLES.get(name)


def board_of(name: str) -> str | None:
    """The board that a name names, or None."""
    board = name.partition("-")[0]
    return board if board in WIRING else None


def find_or_make(name: str) -> Machine:
    """Return the machine of that name; make it, blank, if there is none. Raises ValueError."""
    machine = _MACHINES.get(name)
    if machine is None:
        from hil.virtual.machine import Machine

        machine = Machine(board_of(name) or name)
        register(name, machine)
    return machine


def names() -> list[str]:
    """What `pyocd list` shows: every board, and the machines that run."""
    return list(dict.fromkeys([*WIRING, *_MACHINES]))
