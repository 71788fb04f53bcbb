# SPDX-License-Identifier: Apache-2.0
"""The registers of the STM32U5's ADF, and the bits with a meaning here (RM0456 section 40.8).

Modelled are one microphone on ADF_SDI0 that is clocked by ADF_CCK0, both SPI modes, the CIC filter
and the RXFIFO. Not modelled, and refused, are triggers, ADF_CCK1, Manchester coding, data of the
ADC, the reshape and the high-pass filter, delays, and the sound activity detector.
"""

from __future__ import annotations

from hil.virtual.peripheral import Register

ACTIVE = 1 << 31

CKGDEN, CCK0EN, CCK0DIR = 1 << 0, 1 << 1, 1 << 5
CCKDIV_POSITION, PROCDIV_POSITION = 16, 24
CKGCR_PROTECTED = CCK0DIR | 15 << CCKDIV_POSITION | 127 << PROCDIV_POSITION

SITFEN, NORMAL_SPI = 1 << 0, 1 << 4
STH_POSITION, LEAST_THRESHOLD = 8, 4

DFLTEN, DMAEN, HALF_FULL = 1 << 0, 1 << 1, 1 << 2
NBDIS_POSITION, RUNNING = 20, 1 << 30
DFLTCR_PROTECTED = DMAEN | HALF_FULL | 255 << NBDIS_POSITION

ORDER_POSITION, DECIMATION_POSITION, SCALE_POSITION = 4, 8, 20
DFLTCICR_PROTECTED = 7 << ORDER_POSITION | 511 << DECIMATION_POSITION
CIC_ORDERS = {4: 4, 5: 5}
"""By CICMOD; all other values are reserved."""
CIC_BITS, WORD_BITS = 26, 24

RSFLTBYP, HPFBYP = 1 << 0, 1 << 7

FTHF, DOVRF, RXNEF = 1 << 0, 1 << 1, 1 << 3
SATF, CKABF, RFOVRF = 1 << 9, 1 << 10, 1 << 11
ERRORS = DOVRF | SATF | CKABF | RFOVRF
"""Flags that software clears; the reshape filter, which is never used, sets none."""

FIFO_WORDS = 4
"""As in the manual's example of an overrun."""

REGISTERS = {
    0x00: Register("GCR"),
    0x04: Register("CKGCR", 0, CKGDEN | CCK0EN | CKGCR_PROTECTED, status=ACTIVE),
    0x80: Register("SITF0CR", 31 << STH_POSITION, SITFEN | NORMAL_SPI | 31 << STH_POSITION,
                   status=ACTIVE),
    0x84: Register("BSMX0CR", 0, 1, status=ACTIVE),
    0x88: Register("DFLT0CR", 0, DFLTEN | DFLTCR_PROTECTED, status=ACTIVE | RUNNING),
    0x8C: Register("DFLT0CICR", 0, DFLTCICR_PROTECTED | 63 << SCALE_POSITION),
    0x90: Register("DFLT0RSFR", 0, 0x391),
    0xA4: Register("DLY0CR", status=ACTIVE),
    0xAC: Register("DFLT0IER", 0, FTHF | ERRORS),
    0xB0: Register("DFLT0ISR", 0, ERRORS | 3 << 12, write_one=True, status=FTHF | RXNEF),
    0xB8: Register("SADCR"),
    0xBC: Register("SADCFGR"),
    0xC0: Register("SADSDLVR"),
    0xC4: Register("SADANLVR"),
    0xF0: Register("DFLT0DR", sizes=(2, 4)),
}  # fmt: skip
