# SPDX-License-Identifier: Apache-2.0
"""Registers of the ADC of the STM32L43x, and what its settings mean (RM0394: ADC).

One single-ended regular channel that a timer triggers is modelled, with oversampling; injected
channels, watchdogs, offsets, other resolutions, discontinuous and continuous modes are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from hil.virtual.peripheral import Register

# ISR and IER
ADRDY, EOSMP, EOC, EOS, OVR = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
# CR
ADEN, ADDIS, ADSTART, ADSTP = 1 << 0, 1 << 1, 1 << 2, 1 << 4
ADVREGEN, DEEPPWD, ADCAL = 1 << 28, 1 << 29, 1 << 31
COMMANDS = ADEN | ADDIS | ADSTART | ADSTP | ADCAL
"""Bits that software sets and hardware clears."""
# CFGR
DMAEN, DMACFG = 1 << 0, 1 << 1
EXTSEL_POSITION, EXTSEL, EXTEN_POSITION, EXTEN = 6, 15 << 6, 10, 3 << 10
OVRMOD, JQDIS = 1 << 12, 1 << 31
EXTSEL_TIM6 = 13
# CFGR2
ROVSE, OVSR_POSITION, OVSS_POSITION = 1 << 0, 2, 5
OVERSAMPLING = ROVSE | 7 << OVSR_POSITION | 15 << OVSS_POSITION
SHIFT_MAX = 8
# SQR1
LENGTH, SQ1_POSITION, SQ1 = 15, 6, 31 << 6
# CCR
CKMODE_POSITION, PRESC_POSITION = 16, 18
CLOCK_FIELDS = 3 << CKMODE_POSITION | 15 << PRESC_POSITION

SAMPLE_CYCLES = tuple(Fraction(halves, 2) for halves in (5, 13, 25, 49, 95, 185, 495, 1281))
"""Of the ADC's clock, by the code in SMPR."""
CONVERSION_CYCLES = Fraction(25, 2)
"""For 12 bits, after the sample."""
CALIBRATION_CYCLES, AFTER_CALIBRATION_CYCLES = 116, 4
PRESCALERS = (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)
FULL_SCALE = 4096
CLOCK_MIN_HZ, CLOCK_MAX_HZ = 140_000, {1: 80_000_000, 2: 26_000_000}
"""By voltage range (DS11451: ADC characteristics)."""
REGULATOR_PS, READY_PS = 20_000_000, 1_000_000
"""T_ADCVREG_STUP, and t_STAB (DS11451: ADC characteristics)."""

DR = 0x40

REGISTERS: Mapping[int, Register] = {
    0x00: Register("ISR", 0, ADRDY | EOSMP | EOC | EOS | OVR, write_one=True),
    0x04: Register("IER", 0, EOC | OVR),
    0x08: Register("CR", DEEPPWD, COMMANDS | ADVREGEN | DEEPPWD),
    0x0C: Register("CFGR", JQDIS, DMAEN | DMACFG | EXTSEL | EXTEN | OVRMOD),
    0x10: Register("CFGR2", 0, OVERSAMPLING),
    0x14: Register("SMPR1", 0, 0x3FFF_FFFF),
    0x18: Register("SMPR2", 0, 0x07FF_FFFF),
    0x30: Register("SQR1", 0, LENGTH | SQ1),
    DR: Register("DR", 0, 0, sizes=(2, 4)),
    0xB0: Register("DIFSEL"),
    0x308: Register("CCR", 0, CLOCK_FIELDS),
}
