# SPDX-License-Identifier: Apache-2.0
"""The fuzz targets of the firmware's C."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.firmware.firmware_driver import SHARED, SOURCES
from tests.fuzz.c_build import CProgram, build_program
from tests.fuzz.c_run import repeat_input, run_engine
from tests.fuzz.engines import Engine, find_engine
from tests.fuzz.target import Budget, Finding, Outcome


@dataclass(frozen=True, slots=True)
class CTarget:
    """A C file with `LLVMFuzzerTestOneInput`, and what it is compiled with."""

    name: str
    about: str
    program: CProgram
    engine: Engine | None = field(default=None, compare=False)
    """None: the best that this machine has."""

    def run(self, budget: Budget) -> Outcome:
        """Compile it if this machine has not yet, and run it."""
        engine = self.engine or find_engine()
        return run_engine(engine, build_program(self.program, engine), self.name, budget)

    def repeat(self, file: Path) -> Finding | None:
        """Run one input."""
        engine = self.engine or find_engine()
        return repeat_input(build_program(self.program, engine), file)


_AROUND = (
    "frames.c",
    "line.c",
    "watch.c",
    "taken.c",
    "host.c",
    "board.c",
    "conversation.c",
    "state.c",
)
_LINK = ("app/cobs.c", "app/link.c", "library/crc32.c", "port/uart.c")
_WRAPPED = (
    *("link_receive", "uart_rx_consume", "uart_rx_span"),
    *("uart_tx_place", "uart_tx_poll", "uart_tx_release"),
)
_PRODUCT_RINGS = ("-DPORT_RX_RING_BYTES=4096u", "-DPORT_TX_RING_BYTES=2048u")
_TINY_RINGS = ("-DPORT_RX_RING_BYTES=128u", "-DPORT_TX_RING_BYTES=512u")


def _receive(defines: tuple[str, ...]) -> CProgram:
    return CProgram(("receive.c", *_AROUND), _LINK, defines, _WRAPPED)


def _session(taps: int) -> CProgram:
    """Whatever of `app/` the tests' driver has, over our own line, front-end and network."""
    own = ("session.c", "answers.c", "sent.c", "net.c", "board_facts.c", *_AROUND)
    application = tuple(f"app/{name}.c" for name in SOURCES)
    library = ("library/listener.c", "library/decision.c", "library/classes.c")
    rest = (*SHARED, "port/uart.c")
    defines = (*_PRODUCT_RINGS, f"-DM2M_TAPS={taps}")
    return CProgram(own, (*application, *library, *rest), defines, _WRAPPED)


C_TARGETS = (
    CTarget(
        "link-cobs",
        "COBS: any bytes in any pieces, against an independent decoder; and back",
        CProgram(("cobs.c", "frames.c"), firmware=("app/cobs.c",)),
    ),
    CTarget(
        "link-receive",
        "frames, numbers, credit and both rings under any bytes, damage and timing",
        _receive(_PRODUCT_RINGS),
    ),
    CTarget(
        "link-receive-tiny",
        "the same with rings of 128 and 512 bytes: shorter than a frame",
        _receive(_TINY_RINGS),
    ),
    CTarget(
        "session",
        "messages of any types and fields: each has the answers of the wire, results are exact",
        _session(taps=0),
    ),
    CTarget(
        "session-taps",
        "the same of an image with taps: FRAMES, TAP_SELECT",
        _session(taps=1),
    ),
    CTarget(
        "running-decision",
        "any rule and scores: classes begin and end as computed from all steps anew",
        CProgram(("events.c",), firmware=("library/events.c",)),
    ),
)
