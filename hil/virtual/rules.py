# SPDX-License-Identifier: Apache-2.0
"""The rules that the virtual board enforces, and the exception that a broken one raises.

Silicon forgives much of what is listed here, or fails in ways that are hard to read: it returns
zeros, hangs, drops bytes, or works on one chip and not on the next. The virtual board stops
instead, and names the rule, the address, and the source line of the instruction.
"""

from __future__ import annotations

import enum

from serial import SerialException


class Rule(enum.Enum):
    """Every rule by its stable name; the value says what silicon demands, and where it is said."""

    CLOCK_OFF = "a peripheral is accessed while its clock is off (RCC, clock enable)"
    CLOCK_SETTLING = (
        "a peripheral is accessed within two clock cycles of enabling its clock"
        " (RCC, peripheral clock enable delay)"
    )
    UNMODELLED_REGISTER = "a register or bit is used that the virtual board does not model"
    REGISTER_ACCESS_SIZE = "a register is accessed with a width that it does not support"
    WRITE_PROTECTED_REGISTER = "a register is written while its state forbids it"
    FLASH_WAIT_STATES = (
        "HCLK is faster than FLASH_ACR.LATENCY allows in this voltage range"
        " (FLASH, number of wait states)"
    )
    VOLTAGE_RANGE = (
        "a clock is faster than the voltage range allows (data sheet, general conditions)"
    )
    EPOD_BOOSTER = (
        "SYSCLK above 55 MHz, or a change of the booster's clock, without the EPOD booster in"
        " the state that it needs (RM0456, PWR, dynamic voltage scaling)"
    )
    RANGE1_BOOST = (
        "SYSCLK above 80 MHz without range 1 boost mode, or raised or lowered across 80 MHz in one"
        " step (RM0432, PWR, dynamic voltage scaling)"
    )
    CLOCK_TREE = "an oscillator or PLL is used outside its limits or in the wrong order"
    FPU_DISABLED = "an FPU instruction is executed before CPACR grants access (NOCP)"
    UNALIGNED_MULTIWORD = (
        "LDRD, STRD, LDM, STM, VLDR, VSTR or an exclusive access at an address that is not"
        " a multiple of 4 (ARMv7-M, ARMv8-M: alignment)"
    )
    STACK_OVERFLOW = "the stack pointer falls below MSPLIM/PSPLIM or below the image's own stack"
    BAUD_ERROR = "the UART's baud rate is more than 2 % off the host's"
    UART_SETTINGS = "the UART is set up in a way that cannot talk to the host"
    UART_OVERRUN = "a byte arrives before the one before it is taken"
    PIN_FUNCTION = "a signal's pin is not in its alternate function, or its port has no clock"
    MICROPHONE_CLOCK = (
        "a microphone is read without a clock, or with one that its data sheet or its interface"
        " does not allow, or that changes meanwhile (RM0456: ADF, serial input interface; RM0351,"
        " RM0432, RM0433, RM0455: DFSDM, serial channel transceivers)"
    )
    FILTER_SETTINGS = (
        "a microphone's digital filter is set up or started in a way that the manual forbids"
        " (RM0456: ADF, gain adjustment policy, serial interface; RM0351, RM0432, RM0433, RM0455:"
        " DFSDM)"
    )
    ADC_SETTINGS = (
        "the ADC or its trigger is switched on, set up or started in a way that the manual forbids,"
        " or that does not give all samples (RM0394: ADC, timers)"
    )
    IO_SUPPLY = (
        "a signal's or an output's pin is powered from VDDIO2, which is not declared valid by"
        " PWR_CR2.IOSV or PWR_SVMCR.IO2SV (RM0351, RM0432, RM0456: PWR, independent I/O supply)"
    )
    SUPPLY_CONFIGURATION = (
        "PWR_CR3 does not describe the core's supply once, before RAM is written and before VOS or"
        " the clock changes, as the board is wired (RM0433, RM0455: PWR, system supply startup)"
    )
    VOS0_BOOST = (
        "a clock above what VOS1 allows without overdrive, or overdrive out of order"
        " (RM0433, PWR, voltage scaling; SYSCFG_PWRCR.ODEN)"
    )
    MEMORY_CLOCK_OFF = "a memory is accessed while its clock is off (RCC, clock enable)"
    CACHE_NOT_INVALIDATED = (
        "a cache is switched on before it is invalidated; after a reset it holds noise"
        " (Cortex-M7 Technical Reference Manual, initialising and enabling the caches)"
    )
    DCACHE_COHERENCE = (
        "DMA and the core's data cache see different contents of a line"
        " (PM0253, AN4838, AN4839: cache coherence between masters)"
    )
    MPU_REGION = "an MPU region that the MPU does not have (PM0253, MPU_RBAR, MPU_RASR)"
    DMA_UNREACHABLE = "a DMA transfer touches an address that the controller cannot reach"
    DMA_SETTINGS = "a DMA channel is started or changed in a way that the manual forbids"
    DMA_REQUEST = (
        "a DMA channel is started on a request that is not its peripheral's"
        " (RM0351, RM0394: DMA_CSELR; RM0432: DMAMUX1)"
    )
    FLASH_LOCKED = "flash is written or erased while FLASH_CR (U5: FLASH_NSCR) is locked"
    FLASH_PROGRAMMING = "flash is written without PG, out of order, or onto cells not erased"
    BUS_FAULT = "an access to an address where nothing answers"
    WATCHDOG_RESET = "the independent watchdog was not fed in time and resets the chip"
    LOCKUP = "a fault inside the HardFault or NMI handler: the core locks up"
    ILLEGAL_INSTRUCTION = "an instruction that the core does not have"
    WFI_BARRIERS = (
        "WFI without a DSB right before it and an ISB right after it (ARMv7-M, ARMv8-M: WFI; ST's"
        " errata: wrong instruction fetches upon wakeup while DBGMCU_CR.DBG_SLEEP is set)"
    )
    MODE_UNMODELLED = "the firmware uses a mode of the core that the virtual board does not model"


class RuleBroken(SerialException):  # type: ignore[misc]  # pyserial ships no types
    """The firmware broke a rule; the machine has stopped and stays stopped until a reset.

    It is a SerialException, so that it reaches whoever reads or writes the virtual serial port.
    """

    def __init__(
        self,
        rule: Rule,
        detail: str,
        address: int | None = None,
        pc: int | None = None,
        source_line: str | None = None,
    ) -> None:
        self.rule = rule
        self.detail = detail
        self.address = address
        self.pc = pc
        self.source_line = source_line
        super().__init__(rule, detail)

    def __str__(self) -> str:
        where = "" if self.pc is None else f" at pc 0x{self.pc:08x}"
        line = "" if self.source_line is None else f" ({self.source_line})"
        what = "" if self.address is None else f", address 0x{self.address:08x}"
        return f"{self.rule.name}{where}{line}{what}: {self.detail} [{self.rule.value}]"
