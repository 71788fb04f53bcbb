# SPDX-License-Identifier: Apache-2.0
"""What the words of the virtual u585's microphone have to be, by the host's own chain."""

from __future__ import annotations

import numpy as np

from hil.virtual.machine import Machine
from hil.virtual.sound.cic import Words, cic_state, sinc_decimate
from hil.virtual.sound.pdm import PdmSource
from hil.virtual.stm32.u5.adf import Adf

CLOCK_HZ, ORDER, DECIMATION = 1_600_000, 4, 50


def adf_of(machine: Machine) -> Adf:
    """The board's ADF1."""
    adf = machine.peripherals["ADF1"]
    assert isinstance(adf, Adf)
    return adf


def expected_words(machine: Machine, count: int) -> Words:
    """The first words since the filter started: modulator and filter, without the peripheral."""
    adf = adf_of(machine)
    assert adf.microphone is not None
    wired = adf.microphone.wired
    source = PdmSource(machine.sound, CLOCK_HZ, adf.microphone.started_ps, wired.settle_s)
    bits = source.bits(adf.first_clock, DECIMATION * count)
    return sinc_decimate(bits, ORDER, DECIMATION, cic_state())


def play_tone(machine: Machine, seconds: float) -> None:
    """1 kHz at half of full scale."""
    wave = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(round(48_000 * seconds)) / 48_000)
    machine.hear(wave, 48_000)
