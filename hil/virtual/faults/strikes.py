# SPDX-License-Identifier: Apache-2.0
"""Faults that strike a machine at a moment that somebody else chooses, between two of its runs.

Each does to the machine what it says and nothing else: whether anything comes of it is left to the
firmware. `choice` is a number that draws what a fault leaves open, such as the bit that turns over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from hil.virtual.faults.chip import watchdog_of
from hil.virtual.faults.fault import Fault, FaultyMachine
from hil.virtual.symbols import Symbols

UDF, UDF_W = bytes.fromhex("00de"), bytes.fromhex("f0f700a0")
"""Permanently undefined, 16 and 32 bits wide (ARMv7-M ARM, DDI 0403: UDF)."""
FIRST_WIDE_HALFWORD = 0xE800
"""An instruction whose first halfword is this or more has a second one (DDI 0403, A5.1)."""

WEIGHTS = re.compile(r"weights_\d\w*")
"""Arrays of the built-in engine's network, one a layer."""

CANARY_BYTES = 4
"""Of the word that an image may have before each ring, and of the one behind it."""

Span = tuple[int, int]
"""Address and bytes."""


class StruckMachine(FaultyMachine, Protocol):
    """What strikes need of the machine."""

    symbols: Symbols
    faults: list[Fault]
    """Told of each reset."""


class UndefinedInstruction(Fault):
    """The instruction that the core executes next is an undefined one, until the next reset."""

    def __init__(self, machine: FaultyMachine, name: str) -> None:
        super().__init__(machine, name)
        self._whole: tuple[int, bytes] | None = None
        """Where the code is spoilt, and what was there."""

    def strike(self) -> None:
        """Spoil the code at the program counter."""
        self.reset()
        address = self.machine.loop.pc
        view = self.machine.loop.core.memory(address, len(UDF_W))
        assert view is not None, "the core executes memory"
        before = view.tobytes()
        is_wide = int.from_bytes(before[:2], "little") >= FIRST_WIDE_HALFWORD
        udf = UDF_W if is_wide else UDF
        self._whole = address, before[: len(udf)]
        self._put(address, udf)
        self.struck += 1

    def reset(self) -> None:
        """The code is whole again: what was spoilt is no cell, but what the core read of it."""
        if self._whole is not None:
            address, before = self._whole
            self._whole = None
            self._put(address, before)

    def _put(self, address: int, code: bytes) -> None:
        core = self.machine.loop.core
        core.put(address, code)
        if core.is_in_flash(address):
            core.forget_code_in(address, address + len(code))


def _hard_fault(machine: StruckMachine) -> None:
    fault = next((one for one in machine.faults if isinstance(one, UndefinedInstruction)), None)
    if fault is None:
        fault = UndefinedInstruction(machine, "strike: undefined instruction")
        machine.faults.append(fault)
    fault.strike()


def _core_stopped(machine: StruckMachine) -> None:
    watchdog_of(machine).on_bite = machine.watchdog_reset
    machine.loop.stand_still()


def _rings(symbols: Symbols, *names: str) -> list[Span]:
    return [
        (symbols.addresses[name], symbols.sizes[name]) for name in names if name in symbols.sizes
    ]


def _receive_ring(symbols: Symbols) -> list[Span]:
    return [_inner(ring) for ring in _rings(symbols, "rx_ring")]


def _transmit_ring(symbols: Symbols) -> list[Span]:
    return [_inner(ring) for ring in _rings(symbols, "tx_ring")]


def _inner(ring: Span) -> Span:
    """A ring without the words before and behind it."""
    address, size = ring
    return (address + CANARY_BYTES, size - 2 * CANARY_BYTES) if _has_canaries(size) else ring


def _has_canaries(size: int) -> bool:
    """A ring itself has a power of two of bytes."""
    return bool(size & (size - 1))


def _canaries(symbols: Symbols) -> list[Span]:
    return [
        (start, CANARY_BYTES)
        for address, size in _rings(symbols, "rx_ring", "tx_ring")
        if _has_canaries(size)
        for start in (address, address + size - CANARY_BYTES)
    ]


def _weights(symbols: Symbols) -> list[Span]:
    return [
        (symbols.addresses[name], size)
        for name, size in sorted(symbols.sizes.items())
        if WEIGHTS.fullmatch(name)
    ]


def _flip_in(machine: StruckMachine, spans: list[Span], choice: int) -> None:
    """Turn one bit over in one of these spans, each byte as likely as any other."""
    at, bit = choice // 8 % sum(size for _, size in spans), choice % 8
    for address, size in spans:
        if at < size:
            _flip(machine, address + at, bit)
            return
        at -= size


def _flip(machine: StruckMachine, address: int, bit: int) -> None:
    core = machine.loop.core
    view = core.memory(address, 1)
    assert view is not None
    flipped = bytes((int(view[0]) ^ 1 << bit,))
    if core.is_in_flash(address):
        machine.flash.set_bytes(address, flipped)
    else:
        core.put(address, flipped)


_ACTIONS: Mapping[str, Callable[[StruckMachine], None]] = {
    "target-reset": lambda machine: machine.reset(),
    "target-hard-fault": _hard_fault,
    "target-core-stopped": _core_stopped,
    "target-brown-out": lambda machine: machine.power_on(),
}

_FLIPS: Mapping[str, Callable[[Symbols], list[Span]]] = {
    "target-receive-ring-flip": _receive_ring,
    "target-transmit-ring-flip": _transmit_ring,
    "target-weights-flip": _weights,
    "target-canary-flip": _canaries,
}
"""Where a bit turns over, by the image's symbols."""

STRIKES = frozenset({*_ACTIONS, *_FLIPS})
"""The names that the harness has for them (hil/fault_modes/names.py)."""


def without_a_place(symbols: Symbols) -> list[str]:
    """Strikes that find nothing to strike in the image with these symbols."""
    return [name for name, places in _FLIPS.items() if not places(symbols)]


def strike(machine: StruckMachine, name: str, choice: int) -> None:
    """Let one of `STRIKES` happen now."""
    action = _ACTIONS.get(name)
    if action is not None:
        action(machine)
    else:
        _flip_in(machine, _FLIPS[name](machine.symbols), choice)
