# SPDX-License-Identifier: Apache-2.0
"""Sound without end on a virtual board: segments, silence and events as the host twin has them.

An application of a user's kind pushes samples of its own making, with silences that a microphone
would not let through, so patches are filled and steps are silent. Host and part get the same ones.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.boards.record import BoardSpec
from generator.firmware import make_firmware
from generator.host.continuous_twin import Heard, build_continuous_twin
from generator.model.event_rule import EventKind
from generator.network import read_network
from generator.project.user_application import application_of
from generator.toolchain.locate import Toolchain
from hil.virtual.machine import Machine
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model

HOP = 160
LABELS = ("bark", "rain", "hum")

PARTS = ((30, 3), (130, 0), (9, 2), (125, 0), (4, 5), (104, 0), (80, 4), (150, 0), (6, 3), (140, 0))
"""Hops, and by how many bits noise of full scale is shifted to the right; 0: silence."""

RECORD = (
    "preset: yamnet\npatch_overlap_frames: 24\nsilence_gate: {threshold_rms: 2, hangover_ms: 0}\n"
)
SETTINGS = """\
events:
  begin: 0.34
  end: 0.33
  classes:
    rain: {smoothing_s: 0.16, minimum_s: 0.16, begin: 0.08, end: 0.08}
    hum: {begin: 0.5, end: 0.4, refractory_s: 1.2}
"""
"""Near to this network's scores, which hardly change: about 0.33, 0.09 and 0.58."""

APPLICATION = """\
#include "library/mel2metal.h"
#include "port/watchdog.h"

#define HOP 160u
#define PARTS (sizeof parts / sizeof parts[0])

static const struct { uint32_t hops, shift; } parts[] = {%s};

_Noreturn void main(void);

static void on_patch(void *context, const struct m2m_patch *patch) {
    (void)context;
    m2m_printf("p %%u %%u", (unsigned)patch->index, (unsigned)patch->time_ms);
    for (uint32_t i = 0u; i < M2M_CLASS_COUNT; i++) {
        m2m_printf(" %%d", patch->scores[i]);
    }
    m2m_print("\\n");
}

static void on_event(void *context, const struct m2m_event *event) {
    (void)context;
    m2m_printf("e %%d %%d %%u %%u %%u\\n", (int)event->kind, (int)event->label,
               (unsigned)event->score_permille, (unsigned)event->time_ms,
               (unsigned)event->begin_ms);
}

static uint32_t state = 1u;

static int16_t noise(uint32_t shift) {
    state = state * 1664525u + 1013904223u;
    return (int16_t)((int32_t)(int16_t)(uint16_t)(state >> 16) / (1 << shift));
}

void main(void) {
    static int16_t samples[HOP];
    const struct m2m_callbacks callbacks = {.on_patch = on_patch, .on_event = on_event};

    m2m_board_begin();
    m2m_begin(&callbacks);
    for (uint32_t part = 0u; part < PARTS; part++) {
        for (uint32_t hop = 0u; hop < parts[part].hops; hop++) {
            for (uint32_t i = 0u; i < HOP; i++) {
                samples[i] = parts[part].shift == 0u ? (int16_t)0 : noise(parts[part].shift);
            }
            if (m2m_push(samples, HOP) != 0) {
                m2m_print("error\\n");
            }
            watchdog_feed();
        }
    }
    m2m_print("done\\n");
    for (;;) {
        watchdog_feed();
    }
}
"""


def sound() -> NDArray[np.int16]:
    """What the application makes."""
    state, samples = 1, []
    for hops, shift in PARTS:
        for _ in range(hops * HOP):
            value = 0
            if shift:
                state = (state * 1664525 + 1013904223) % 2**32
                value = state >> 16
                value = int((value - 2**16 if value >= 2**15 else value) / 2**shift)
            samples.append(value)
    return np.array(samples, dtype=np.int16)


def lines_of(heard: Heard) -> list[str]:
    """What it prints of them."""
    lines, events = [], list(heard.events)
    for step in heard.steps:
        if step.scores is not None:
            scores = " ".join(str(score) for score in step.scores)
            lines.append(f"p {step.index} {step.sample // 16} {scores}")
        while events and events[0].sample == step.sample:
            event = events.pop(0)
            permille = ((event.score + 128) * 1000 + 128) // 256
            kind = [EventKind.BEGINS, EventKind.ENDS].index(event.kind)
            times = f"{event.sample // 16} {event.begin_sample // 16}"
            lines.append(f"e {kind} {event.label} {permille} {times}")
    assert not events
    return lines


@pytest.mark.parametrize("board", ["u585"])
def test_a_part_hears_what_the_host_hears(
    boards: dict[str, BoardSpec], toolchain: Toolchain, tmp_path: Path, board: str
) -> None:
    content = (
        ModelBuilder(frames=32, bands=64, transposed=True)
        .conv(4, stride=(2, 2))
        .depthwise(stride=(2, 2))
        .conv(8, kernel=(1, 1))
        .head(classes=len(LABELS))
        .to_bytes()
    )
    model = write_model(tmp_path / "m.tflite", content, LABELS, RECORD)
    (tmp_path / "m.decision.yaml").write_text(SETTINGS, encoding="utf-8")
    folder = tmp_path / "pushes"
    folder.mkdir()
    parts = ", ".join(f"{{{hops}u, {shift}u}}" for hops, shift in PARTS)
    (folder / "main.c").write_text(APPLICATION % parts, encoding="utf-8")
    out = tmp_path / "build"
    made = make_firmware(
        boards[board],
        read_network(model),
        toolchain,
        out_dir=out,
        application=application_of(str(folder), out),
    )
    machine = Machine(board)
    machine.load_elf(made.image.project_dir / "out" / "mel2metal.elf")
    text = ""
    for _ in range(200):
        machine.run(seconds=0.1)
        text = bytes(machine.line.from_board).decode()
        if "done" in text:
            break
    printed = [line for line in text.splitlines() if line[:2] in {"p ", "e "} or line == "error"]

    heard = build_continuous_twin(made.image.project_dir).run(sound())
    assert printed == lines_of(heard)
    silent = sum(step.scores is None for step in heard.steps)
    patches = len(heard.steps) - silent
    segments = {step.segment_begin for step in heard.steps if step.scores is not None}
    assert (len(segments), silent > 30, patches > 10) == (5, True, True)
    assert {event.kind for event in heard.events} == {EventKind.BEGINS, EventKind.ENDS}
    assert len({event.label for event in heard.events}) == len(LABELS)
