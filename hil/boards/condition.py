# SPDX-License-Identifier: Apache-2.0
"""What a board says of its own start that whoever runs it should know."""

from __future__ import annotations

from collections.abc import Callable

from generator.wire import HelloFlag, Wait
from generator.wire.messages import Hello
from hil.boards.reset_cause import describe_reset
from hil.link.run_end import describe_end


def conditions(
    family: str, hello: Hello, describe_address: Callable[[int], str] = hex
) -> dict[str, str]:
    """Facts for the report, by what they are about."""
    flags = HelloFlag(hello.flags)
    facts = {"last reset": describe_reset(family, hello.reset_flags)}
    if flags & HelloFlag.SOURCE_MISSING:
        facts["clock source"] = (
            "the board's oscillator (HSE) is missing; runs from the part's own (HSI, 1 % off at "
            "most): is the ST-LINK powered, is the solder bridge of its MCO closed?"
        )
    elif flags & HelloFlag.LSE_LOCKED:
        facts["clock source"] = "MSI, locked to the 32.768 kHz crystal (LSE)"
    elif flags & HelloFlag.LSE_MISSING:
        facts["clock source"] = "MSI, free running: the 32.768 kHz crystal (LSE) does not start"
    if ended := describe_end(hello, describe_address):
        facts["run before"] = ended
    if hello.wait_given_up:
        facts["given up"] = f"the start before timed out waiting for {_wait(hello.wait_given_up)}"
    if hello.counter_losses:
        times = f"{hello.counter_losses} time{'s' * (hello.counter_losses > 1)}"
        facts["cycle counter"] = f"stopped {times} by a debugger, set going again"
    return facts


def warnings(family: str, hello: Hello, describe_address: Callable[[int], str] = hex) -> list[str]:
    """Those of the facts that somebody should do something about, in words."""
    facts = conditions(family, hello, describe_address)
    fine = {"last reset"} | ({"clock source"} if hello.flags & HelloFlag.LSE_LOCKED else set())
    told = [f"{what}: {text}" for what, text in facts.items() if what not in fine]
    if facts["last reset"] == "watchdog":
        told.insert(0, "last reset: by the watchdog; the firmware before this start hung")
    return told


def _wait(number: int) -> str:
    known = next((wait for wait in Wait if wait == number), None)
    return known.doc if known is not None else f"wait {number}"
