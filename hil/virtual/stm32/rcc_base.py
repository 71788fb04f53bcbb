# SPDX-License-Identifier: Apache-2.0
"""What the RCC of all families does alike: clock enables, peripheral resets, readiness, dividers.

An enable takes effect two clock cycles after it is written (RM0456, RM0351: RCC, peripheral clock
enable); an access that could come sooner is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from hil.virtual.peripheral import ANY_SIZE, Peripheral, Register
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.system import CoreAccess, Mapped, OperatingPoint

HSI16_HZ = 16_000_000

CLOCK_SETTLE_CYCLES = 2
OSCILLATOR_START_PS = 6_000_000
"""MSI and HSI16 start within a few microseconds (DS13086, DS10969)."""
PLL_LOCK_PS = 50_000_000
"""PLL lock time, up to 50 us (DS13086, DS10969: PLL characteristics)."""

AHB_DIVIDERS = (1,) * 8 + (2, 4, 8, 16, 64, 128, 256, 512)
APB_DIVIDERS = (1,) * 4 + (2, 4, 8, 16)

FLASH_BIT = 1 << 8
"""Flash interface in AHB1ENR and AHB1RSTR, of all families modelled."""

RESET_FLAGS = 0xFE00_0000
"""Causes of resets in RCC_CSR, the same bits on the U5 and L4; the H7 has them elsewhere."""
RESET_PIN, RESET_SOFTWARE, RESET_WATCHDOG = 1 << 26, 1 << 28, 1 << 29
RESET_BROWN_OUT = 1 << 27
RESET_POWER = RESET_PIN | RESET_BROWN_OUT
"""The pin's flag follows every reset, brown-out stands for power-on."""


class RccSystem(CoreAccess, Mapped, OperatingPoint, Protocol):
    """What an RCC needs of the machine."""

    @property
    def accesses(self) -> int:
        """Accesses to peripherals so far."""

    @property
    def hse_present(self) -> bool:
        """Whether what the board feeds into HSE is there now."""

    @property
    def lse_present(self) -> bool:
        """Whether the board's crystal on LSE is there and starts."""

    @property
    def msi_ppm(self) -> int:
        """How far a free-running MSI is off, in millionths."""

    def reset_peripherals(self, enable_register: str, bits: int) -> None:
        """Reset the peripherals whose enable bits have these places in a register."""


@dataclass(frozen=True, slots=True)
class Oscillator:
    """An oscillator or PLL: its name, and its bits in RCC_CR that switch it and say it is ready."""

    name: str
    on: int
    ready: int


def bit_registers(registers: Mapping[int, tuple[str, int, int]]) -> dict[int, Register]:
    """Make clock enable or reset registers: offset to name, reset value, writable bits.

    Writable are the bits of all peripherals that the chip has, modelled or not: a clock that runs
    for nothing, or a reset of what is not used, harms nothing. Left out, and so refused, are
    reserved bits and those that take memory away from the core.
    """
    return {
        offset: Register(name, reset, writable, sizes=ANY_SIZE)
        for offset, (name, reset, writable) in registers.items()
    }


class RccBase(Peripheral[RccSystem]):
    """An RCC; a family adds its oscillators, PLLs and derived clocks."""

    ENABLES: ClassVar[tuple[str, ...]] = ()
    """Names of the registers that turn peripherals' clocks on; xRSTR has the same bits."""
    KERNEL_CLOCKS: ClassVar[Mapping[str, tuple[str, int]]] = {}
    """Register and position of each UART's clock selection, two bits."""
    OSCILLATORS: ClassVar[tuple[Oscillator, ...]] = ()
    MAIN_PLL: ClassVar[Oscillator]

    def __init__(self, system: RccSystem, name: str, base: int) -> None:
        self._ready_at: dict[str, int] = {}
        self._enabled_at: dict[tuple[str, int], tuple[int, int]] = {}
        super().__init__(system, name, base)

    def reset(self) -> None:
        """Return to reset values, with every peripheral's clock off."""
        super().reset()
        self._sysclk_hz: int | None = None
        self._ready_at = {}
        self._enabled_at = {}

    @property
    def reset_flags(self) -> int:
        """Causes of the resets since the flags were last cleared, as CSR holds them."""
        return self.values["CSR"] & RESET_FLAGS

    def set_reset_flags(self, flags: int) -> None:
        """Put the causes of resets into CSR."""
        self.values["CSR"] = self.values["CSR"] & 0xFFFF | flags

    def is_ready(self, source: str) -> bool:
        """Whether an oscillator or PLL runs and has settled."""
        ready_at = self._ready_at.get(source)
        return ready_at is not None and self.system.now_ps >= ready_at

    # -- oscillators -----------------------------------------------------------------------------

    def with_ready_flags(self, control: int) -> int:
        """RCC_CR with the ready flags as they stand now."""
        for source in (*self.OSCILLATORS, self.MAIN_PLL):
            ready = self.is_ready(source.name)
            control = control | source.ready if ready else control & ~source.ready
        return control

    def switch_oscillators(
        self, before: int, value: int, used: str, pll_source: str | None
    ) -> None:
        """Take what a write to RCC_CR switches; `used` is SYSCLK's source."""
        pll_on = bool(value & self.MAIN_PLL.on)
        for source in self.OSCILLATORS:
            if value & source.on and not before & source.on:
                self._ready_at[source.name] = self.system.now_ps + OSCILLATOR_START_PS
            elif before & source.on and not value & source.on:
                if source.name == used or (pll_on and source.name == pll_source):
                    what = f"{source.name} is switched off while used"
                    raise self.broken(Rule.CLOCK_TREE, what, 0x00)
                self._ready_at.pop(source.name, None)

    def switch_pll(
        self,
        before: int,
        value: int,
        used: str,
        pll_source: str | None,
        check: Callable[[], None],
    ) -> None:
        """Start or stop the main PLL; `check` raises on wrong settings."""
        name, bit = self.MAIN_PLL.name, self.MAIN_PLL.on
        if value & bit and not before & bit:
            if pll_source is None or not self.is_ready(pll_source):
                what = f"{name} is started from {pll_source or 'no source'}, not ready"
                raise self.broken(Rule.CLOCK_TREE, what, 0x00)
            check()
            self._ready_at[name] = self.system.now_ps + PLL_LOCK_PS
        elif before & bit and not value & bit:
            if used == name:
                what = f"{name} is switched off while it is SYSCLK"
                raise self.broken(Rule.CLOCK_TREE, what, 0x00)
            self._ready_at.pop(name, None)

    # -- derived clocks --------------------------------------------------------------------------

    def _selected_hz(self) -> int:
        raise NotImplementedError

    @property
    def bus_dividers(self) -> int:
        """Codes of the AHB, APB1 and APB2 dividers: 4, 4 and 4 bits from bit 0."""
        raise NotImplementedError

    @property
    def sysclk_hz(self) -> int:
        """System clock."""
        if self._sysclk_hz is None:
            self._sysclk_hz = self._selected_hz()
        return self._sysclk_hz

    @property
    def hclk_hz(self) -> int:
        """Core and AHB clock."""
        return self.sysclk_hz // AHB_DIVIDERS[self.bus_dividers & 15]

    @property
    def core_hz(self) -> int:
        """Clock of the core, of SysTick and of DWT_CYCCNT."""
        return self.hclk_hz

    @property
    def pclk1_hz(self) -> int:
        """APB1 clock."""
        return self.hclk_hz // APB_DIVIDERS[self.bus_dividers >> 4 & 7]

    @property
    def pclk2_hz(self) -> int:
        """APB2 clock."""
        return self.hclk_hz // APB_DIVIDERS[self.bus_dividers >> 8 & 7]

    def usart_kernel_hz(self, usart: str) -> int:
        """Kernel clock of a UART as its selection says: its bus, SYSCLK or HSI16."""
        register, position = self.KERNEL_CLOCKS[usart]
        selection = self.values[register] >> position & 3
        if selection == 2 and not self.is_ready("HSI16"):
            raise self.broken(Rule.CLOCK_TREE, f"{usart} runs from HSI16, which is off")
        if selection == 3:
            raise self.broken(Rule.UNMODELLED_REGISTER, f"{usart} from LSE is not modelled")
        bus_hz = self.pclk2_hz if usart == "USART1" else self.pclk1_hz
        return (bus_hz, self.sysclk_hz, HSI16_HZ)[selection]

    # -- peripheral clock enables ----------------------------------------------------------------

    def check_clock(self, register: str, bit: int, name: str, address: int) -> None:
        """Raise unless the clock of peripheral `name` is on and has settled."""
        if not self.values[register] >> bit & 1:
            raise RuleBroken(
                Rule.CLOCK_OFF, f"{name} is used while RCC_{register} bit {bit} is 0", address
            )
        enabled = self._enabled_at.pop((register, bit), None)
        if enabled is None:
            return
        instructions, accesses = enabled
        core = self.system.core
        if self.system.accesses - accesses > 1 or core.instructions != instructions:
            return  # Another access or a branch came in between.
        if core.longest_gap_between_accesses() < CLOCK_SETTLE_CYCLES:
            raise RuleBroken(
                Rule.CLOCK_SETTLING,
                f"{name} is used right after RCC_{register} bit {bit} was set; read the register"
                " back first",
                address,
            )

    def clock_is_on(self, register: str, bit: int) -> bool:
        """Whether an enable bit is set."""
        return bool(self.values[register] >> bit & 1)

    def _write_enable(self, register: str, value: int) -> None:
        rising = value & ~self.values[register]
        for bit in range(32):
            if rising >> bit & 1:
                stamp = (self.system.core.instructions, self.system.accesses)
                self._enabled_at[(register, bit)] = stamp
        self.values[register] = value

    def write(self, offset: int, size: int, value: int) -> None:
        """Serve a write; the enable registers share one behaviour, the reset registers another."""
        self._sysclk_hz = None
        register = self.register_at(offset, size, "write")
        if register.name in self.ENABLES:
            self._write_enable(register.name, self.checked_value(register, offset, size, value))
            return
        super().write(offset, size, value)
        if "RSTR" in register.name:
            enables = register.name.replace("RSTR", "ENR")
            self.system.reset_peripherals(enables, self.values[register.name])
