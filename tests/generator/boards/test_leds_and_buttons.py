# SPDX-License-Identifier: Apache-2.0
"""LEDs and buttons of boards.yaml: what is refused, and that the shipped ones are the boards'."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import modm_devices
import pytest
import yaml
from modm_devices.parser import DeviceParser

from generator.boards.boards_file import load_boards
from generator.boards.families.h7 import pins as h7
from generator.boards.families.l4 import pins as l4
from generator.boards.families.u5 import pins as u5
from generator.boards.pin_checks import pins_of_ports
from generator.boards.record import BoardSpec
from generator.repository import DEFAULT_BOARDS_FILE
from hil.virtual.stm32.boards import WIRING
from tests.generator.record_changes import changed, faults_of

BOARDS = load_boards(DEFAULT_BOARDS_FILE)
DEVICES = Path(modm_devices.__file__).parent / "resources" / "devices" / "stm32"


def test_the_virtual_boards_have_the_same_ones(board: BoardSpec) -> None:
    """Two tables, each from the board's manual: a mistake in one shows."""
    wiring = WIRING[board.id]
    assert {name: (led.pin, led.lit == "high") for name, led in board.leds.items()} == {
        name: (str(wire), wire.active_high) for name, wire in wiring.leds.items()
    }
    assert {name: (one.pin, one.pressed == "high") for name, one in board.buttons.items()} == {
        name: (str(wire), wire.active_high) for name, wire in wiring.buttons.items()
    }
    assert board.leds


@pytest.fixture(params=sorted(BOARDS))
def board(request: pytest.FixtureRequest) -> BoardSpec:
    return BOARDS[request.param]


@pytest.mark.parametrize(
    ("board_id", "place", "value", "said"),
    [
        ("u585", "leds.green.pin", "PH17", "leds.green.pin: String should match pattern"),
        ("u585", "leds.green.lit", "maybe", "leds.green.lit: Input should be 'high' or 'low'"),
        ("u585", "leds.green.colour", "blue", "leds.green.colour: unknown key"),
        ("u585", "leds.Green", {"pin": "PE1", "lit": "low"}, "leds.Green"),
        ("u585", "leds.count", {"pin": "PE1", "lit": "low"}, "this name is taken by a constant"),
        ("u585", "leds.red", {"pin": "PE1"}, "leds.red.lit: is missing"),
        (
            "u585",
            "leds.red.pin",
            "PI8",
            "no PI8\n    remedy: mend the pin: port I of it has PI0",
        ),
        ("u575", "leds.red.pin", "PI1", "STM32U575ZI has no PI1"),
        ("l432", "leds.green.pin", "PB2", "STM32L432KC has no PB2"),
        ("l475", "leds.green.pin", "PG3", "STM32L475VG has no PG3"),
        ("h743", "leds.red.pin", "PH2", "STM32H743ZI has no PH2"),
        ("h743", "leds.red.pin", "PA13", "PA13 is SWDIO of the debugger"),
        ("u585", "buttons.user.pin", "PA14", "PA14 is SWCLK of the debugger"),
        ("u585", "buttons.user.pressed", "yes", "Input should be 'high' or 'low'"),
        ("u585", "leds.red.pin", "PH7", "leds.red.pin: PH7 is taken by leds.green"),
        ("u585", "buttons.user.pin", "PH6", "buttons.user.pin: PH6 is taken by leds.red"),
        ("u585", "leds.green.pin", "PA9", "leds.green.pin: PA9 is taken by uart.tx"),
        ("l475", "leds.green.pin", "PB7", "leds.green.pin: PB7 is taken by uart.rx"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, board_id: str, place: str, value: object, said: str
) -> None:
    faults = faults_of(tmp_path / "boards.yaml", changed(board_id, (place, value)))
    assert any(said in fault for fault in faults), faults
    assert len(faults) == 1


def test_all_of_them_come_together(tmp_path: Path) -> None:
    document = changed(
        "u585",
        ("leds.green.pin", "PI9"),
        ("leds.red", {"pin": "PA10", "lit": "low"}),
        ("buttons.user.pressed", 1),
        ("clock.flash_wait_states", 1),
    )
    faults = "\n".join(faults_of(tmp_path / "boards.yaml", document))
    for said in ("no PI9", "taken by uart.rx", "buttons.user.pressed", "4 are needed"):
        assert said in faults


def test_a_record_without_them_is_read(tmp_path: Path) -> None:
    document = changed("u585")
    del document["u585"]["leds"], document["u585"]["buttons"]
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(document))
    assert load_boards(path)["u585"].leds == {}


def test_ports_as_text() -> None:
    assert pins_of_ports("A0-2 H1,3") == {"PA0", "PA1", "PA2", "PH1", "PH3"}


def known_packages(stem: str, parts: Sequence[str]) -> dict[tuple[str, str], frozenset[str]]:
    """(part without its package, package's letter) to the pins of all variants, by modm-devices."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    numbers = {part[7:9].lower() for part in parts}
    for path in sorted(DEVICES.glob(f"{stem}-*.xml")):
        if not numbers & set(path.stem.replace("-", "_").split("_")):
            continue
        for device in DeviceParser().parse(str(path)).get_devices():
            name = device.identifier.string.upper()
            for driver in device.properties["driver"]:
                if driver["name"] == "gpio":
                    found[name[:9], name[9]] |= {
                        f"P{pin['port'].upper()}{pin['pin']}" for pin in driver["gpio"]
                    }
    return {key: frozenset(pins) for key, pins in found.items()}


@pytest.mark.parametrize(
    ("stem", "parts", "package_pins"),
    [
        ("stm32u5", ("STM32U575", "STM32U585"), u5.package_pins),
        ("stm32l4", tuple(l4.PACKAGES), l4.package_pins),
        ("stm32h7", tuple(h7.PACKAGES), h7.package_pins),
    ],
    ids=["u5", "l4", "h7"],
)
def test_pins_of_packages_against_modm(
    stem: str, parts: Sequence[str], package_pins: Callable[[str], frozenset[str] | None]
) -> None:
    known = {key: pins for key, pins in known_packages(stem, parts).items() if key[0] in parts}
    assert len(known) >= 14
    for (part, letter), pins in known.items():
        assert package_pins(f"{part}{letter}I") == pins, (part, letter)
    assert package_pins(parts[0]) is None, "its name does not tell the package"
