# SPDX-License-Identifier: Apache-2.0
"""ADF1 of the STM32U5: what reads and writes of its registers do (RM0456 section 40).

An enable bit reaches the processing clock some periods later, and so does its active flag. While a
block is enabled or active its settings are protected (40.4.13).
"""

from __future__ import annotations

from fractions import Fraction

from hil.virtual.rules import Rule
from hil.virtual.scheduler import PS_PER_SECOND
from hil.virtual.stm32.u5 import adf_registers as at
from hil.virtual.stm32.u5.adf_words import AdfWords

EDGES = ("rising", "falling")
"""By BSSEL."""
PROCESSING_RATIO = {0: 2, at.NORMAL_SPI: 4}
"""How many times faster than the microphone's clock adf_proc_ck has to be, by the SPI mode."""


class Adf(AdfWords):
    """One ADF: a clock generator, a serial interface, a filter."""

    def reset(self) -> None:
        """Everything off."""
        super().reset()
        self._follows_until_ps = dict.fromkeys(("CKGCR", "SITF0CR", "DFLT0CR"), 0)
        """Until when an active flag still shows what was before."""

    # -- settings --------------------------------------------------------------------------------

    def _is_active(self, name: str) -> bool:
        """What an active flag shows: the enable bit, once it has reached the other clock."""
        return self._is_on(name) != (self.system.now_ps < self._follows_until_ps[name])

    def _switch(self, name: str, value: int) -> None:
        """Write a register with an enable bit; the active flag follows 2 + 2 periods later."""
        if (value ^ self.values[name]) & 1:
            periods = Fraction(2, self._clocks.hclk_hz) + 2 / self._processing_hz
            self._follows_until_ps[name] = self.system.now_ps + round(periods * PS_PER_SECOND)
        self.values[name] = value

    def _protect(self, name: str, value: int, fields: int, active: str) -> None:
        is_busy = self._is_on(active) or self._is_active(active)
        if is_busy and (value ^ self.values[name]) & fields:
            raise self.broken(
                Rule.WRITE_PROTECTED_REGISTER, f"{name} is changed while {active} says active"
            )

    def _refuse(self, detail: str) -> None:
        raise self.broken(Rule.FILTER_SETTINGS, detail)

    # -- registers -------------------------------------------------------------------------------

    def read_ckgcr(self) -> int:
        """Settings and CKGACTIVE."""
        return self.values["CKGCR"] | (at.ACTIVE if self._is_active("CKGCR") else 0)

    def write_ckgcr(self, value: int) -> None:
        """Set the dividers, start and stop the clocks."""
        value &= ~at.ACTIVE
        self.catch_up()
        self._protect("CKGCR", value, at.CKGCR_PROTECTED, "CKGCR")
        before = self.values["CKGCR"]
        if before & ~value & at.CKGDEN and (self._is_on("SITF0CR") or self._is_on("DFLT0CR")):
            self._refuse("CKGDEN is cleared while the interface or the filter is on")
        self.values["CKGCR"] = before & at.CKGDEN | value & ~at.CKGDEN
        self._switch("CKGCR", value)
        self._clock_microphone()

    def _clock_microphone(self) -> None:
        """Let the microphone's clock run or stand as CKGCR says."""
        microphone, value = self.microphone, self.values["CKGCR"]
        if microphone is None:
            return
        wanted = at.CKGDEN | at.CCK0EN | at.CCK0DIR
        if value & wanted != wanted:
            if microphone.runs and self._is_on("DFLT0CR"):
                raise self.broken(
                    Rule.MICROPHONE_CLOCK, "ADF_CCK0 is stopped while the filter is on", 0x04
                )
            microphone.stop()
        elif not microphone.runs:
            self._kernel = self._clocks.adf_kernel
            microphone.start(self._processing_hz / self._ratio, self.system.now_ps)

    def read_sitf0cr(self) -> int:
        """Settings and SITFACTIVE."""
        return self.values["SITF0CR"] | (at.ACTIVE if self._is_active("SITF0CR") else 0)

    def write_sitf0cr(self, value: int) -> None:
        """Set up the serial interface, switch it."""
        value &= ~at.ACTIVE
        self.catch_up()
        self._protect("SITF0CR", value, at.NORMAL_SPI | 31 << at.STH_POSITION, "SITF0CR")
        rising = value & ~self.values["SITF0CR"] & at.SITFEN
        if self._is_on("SITF0CR") and not value & at.SITFEN and self._is_on("DFLT0CR"):
            self._refuse("SITFEN is cleared while the filter is on")
        if rising and not self._is_on("CKGCR"):
            self._refuse("SITFEN is set before the clock generator runs")
        if value >> at.STH_POSITION & 31 < at.LEAST_THRESHOLD:
            self._refuse("STH is below 4")
        self._switch("SITF0CR", value)
        if rising and value & at.NORMAL_SPI:
            self._flags |= at.CKABF
            self._update_line()

    def read_bsmx0cr(self) -> int:
        """Settings and BSMXACTIVE."""
        return self.values["BSMX0CR"] | (at.ACTIVE if self._is_active("DFLT0CR") else 0)

    def write_bsmx0cr(self, value: int) -> None:
        """Choose the edge of the clock."""
        self._protect("BSMX0CR", value & 1, 1, "DFLT0CR")
        self.values["BSMX0CR"] = value & 1

    def read_dflt0cr(self) -> int:
        """Settings, DFLTACTIVE and DFLTRUN."""
        active = at.ACTIVE | at.RUNNING if self._is_active("DFLT0CR") else 0
        return self.values["DFLT0CR"] | active

    def write_dflt0cr(self, value: int) -> None:
        """Set up the filter's acquisition, start and stop it."""
        value &= ~(at.ACTIVE | at.RUNNING)
        self.catch_up()
        self._protect("DFLT0CR", value, at.DFLTCR_PROTECTED, "DFLT0CR")
        before = self.values["DFLT0CR"]
        if value & ~before & at.DFLTEN:
            if self._is_active("DFLT0CR"):
                self._refuse("DFLTEN is set again before DFLTACTIVE is 0")
            self._check_start()
        self._switch("DFLT0CR", value)
        if value & ~before & at.DFLTEN:
            assert self.microphone is not None
            self._stop_filter()
            self.first_clock = self.microphone.clocks_by(self.system.now_ps)
            self._discards = value >> at.NBDIS_POSITION & 255
        elif before & ~value & at.DFLTEN:
            self._stop_filter()
        self.catch_up()

    def write_dflt0cicr(self, value: int) -> None:
        """Set up the CIC filter; the gain may change at any time."""
        self.catch_up()
        self._protect("DFLT0CICR", value, at.DFLTCICR_PROTECTED, "DFLT0CR")
        self.values["DFLT0CICR"] = value
        if self._is_on("DFLT0CR"):
            self._scale()

    def write_dflt0rsfr(self, value: int) -> None:
        """Choose what is bypassed."""
        self._protect("DFLT0RSFR", value, 0xFFFF_FFFF, "DFLT0CR")
        self.values["DFLT0RSFR"] = value

    def write_dflt0ier(self, value: int) -> None:
        """Switch interrupts."""
        self.values["DFLT0IER"] = value
        self.catch_up()

    def read_dflt0isr(self) -> int:
        """Flags as they stand now."""
        self.settle()
        return self._status()

    def write_dflt0isr(self, value: int) -> None:
        """Clear flags; a missing clock sets its flag again at once."""
        self.settle()
        self._flags &= ~(value & at.ERRORS)
        microphone = self.microphone
        if self.values["SITF0CR"] & (at.SITFEN | at.NORMAL_SPI) == at.SITFEN | at.NORMAL_SPI and (
            microphone is None or not microphone.runs
        ):
            self._flags |= at.CKABF
        self._update_line()

    def read_dflt0dr(self) -> int:
        """Take a word of the RXFIFO; 0 if there is none."""
        self.settle()
        word, self._fifo = int.from_bytes(self._fifo[:4], "little"), self._fifo[4:]
        self.catch_up()
        return word

    # -- what has to be right at the start -------------------------------------------------------

    def _check_start(self) -> None:
        microphone = self.microphone
        if microphone is None:
            raise self.broken(Rule.PIN_FUNCTION, "no microphone is wired to its pins")
        if not self._is_on("SITF0CR"):
            self._refuse("DFLTEN is set while SITFEN is 0")
        if not microphone.runs:
            raise self.broken(Rule.MICROPHONE_CLOCK, "DFLTEN is set while ADF_CCK0 stands", 0x04)
        needed = PROCESSING_RATIO[self.values["SITF0CR"] & at.NORMAL_SPI]
        if self._ratio < needed:
            raise self.broken(
                Rule.MICROPHONE_CLOCK,
                f"adf_proc_ck is {self._ratio} times the microphone's clock, less than {needed}",
                0x04,
            )
        microphone.check(self._processing_hz / self._ratio)
        edge = EDGES[self.values["BSMX0CR"] & 1]
        if edge != microphone.wired.edge:
            self._refuse(
                f"BSSEL takes the {edge} edge, the microphone's bit is there at the"
                f" {microphone.wired.edge} one"
            )
        if self.values["DFLT0RSFR"] & (at.RSFLTBYP | at.HPFBYP) != at.RSFLTBYP | at.HPFBYP:
            raise self.broken(
                Rule.UNMODELLED_REGISTER,
                "the reshape or the high-pass filter is not bypassed",
                0x90,
            )
        self._check_cic()
        self._gain()

    def _check_cic(self) -> None:
        order, decimation = self._order, self._decimation
        if order is None or decimation < 2:
            self._refuse("CICMOD or MCICD has a value that is not allowed")
        elif 2 * decimation**order >= 1 << at.CIC_BITS:
            self._refuse(
                f"a filter of order {order} and decimation {decimation} exceeds {at.CIC_BITS} bits"
            )
