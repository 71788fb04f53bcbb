# SPDX-License-Identifier: Apache-2.0
"""What the DBGMCU of all families does alike.

Its registers are reset by a power-on alone, not by a system reset (RM0351, RM0433, RM0456: DBG,
DBGMCU_CR): what a debugger leaves there stays until the board loses its supply. The freeze bits
change nothing here, where no debugger halts the core.
"""

from __future__ import annotations

from hil.virtual.peripheral import Peripheral


class DebugSupport(Peripheral[object]):
    """A DBGMCU; a family adds its registers."""

    def reset(self) -> None:
        """Keep everything: only a power-on resets it."""
        self.values = self.values or self._reset_values()

    def power_on(self) -> None:
        """Forget what a debugger has left."""
        self.values = self._reset_values()

    def _reset_values(self) -> dict[str, int]:
        return {register.name: register.reset for register in self.REGISTERS.values()}
