# SPDX-License-Identifier: Apache-2.0
"""Bugs put into the firmware's C on purpose: its fuzz targets find them within seconds.

Two of them in every run; all of them with PLANTED_BUGS=1 (`make planted-bugs`): each is a build.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.repository import TEMPLATES_DIR
from tests.fuzz.c_build import build_program
from tests.fuzz.c_run import repeat_input, run_engine
from tests.fuzz.c_targets import C_TARGETS
from tests.fuzz.engines import HAS_GNU_TOOLS, find_engine
from tests.fuzz.target import Budget

pytestmark = pytest.mark.slow

ALL = os.environ.get("PLANTED_BUGS") == "1"

MOST_EXECUTIONS = 200_000
"""Half a minute of the slowest target; most bugs need a hundredth of it."""

MEASURE = "applications/measure"


@dataclass(frozen=True, slots=True)
class PlantedBug:
    """A change to one file of the templates."""

    name: str
    target: str
    file: str
    right: str
    wrong: str


BUGS = (
    PlantedBug(
        "the decoder writes one byte beyond its limit",
        "link-cobs",
        f"{MEASURE}/cobs.c",
        "if (self->decoded_bytes == self->limit) {",
        "if (self->decoded_bytes > self->limit) {",
    ),
    PlantedBug(
        "a run of 254 bytes is followed by a zero",
        "link-cobs",
        f"{MEASURE}/cobs.c",
        "self->zero_due = byte != LONGEST_RUN;",
        "self->zero_due = true;",
    ),
    PlantedBug(
        "the receive ring wraps one byte late",
        "link-receive-tiny",
        "port/uart.c",
        "if (rx_read_offset >= sizeof rx_ring",
        "if (rx_read_offset > sizeof rx_ring",
    ),
    PlantedBug(
        "a block of the transmit ring goes beyond its end",
        "link-receive-tiny",
        "port/uart.c",
        "if (bytes > to_end) {",
        "if (bytes > 2u * to_end) {",
    ),
    PlantedBug(
        "a frame shorter than header and CRC is taken",
        "link-receive-tiny",
        f"{MEASURE}/link.c",
        "if (frame_bytes < FRAME_OVERHEAD_BYTES) {",
        "if (frame_bytes < WIRE_CRC_BYTES) {",
    ),
    PlantedBug(
        "credit is as large as the ring",
        "link-receive-tiny",
        f"{MEASURE}/link.c",
        "const uint32_t limit = taken_bytes + link_window_bytes();",
        "const uint32_t limit = taken_bytes + uart_rx_ring_bytes();",
    ),
    PlantedBug(
        "a run is released before its code byte is known",
        "link-receive-tiny",
        f"{MEASURE}/link.c",
        "release_until(encoder.code_at);",
        "release_until(encoder.next);",
    ),
    PlantedBug(
        "the frame behind a gap is lost",
        "link-receive",
        f"{MEASURE}/link.c",
        "message_follows_gap = true;",
        "message_follows_gap = false;",
    ),
    PlantedBug(
        "samples are taken beyond the longest message",
        "session",
        f"{MEASURE}/session.c",
        "bytes % sizeof(int16_t) != 0u || bytes / sizeof(int16_t) > WIRE_AUDIO_LIMIT_SAMPLES",
        "bytes % sizeof(int16_t) != 0u",
    ),
    PlantedBug(
        "a clip with a lost message has a result",
        "session",
        f"{MEASURE}/session.c",
        "            clip_state = CLIP_HELD;\n",
        "            clip_state = CLIP_OPEN;\n",
    ),
    PlantedBug(
        "frames are sent beyond the last one kept",
        "session",
        f"{MEASURE}/features.c",
        "if (frames == FRAMES_AT_ONCE || !next_lies_behind) {",
        "if (frames == FRAMES_AT_ONCE || (!next_lies_behind && frames == 0u)) {",
    ),
    PlantedBug(
        "FRAMES goes on beyond the patch",
        "session-taps",
        f"{MEASURE}/taps.c",
        "if (first_frame != next_frame || count > NETWORK_FRAMES - next_frame) {",
        "if (first_frame != next_frame) {",
    ),
    PlantedBug(
        "a class rests one step too few",
        "running-decision",
        "library/events.c",
        "course->rest = (uint32_t)rule->refractory + 1u;",
        "course->rest = (uint32_t)rule->refractory;",
    ),
)


@pytest.mark.skipif(not HAS_GNU_TOOLS, reason="the C targets need GNU ld and objcopy")
@pytest.mark.parametrize("bug", BUGS if ALL else BUGS[:2], ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: PlantedBug, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES_DIR, templates)
    path = templates / bug.file
    text = path.read_text(encoding="utf-8")
    assert text.count(bug.right) == 1
    path.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    (target,) = (target for target in C_TARGETS if target.name == bug.target)
    engine = find_engine()
    program = build_program(target.program, engine, templates)
    budget = Budget(seed=1, executions=MOST_EXECUTIONS, work=tmp_path / "work")
    outcome = run_engine(engine, program, target.name, budget)
    print(f"{bug.name}: {outcome.executions} executions, {outcome.seconds:.1f} s: ", end="")
    (finding,) = outcome.findings
    print(finding.what)
    again = repeat_input(program, finding.file)
    assert again is not None
    assert target.repeat(finding.file) is None, "the right C fails for it as well"


def test_each_planted_bug_is_in_the_templates() -> None:
    for bug in BUGS:
        assert (TEMPLATES_DIR / bug.file).read_text(encoding="utf-8").count(bug.right) == 1, bug
