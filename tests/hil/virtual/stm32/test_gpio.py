# SPDX-License-Identifier: Apache-2.0
"""Outputs and inputs of the virtual boards: what an LED shows, what a button does."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hil.virtual.machine import Machine
from hil.virtual.rules import Rule, RuleBroken
from hil.virtual.stm32.boards import WIRING
from hil.virtual.stm32.gpio import Gpio, PinChange
from hil.virtual.stm32.leds_and_buttons import LedChange, buttons_of, leds_of
from tests.hil.virtual.conftest import Boot, variable

MODER, OTYPER, PUPDR, IDR, ODR, BSRR, BRR = 0x00, 0x04, 0x0C, 0x10, 0x14, 0x18, 0x28

BLINK = """
#define PORT 0x42021C00u /* GPIOH */
void reset(void) {
    clock_begin();
    enable(0x8C, 7);
    R32(PORT + 0x18) = 1u << 7;
    R32(PORT) = (R32(PORT) & ~(3u << 14)) | 1u << 14;
    for (int i = 0; i < 3; i++) {
        wait_turns(10000u);
        R32(PORT + 0x18) = 1u << (7 + 16);
        wait_turns(10000u);
        R32(PORT + 0x18) = 1u << 7;
    }
    for (;;) {
    }
}
"""

READ_BUTTON = """
volatile uint32_t seen;
void reset(void) {
    clock_begin();
    enable(0x8C, 2); /* GPIOC */
    R32(0x42020800u + 0x0C) = PULL << 26;
    R32(0x42020800u) &= ~(3u << 26);
    for (;;) {
        seen = R32(0x42020800u + 0x10) >> 13 & 1u;
    }
}
"""


def port_of(machine: Machine, letter: str) -> Gpio:
    port = machine.peripherals[f"GPIO{letter}"]
    assert isinstance(port, Gpio)
    return port


def set_mode(port: Gpio, pin: int, mode: int) -> None:
    moder = port.values["MODER"] & ~(3 << 2 * pin)
    port.write(MODER, 4, moder | mode << 2 * pin)


def test_an_led_blinks_in_virtual_time(boot: Boot) -> None:
    machine = boot(BLINK)
    led = leds_of(machine)["green"]
    assert led.changes == [] and not led.is_lit
    machine.run(0.02)
    lit = [change.lit for change in led.changes]
    assert lit == [True, False] * 3
    times = [change.seconds for change in led.changes]
    spans = [later - earlier for earlier, later in pairwise(times)]
    assert max(spans) - min(spans) < 1e-6, "each wait is as long as the others"
    assert 1e-4 < spans[0] < 1e-3
    assert led.was_lit(times[0], times[1]) and led.was_lit(times[0] + 1e-6, times[0] + 2e-6)
    assert not led.was_lit(0.0, times[0] - 1e-6) and not led.was_lit(times[-1] + 1e-6, 1.0)
    machine.reset()
    assert len(led.changes) == 6, "it was dark already"


def test_a_level_before_the_mode_is_no_change(machine: Machine) -> None:
    port, led = port_of(machine, "H"), leds_of(machine)["green"]
    port.write(BSRR, 4, 1 << 7)
    set_mode(port, 7, 1)
    assert port.changes == [PinChange(machine.now_ps, 7, True)]
    assert led.changes == []


def test_the_mode_before_the_level_lights_a_low_led(machine: Machine) -> None:
    port, led = port_of(machine, "H"), leds_of(machine)["green"]
    set_mode(port, 7, 1)
    port.write(BSRR, 4, 1 << 7)
    assert led.changes == [LedChange(machine.seconds, True), LedChange(machine.seconds, False)]


def test_set_wins_and_other_pins_stay(machine: Machine) -> None:
    port = port_of(machine, "H")
    port.write(ODR, 4, 0x0041)
    port.write(BSRR, 4, 0x0082 | 0x00C1 << 16)
    assert port.read(ODR, 4) == 0x0082
    port.write(BRR, 2, 0x0002)
    assert port.read(ODR, 4) == 0x0080
    assert port.read(BSRR, 4) == 0, "it is written only"


def test_an_open_drain_drives_low_alone(machine: Machine) -> None:
    port = port_of(machine, "H")
    port.write(OTYPER, 4, 1 << 7)
    port.write(BSRR, 4, 1 << 7)
    set_mode(port, 7, 1)
    assert port.driven(7) is None
    port.write(BSRR, 4, 1 << 23)
    assert port.driven(7) is False


@pytest.mark.parametrize("end", ["mode", "reset"])
def test_a_pin_that_is_no_output_drives_nothing(machine: Machine, end: str) -> None:
    port, led = port_of(machine, "H"), leds_of(machine)["red"]
    set_mode(port, 6, 1)
    assert led.is_lit, "the LED is between the supply and the pin, which is low"
    if end == "mode":
        set_mode(port, 6, 3)
    else:
        machine.reset()
    assert not led.is_lit and [change.lit for change in led.changes] == [True, False]


@pytest.mark.parametrize("board", ["u575", "l4r5"])
def test_an_output_without_its_supply_is_refused(board: str) -> None:
    machine = Machine(board)
    port = port_of(machine, "G")
    with pytest.raises(RuleBroken, match="PG2") as caught:
        set_mode(port, 2, 1)
    assert caught.value.rule is Rule.IO_SUPPLY
    machine.reset()
    offset, bit = (0x10, 29) if board == "u575" else (0x04, 9)
    machine.pwr.write(offset, 4, machine.pwr.read(offset, 4) | 1 << bit)
    set_mode(port, 1, 1)
    set_mode(port, 2, 1)
    assert port.driven(2) is False


@pytest.mark.parametrize("board", sorted(WIRING))
def test_a_button_reads_by_pull_and_finger(board: str) -> None:
    machine = Machine(board)
    for name, button in buttons_of(machine).items():
        wire = WIRING[board].buttons[name]
        port = port_of(machine, wire.port)
        on = int(wire.active_high)

        def level(port: Gpio = port, pin: int = wire.pin) -> int:
            return port.read(IDR, 4) >> pin & 1

        button.press()
        assert level() == 0, "an analog pin reads 0"
        set_mode(port, wire.pin, 0)
        assert level() == on
        button.release()
        assert level() == on, "nothing pulls: it cannot be told from a pressed one"
        port.write(PUPDR, 4, (2 if wire.active_high else 1) << 2 * wire.pin)
        assert level() == 1 - on
        button.press()
        assert level() == on, "a finger is stronger than a pull"
        machine.reset()
        set_mode(port, wire.pin, 0)
        assert level() == on, "a reset takes no finger away"


@pytest.mark.parametrize(("pull", "released"), [(1, 1), (0, 0), (2, 0)])
def test_firmware_reads_the_button(boot: Boot, pull: int, released: int) -> None:
    machine = boot(READ_BUTTON, f"PULL={pull}u")
    button = buttons_of(machine)["user"]
    machine.run(0.001)
    assert variable(machine, "seen") == released
    button.press()
    machine.run(0.001)
    assert variable(machine, "seen") == 0
    button.release()
    machine.run(0.001)
    assert variable(machine, "seen") == released


def test_both_pulls_at_once_are_refused(machine: Machine) -> None:
    with pytest.raises(RuleBroken, match="PUPDR 11 is reserved"):
        port_of(machine, "C").write(PUPDR, 4, 3 << 26)


def test_an_output_reads_back_what_it_drives(machine: Machine) -> None:
    port = port_of(machine, "H")
    port.write(BSRR, 4, 1 << 7)
    set_mode(port, 7, 1)
    assert port.read(IDR, 4) >> 7 & 1 == 1
