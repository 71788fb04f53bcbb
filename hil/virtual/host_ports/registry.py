# SPDX-License-Identifier: Apache-2.0
"""The machines of this process by name: where `virtual://<name>` looks them up."""

from __future__ import annotations

from hil.virtual.machine import Machine

_MACHINES: dict[str, Machine] = {}


def register(name: str, machine: Machine) -> None:
    """Make a machine known under a name; one already there is replaced."""
    _MACHINES[name] = machine


def unregister(name: str) -> None:
    """Forget a name; unknown names are fine."""
    _MACHINES.pop(name, None)


def lookup(name: str) -> Machine | None:
    """Return the machine of that name, or None."""
    return _MACHINES.get(name)
