# SPDX-License-Identifier: Apache-2.0
"""Halting debug: what stops the core for a debugger, and why it stands.

ARMv7-M ARM (DDI 0403) section C1; ARMv8-M ARM (DDI 0553) section B12. The state outlives every
reset but that of power-on; a leaving debugger has to clear it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

DFSR_HALTED, DFSR_BKPT, DFSR_VCATCH = 1 << 0, 1 << 1, 1 << 3


@dataclass(slots=True)
class Halting:
    """The debugger's hold on the core."""

    enabled: bool = False
    """DHCSR.C_DEBUGEN: a debugger is attached."""

    catches_reset: bool = False
    """DEMCR.VC_CORERESET: halt before the first instruction after a reset."""

    catches_hard_fault: bool = False
    """DEMCR.VC_HARDERR: halt at the entry of HardFault."""

    masks_interrupts: bool = False
    """DHCSR.C_MASKINTS, which counts only while a debugger is attached."""

    halted: bool = False
    locked_up: bool = False
    held_in_reset: bool = False
    """nRST is pulled low."""

    step_requested: bool = False
    """DHCSR.C_STEP: run one instruction and halt."""

    reset_seen: bool = True
    """DHCSR.S_RESET_ST: there was a reset since DHCSR was last read."""

    instruction_retired: bool = False
    """DHCSR.S_RETIRE_ST: an instruction was completed since DHCSR was last read."""

    causes: int = 0
    """DFSR: why the core halted; sticky."""

    breakpoints: set[int] = field(default_factory=set)
    """Addresses that the enabled comparators of the FPB name."""

    @property
    def stands(self) -> bool:
        """Whether the core executes nothing, and does not sleep either."""
        return self.halted or self.locked_up or self.held_in_reset

    def halt(self, cause: int) -> None:
        """Enter debug state."""
        self.halted, self.locked_up, self.step_requested = True, False, False
        self.causes |= cause

    def resume(self) -> None:
        """Leave debug state."""
        self.halted = False

    def reset(self) -> None:
        """The core is reset: it stands only if a debugger wants to see its first instruction."""
        self.halted = self.locked_up = self.step_requested = False
        self.reset_seen, self.instruction_retired = True, False
        self.causes = 0
        if self.enabled and self.catches_reset:
            self.halt(DFSR_VCATCH)

    def power_on(self) -> None:
        """Nothing is left of a debugger; nRST stays as it is held."""
        self.enabled = self.catches_reset = self.catches_hard_fault = False
        self.masks_interrupts = False
        self.breakpoints.clear()
