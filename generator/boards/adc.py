# SPDX-License-Identifier: Apache-2.0
"""ADC1 as the port of a microphone with an analogue output.

TIM6 triggers the ADC at the rate of the words; at each trigger it converts 16 times and adds the
results up by itself. Source: RM0394 (ADC "Oversampler", "Channel-wise programmable sampling time",
TIM6). The driver is `firmware_templates/port/microphone/adc/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KIND = "adc"
PERIPHERAL = "ADC1"

WORD_SHIFT = 0
OVERSAMPLING = 16
OVERSAMPLING_FIELD = OVERSAMPLING.bit_length() - 2
"""OVSR: 2 to the power of this plus one."""

FULL_SCALE = OVERSAMPLING * 4096 // 2
"""Of a word, from the middle of the supply to its ends; the middle itself is as much."""

CONVERSION_HALF_CYCLES = 25
"""12 bits take 12.5 cycles of the ADC's clock."""

SAMPLE_HALF_CYCLES = (5, 13, 25, 49, 95, 185, 495, 1281)
"""SMP 0 to 7: sampling time in halves of a cycle."""

BUS_DIVIDER = 2
"""CKMODE 2: the ADC's clock is half the bus clock, whatever its duty cycle."""

MAX_CLOCK_HZ = 80_000_000

TIMER_PERIODS = range(2, 65_537)

REGULATOR_US = 20
"""T_ADCVREG_STUP: the regulator's start-up time (DS11451, ADC characteristics)."""

AFTER_CALIBRATION_CYCLES = 4
"""Of the ADC's clock, between the calibration and ADEN."""

CHANNELS_PER_REGISTER = 10
"""SMPR1 has channels 0 to 9, three bits each."""


class UnreachableError(ValueError):
    """The clock tree does not give the ADC the rate; the message has the numbers."""


@dataclass(frozen=True, slots=True)
class AdcValues:
    """What ``port/microphone_source.c`` of the ADC writes."""

    base: int
    enable_register: str
    enable_bit: int
    gpio_enable_register: str
    timer_base: int
    timer_enable_register: str
    timer_enable_bit: int
    timer_hz: int
    timer_period: int
    clock_hz: int
    channel: int
    oversampling: int
    oversampling_field: int
    sample_field: int
    sample_cycles: float
    smpr_index: int
    smpr_shift: int
    regulator_cycles: int
    """Of the core."""
    calibrated_cycles: int
    """Of the core."""
    dma_enable_mask: int
    """In RCC_AHB1ENR."""


def make_adc_values(
    *,
    base: int,
    enable: tuple[str, int],
    gpio_enable_register: str,
    timer_base: int,
    timer_enable: tuple[str, int],
    timer_hz: int,
    bus_hz: int,
    core_hz: int,
    words_hz: int,
    channel: int,
    dma_enable_mask: int,
) -> AdcValues:
    """The longest sampling time with which a word is done before the next trigger.

    Raises `UnreachableError`.
    """
    period, rest = divmod(timer_hz, words_hz)
    if rest or period not in TIMER_PERIODS:
        raise UnreachableError(
            f"TIM6 cannot trigger {PERIPHERAL} at {words_hz} Hz, twice the front-end's sample rate:"
            f" {timer_hz} Hz is no multiple of it up to {TIMER_PERIODS[-1]}"
        )
    clock_hz = bus_hz // BUS_DIVIDER
    field = _sample_field(clock_hz, words_hz)
    return AdcValues(
        base=base,
        enable_register=enable[0],
        enable_bit=enable[1],
        gpio_enable_register=gpio_enable_register,
        timer_base=timer_base,
        timer_enable_register=timer_enable[0],
        timer_enable_bit=timer_enable[1],
        timer_hz=timer_hz,
        timer_period=period,
        clock_hz=clock_hz,
        channel=channel,
        oversampling=OVERSAMPLING,
        oversampling_field=OVERSAMPLING_FIELD,
        sample_field=field,
        sample_cycles=SAMPLE_HALF_CYCLES[field] / 2,
        smpr_index=channel // CHANNELS_PER_REGISTER,
        smpr_shift=3 * (channel % CHANNELS_PER_REGISTER),
        regulator_cycles=-(-REGULATOR_US * core_hz // 1_000_000),
        calibrated_cycles=-(-AFTER_CALIBRATION_CYCLES * core_hz // clock_hz),
        dma_enable_mask=dma_enable_mask,
    )


def _sample_field(clock_hz: int, words_hz: int) -> int:
    """SMP. One more cycle for each word: the trigger waits for the ADC's clock."""
    half_cycles = 2 * (clock_hz // words_hz - 1)
    fields = [
        field
        for field, sample in enumerate(SAMPLE_HALF_CYCLES)
        if OVERSAMPLING * (sample + CONVERSION_HALF_CYCLES) <= half_cycles
    ]
    if not fields or clock_hz > MAX_CLOCK_HZ:
        raise UnreachableError(
            f"{PERIPHERAL} at {clock_hz} Hz cannot convert {OVERSAMPLING} times for each of"
            f" {words_hz} words a second"
        )
    return fields[-1]


def signal_pins(inputs: Mapping[str, int]) -> dict[tuple[str, str], dict[str, int]]:
    """As `check_microphone_pins` takes them: an analogue pin has no alternate function but 0."""
    return {(PERIPHERAL, "data"): dict.fromkeys(inputs, 0)}
