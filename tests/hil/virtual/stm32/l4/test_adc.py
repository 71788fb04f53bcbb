# SPDX-License-Identifier: Apache-2.0
"""ADC1 of the L432 with TIM6: codes of an analogue level, by DMA, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from hil.virtual.sound.sound import Levels
from tests.hil.virtual.conftest import Boot, assert_broken, variable

RING, RATE_HZ = 320, 32_000
SAMPLES = 8

SOURCE = """
#define ADC 0x50040000u
#define ADC_ISR R32(ADC + 0x00)
#define ADC_IER R32(ADC + 0x04)
#define ADC_CR R32(ADC + 0x08)
#define ADC_CFGR R32(ADC + 0x0C)
#define ADC_CFGR2 R32(ADC + 0x10)
#define ADC_SMPR1 R32(ADC + 0x14)
#define ADC_SQR1 R32(ADC + 0x30)
#define ADC_DR R32(ADC + 0x40)
#define ADC_CCR R32(ADC + 0x308)
#define TIM6 0x40001000u
#define TIM_CR1 R32(TIM6 + 0x00)
#define TIM_CR2 R32(TIM6 + 0x04)
#define TIM_EGR R32(TIM6 + 0x14)
#define TIM_PSC R32(TIM6 + 0x28)
#define TIM_ARR R32(TIM6 + 0x2C)
#ifndef CLOCK
#define CLOCK (1u << 16) /* HCLK */
#endif
#ifndef REGULATOR_TURNS
#define REGULATOR_TURNS 600u
#endif
#ifndef CONFIGURATION
#define CONFIGURATION (1u << 31 | 1u << 10 | 13u << 6 | 3u) /* rising TIM6_TRGO, DMA in a circle */
#endif
#ifndef OVERSAMPLING
#define OVERSAMPLING (1u | 2u << 2) /* 8 samples, no shift */
#endif
#ifndef SAMPLE_CODE
#define SAMPLE_CODE 4u
#endif
#ifndef SEQUENCE
#define SEQUENCE (5u << 6)
#endif
#ifndef DMA_SIZES
#define DMA_SIZES (2u << 8 | 2u << 10)
#endif
#ifndef RELOAD
#define RELOAD 2499u
#endif
#ifndef PRESCALER
#define PRESCALER 0u
#endif
#ifndef INTERRUPTS_WANTED
#define INTERRUPTS_WANTED 0u
#endif
volatile uint32_t flags, data, calibrated;
uint32_t ring[320];
static void adc_supply(void) {
    enable(AHB2ENR, 13);
#ifdef KERNEL_CLOCK
    R32(RCC + 0x88) |= KERNEL_CLOCK;
#endif
    ADC_CCR = CLOCK;
    ADC_CR = 0;
    ADC_CR = 1u << 28;
    wait_turns(REGULATOR_TURNS);
}
static void adc_calibrate(void) {
    ADC_CR |= 1u << 31;
    while (ADC_CR >> 31) { }
    calibrated = 1;
    wait_turns(20);
}
static void adc_on(void) {
    ADC_ISR = 1;
    ADC_CR |= 1;
#ifndef NO_READY_WAIT
    while (!(ADC_ISR & 1u)) { }
#endif
}
static void adc_settings(void) {
    ADC_SMPR1 = SAMPLE_CODE << 15;
    ADC_SQR1 = SEQUENCE;
    ADC_CFGR = CONFIGURATION;
    ADC_CFGR2 = OVERSAMPLING;
    ADC_IER = INTERRUPTS_WANTED;
}
static void timer_begin(void) {
    enable(APB1ENR1, 4);
    TIM_PSC = PRESCALER;
    TIM_ARR = RELOAD;
    TIM_CR2 = 2u << 4;
    TIM_EGR = 1;
    TIM_CR1 = 1;
}
static void ring_begin(void) {
    enable(AHB1ENR, 0);
    DMA_CSELR = 0;
    CPAR(1) = ADC + 0x40;
    CMAR(1) = (uint32_t)ring;
    CNDTR(1) = 320;
    CCR(1) = DMA_SIZES | DMA_MINC | DMA_CIRC | 1u;
}
void reset(void) {
    fpu_begin(); clock_begin(); ring_begin();
    ACT;
    for (;;) { wait_turns(1000); }
}
"""
BEGIN = "adc_supply(); adc_calibrate(); adc_on(); adc_settings(); ADC_CR |= 1u << 2; timer_begin()"


def listen(boot_on: Boot, *defines: str, act: str = BEGIN) -> Machine:
    unused = "__attribute__((used)) static void"
    return boot_on("l432", SOURCE.replace("static void", unused).replace("ACT", act), *defines)


def tone(seconds: float) -> Levels:
    """500 Hz: five periods fill the ring, wherever in it the newest word is."""
    times = np.arange(round(48_000 * seconds)) / 48_000
    return np.asarray(0.5 * np.sin(2 * np.pi * 500 * times))


def words(machine: Machine) -> np.ndarray:
    view = machine.core.memory(machine.symbols.addresses["ring"], 4 * RING)
    assert view is not None
    return np.frombuffer(view.tobytes(), "<u4").astype(np.int64)


def test_silence_is_the_amplifiers_bias(boot_on: Boot) -> None:
    machine = listen(boot_on)
    machine.run(0.02)
    assert set(words(machine)) == {SAMPLES * round(0.505 * 4096)}


def test_a_tone_has_its_level_and_its_frequency(boot_on: Boot) -> None:
    machine = listen(boot_on)
    machine.hear(tone(0.5), 48_000)
    machine.run(0.05)
    levels = words(machine) / (SAMPLES * 4096)
    spectrum = 2 / RING * np.abs(np.fft.rfft(levels))
    assert spectrum[0] / 2 == pytest.approx(0.505, abs=0.001)
    assert spectrum[5] == pytest.approx(0.5 * 0.9 * 0.5, rel=0.005)
    assert max(spectrum[1:5].max(), spectrum[6:].max()) < spectrum[5] / 1000


def test_slices_of_a_run_make_no_difference(boot_on: Boot) -> None:
    whole, sliced = listen(boot_on), listen(boot_on)
    for machine in (whole, sliced):
        machine.hear(tone(0.1), 48_000)
    sliced.loop.slice_cycles = 777
    whole.run(0.03)
    sliced.run(0.03)
    assert whole.core.instructions == sliced.core.instructions
    assert np.array_equal(words(whole), words(sliced))


@pytest.mark.parametrize(
    ("defines", "full"),
    [
        (("OVERSAMPLING=0u",), 4096),
        (("OVERSAMPLING=(1u | 7u << 2 | 4u << 5)", "SAMPLE_CODE=0u", "RELOAD=9999u"), 65536),
        (("DMA_SIZES=(1u << 8 | 1u << 10)",), None),
        (("PRESCALER=1u", "RELOAD=1249u"), 8 * 4096),
        (("CLOCK=0u", "KERNEL_CLOCK=(3u << 28)"), 8 * 4096),
        (("CLOCK=(2u << 16)", "SAMPLE_CODE=0u"), 8 * 4096),
    ],
)
def test_other_settings(boot_on: Boot, defines: tuple[str, ...], full: int | None) -> None:
    machine = listen(boot_on, *defines)
    machine.run(0.05)
    got = words(machine)
    if full is None:  # two results a word, in half of the ring
        got = got[:160] & 0xFFFF
        full = 8 * 4096
    assert set(got) == {full * round(0.505 * 4096) // 4096}


POLL = """adc_supply(); adc_calibrate(); adc_on(); adc_settings(); ADC_CR |= 1u << 2; timer_begin();
wait_turns(2000); flags = ADC_ISR; data = ADC_DR; ADC_ISR = 1u << 4; TIM_CR1 = 0;
ADC_CR |= 1u << 4; ADC_CR |= 1u << 1"""


def test_without_dma_results_that_nobody_fetches_are_told(boot_on: Boot) -> None:
    machine = listen(boot_on, "CONFIGURATION=(1u << 31 | 1u << 10 | 13u << 6)", act=POLL)
    machine.run(0.02)
    assert variable(machine, "flags") & 0x1C == 0x1C
    assert variable(machine, "data") == SAMPLES * round(0.505 * 4096)
    assert machine.bus.read(0x5004_0008, 4) == 1 << 28


@pytest.mark.parametrize(
    ("defines", "rule", "said"),
    [
        (("REGULATOR_TURNS=10u",), Rule.ADC_SETTINGS, "20 us"),
        (("NO_READY_WAIT",), Rule.ADC_SETTINGS, "ADRDY"),
        (("CLOCK=0u",), Rule.ADC_SETTINGS, "its clock is 0 MHz"),
        (("CLOCK=(13u << 18)",), Rule.ADC_SETTINGS, "PRESC"),
        (("CLOCK=0u", "KERNEL_CLOCK=(1u << 28)"), Rule.UNMODELLED_REGISTER, "ADCSEL"),
        (("SEQUENCE=(6u << 6)",), Rule.ADC_SETTINGS, "channel 6"),
        (("SEQUENCE=(5u << 6 | 1u)",), Rule.UNMODELLED_REGISTER, "sequence"),
        (("CONFIGURATION=(1u << 31 | 3u)",), Rule.UNMODELLED_REGISTER, "TIM6_TRGO"),
        (("CONFIGURATION=(1u << 31 | 1u << 10 | 11u << 6 | 3u)",), Rule.UNMODELLED_REGISTER,
         "TIM6_TRGO"),
        (("CONFIGURATION=(1u << 31 | 1u << 10 | 13u << 6 | 1u)",), Rule.UNMODELLED_REGISTER,
         "one-shot"),
        (("CONFIGURATION=(1u << 31 | 1u << 3)",), Rule.UNMODELLED_REGISTER, "00000008"),
        (("OVERSAMPLING=(1u | 7u << 2)",), Rule.ADC_SETTINGS, "16 bits"),
        (("OVERSAMPLING=(1u | 2u << 2 | 9u << 5)",), Rule.ADC_SETTINGS, "reserved"),
        (("SAMPLE_CODE=7u",), Rule.ADC_SETTINGS, "longer than"),
        (("DMA_SIZES=0u",), Rule.DMA_SETTINGS, "moves 2 or 4 bytes"),
        (("RELOAD=0u",), Rule.ADC_SETTINGS, "ARR = 0"),
    ],
)  # fmt: skip
def test_a_wrong_start_is_refused(
    boot_on: Boot, defines: tuple[str, ...], rule: Rule, said: str
) -> None:
    assert said in assert_broken(listen(boot_on, *defines), rule).detail


ON = "adc_supply(); adc_calibrate(); adc_on(); adc_settings()"


@pytest.mark.parametrize(
    ("act", "rule", "said"),
    [
        ("adc_supply(); adc_on()", Rule.ADC_SETTINGS, "without a calibration"),
        ("adc_supply(); ADC_CR |= 1u << 31; ADC_CR |= 1", Rule.ADC_SETTINGS, "ADCAL is 0"),
        ("enable(AHB2ENR, 13); ADC_CR |= 1u << 28", Rule.ADC_SETTINGS, "power-down"),
        ("adc_supply(); adc_calibrate(); ADC_CR |= 1u << 2", Rule.ADC_SETTINGS, "ADSTART"),
        ("adc_supply(); adc_calibrate(); ADC_CR |= 1u << 4", Rule.ADC_SETTINGS, "ADSTP"),
        (f"{ON}; ADC_CR |= 1u << 31", Rule.ADC_SETTINGS, "not off"),
        (f"{ON}; ADC_CR = 0", Rule.ADC_SETTINGS, "not off"),
        (f"{ON}; ADC_CCR = 0", Rule.WRITE_PROTECTED_REGISTER, "CCR"),
        (f"{ON}; enable(AHB2ENR, 0); R32(GPIOA) &= ~3u; ADC_CR |= 1u << 2", Rule.PIN_FUNCTION,
         "input"),
        (f"{BEGIN}; ADC_SMPR1 = 0", Rule.WRITE_PROTECTED_REGISTER, "SMPR1"),
        (f"{BEGIN}; ADC_CR |= 1u << 1", Rule.ADC_SETTINGS, "ADDIS"),
        (f"{BEGIN}; TIM_ARR = 100", Rule.UNMODELLED_REGISTER, "ARR"),
        (f"{BEGIN}; enable(AHB2ENR, 0); R32(GPIOA) &= ~3u; wait_turns(90000)",
         Rule.PIN_FUNCTION, "input"),
        (f"{BEGIN}; R32(RCC + APB1ENR1) &= ~16u; wait_turns(90000)", Rule.CLOCK_OFF, "TIM6"),
        (f"{BEGIN}; R32(RCC + AHB2ENR) &= ~(1u << 13); wait_turns(90000)", Rule.CLOCK_OFF,
         "ADC1"),
        (f"{BEGIN}; RCC_CFGR |= 8u << 4; wait_turns(90000)", Rule.ADC_SETTINGS, "changed"),
        ("enable(APB1ENR1, 4); TIM_PSC = 1; TIM_CR1 = 1", Rule.ADC_SETTINGS, "PSC"),
        ("enable(APB1ENR1, 4); TIM_CR1 = 8", Rule.UNMODELLED_REGISTER, "00000008"),
    ],
)  # fmt: skip
def test_a_wrong_order_is_refused(boot_on: Boot, act: str, rule: Rule, said: str) -> None:
    error = assert_broken(listen(boot_on, act=act), rule)
    assert said in str(error)
