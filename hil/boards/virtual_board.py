# SPDX-License-Identifier: Apache-2.0
"""The virtual board: the same image in the emulator, in virtual time, behind a virtual probe.

It is programmed, reset and spoken to as silicon is; only its clock is another, and instructions can
be counted from outside.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from generator.boards.record import BoardSpec
from generator.errors import ToolError
from hil.boards.attachment import Attachment
from hil.boards.board import CallMeter
from hil.boards.image import BuiltImage
from hil.boards.probe_board import ProbeBoard
from hil.boards.programmer import Programmer
from hil.link.serial_port import SerialPort

if TYPE_CHECKING:
    from hil.virtual.faults.probe_trouble import ProbeTrouble
    from hil.virtual.machine import Machine
    from hil.virtual.profile import Profile, Profiler


def virtual_fault_names() -> tuple[str, ...]:
    """The faults that a virtual board can be given, by their names."""
    from hil.virtual.faults.names import VirtualFault

    return tuple(fault.value for fault in VirtualFault)


class Error(Protocol):
    """How far an estimate was off, over all that is published of its core."""

    @property
    def lowest_percent(self) -> float:
        """Estimated over measured, at least."""

    @property
    def highest_percent(self) -> float:
        """At most."""

    @property
    def sequences(self) -> int:
        """How many sequences."""


@dataclass(frozen=True, slots=True)
class Estimators:
    """What a virtual board estimates cycles by."""

    pipeline_model: str
    pipeline: Error
    table_name: str
    table: Error
    flash: str


def estimators_of(spec: BoardSpec) -> Estimators:
    """Of the core and the family of a board."""
    from hil.virtual.cpu.flash_cache import FLASH_PATHS
    from hil.virtual.cpu.pipeline.blocks import PIPELINES
    from hil.virtual.cpu.pipeline.published import pipeline_uncertainty, table_uncertainty

    path, pipeline = FLASH_PATHS[spec.family], PIPELINES[spec.core]
    most = path.most_cycles_of_a_fill(spec.clock.flash_wait_states)
    return Estimators(
        pipeline_model=f"{pipeline.name}, {pipeline.sources}",
        pipeline=pipeline_uncertainty(spec.core),
        table_name="hil/virtual/cpu/cycles.py",
        table=table_uncertainty(spec.core),
        flash=(
            f"{path.source}, {spec.clock.flash_wait_states} wait states, "
            f"at most {most:g} cycles a fill"
        ),
    )


class VirtualBoard(ProbeBoard):
    """A virtual board; its cycles are estimates. `faults`: names of `virtual_fault_names`."""

    virtual = True
    cycles_are = "estimated"

    def __init__(
        self,
        spec: BoardSpec,
        attachment: Attachment,
        programmer: Programmer | None,
        faults: Collection[str] = (),
    ) -> None:
        super().__init__(spec, attachment, programmer)
        self._faults = tuple(faults)
        self._name = self._probe.partition(":")[2]
        self._machine: Machine | None = None

    def unavailable_reason(self) -> str | None:
        """Packages of the emulator that are missing, or a board that it does not model."""
        from hil.virtual.availability import unavailable_reason

        return unavailable_reason(self.spec)

    def open(self, image: BuiltImage) -> SerialPort:
        """Make the machine, blank, and do with it what is done with a board."""
        # Importing serial_url registers the URL with pyserial.
        from hil.virtual.faults.names import parse_faults
        from hil.virtual.host_ports import registry, serial_url  # noqa: F401
        from hil.virtual.machine import Machine

        if registry.lookup(self._name) is None:
            registry.register(self._name, Machine(self.spec, faults=parse_faults(self._faults)))
        self._machine = registry.lookup(self._name)
        return super().open(image)

    def _open_port(self, image: BuiltImage) -> SerialPort:
        # By the symbols functions are metered, and the stack's limit is known.
        self.machine.take_symbols(image.elf)
        return super()._open_port(image)

    @property
    def machine(self) -> Machine:
        """The emulated board, once it is open."""
        assert self._machine is not None, "not open"
        return self._machine

    def power_cycle(self) -> bool:
        """Take the power away and give it back."""
        self.machine.power_on()
        self._drop_line()
        return True

    def clock_s(self) -> float:
        """The machine's own time."""
        return float(self.machine.seconds)

    def hear(self, samples: npt.NDArray[np.int16], rate_hz: int) -> float:
        """Let the board's own microphone hear samples from now on; returns `clock_s` at their end.

        Raises ValueError if it has none.
        """
        return float(self.machine.hear(samples, rate_hz))

    def watch(self, function: str) -> CallMeter | None:
        """Count a function's instructions from outside, by its symbol; None without the symbol."""
        try:
            meter: CallMeter = self.machine.watch(function)
        except KeyError:
            return None
        return meter

    def strike(self, name: str, choice: int) -> None:
        """Let a fault of the chip happen now, by its name in hil/fault_modes/names.py."""
        from hil.virtual.faults.strikes import strike

        strike(self.machine, name, choice)

    def without_a_place(self) -> list[str]:
        """Faults of the chip that find nothing to strike in this image, by their names."""
        from hil.virtual.faults.strikes import without_a_place

        return without_a_place(self.machine.symbols)

    @contextmanager
    def troubled_probe(self, name: str, choice: int) -> Iterator[ProbeTrouble]:
        """Let a fault of the probe happen the next time that it programs, in this context."""
        from hil.virtual.faults.probe_trouble import ProbeTrouble, Trouble
        from hil.virtual.host_ports import registry

        trouble = ProbeTrouble(Trouble(name), choice, self.machine.flash)
        registry.trouble(self._name, trouble)
        try:
            yield trouble
        finally:
            registry.trouble(self._name, None)
            trouble.end()

    def start_profile(self) -> Profiler:
        """Trace what the core executes from now on, until the profile is taken."""
        from hil.virtual.cpu.flash_cache import FLASH_PATHS
        from hil.virtual.profile import Profiler

        machine = self.machine
        wait_states = self.spec.clock.flash_wait_states
        path = FLASH_PATHS[self.spec.family]
        return Profiler(machine.core, machine.symbols, path, wait_states)

    def take_profile(self, profiler: Profiler) -> Profile:
        """What was executed since `start_profile`; raises ToolError where that was too much."""
        from hil.virtual.cpu.trace import TraceFullError

        try:
            return profiler.take()
        except TraceFullError as error:
            what = f"{self.spec.id}: more was executed than a trace holds"
            raise ToolError(what, "profile the assembly kernels, or a smaller model") from error

    def properties(self) -> dict[str, str]:
        """What silicon's say, the emulator's version, and the faults that it was given."""
        emulator = {"emulator": f"unicorn {metadata.version('unicorn')}"}
        faults = {"faults": ", ".join(self._faults)} if self._faults else {}
        return super().properties() | emulator | faults

    def release(self) -> None:
        """Close the port, and forget the machine."""
        super().release()
        if self._machine is not None:
            from hil.virtual.host_ports import registry

            registry.unregister(self._name)
            self._machine.close()
            self._machine = None
