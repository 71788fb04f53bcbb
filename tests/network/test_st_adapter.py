# SPDX-License-Identifier: Apache-2.0
"""The adapter for ST's engine on this machine: patch, scores and errors, whatever the model wants.

The engine behind it is a few lines of C that remember the patch and answer as they are told.
"""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import numpy as np
import pytest

from generator.engines.stedgeai.generate import StNetwork
from generator.project.render import make_environment
from generator.project.target_flags import WARNINGS
from generator.repository import TEMPLATES_DIR
from generator.toolchain.locate import find_host_cc

FRAMES, BANDS, CLASSES = 5, 4, 3
SCORE_SCALE, SCORE_ZERO_POINT = 1 / 256, -128
MORE, READY, NOT_BEGUN, PATCH_FULL = 0, 1, -1, -2
ENGINE_ERROR = 0x1000000

ENGINE = """
#include "network/engine.h"
#include <string.h>

int8_t memory[64] __attribute__((aligned(8)));
int8_t seen[64];
uint8_t answer[16];
uint32_t begin_code, run_code, begins, runs;

uint32_t engine_begin(void) { begins++; return begin_code; }
int8_t *engine_input(void) { return memory; }
const void *engine_output(void) { return memory; }
uint32_t engine_run(void) {
    runs++;
    memcpy(seen, memory, sizeof seen);
    memset(memory, 0x5A, sizeof memory);
    memcpy(memory, answer, sizeof answer);
    return run_code;
}
"""


class Adapter:
    """A compiled adapter and the engine that it talks to."""

    def __init__(self, folder: Path, *, bands_first: bool, score_format: str) -> None:
        network = StNetwork(
            model_name="tiny",
            model_sha256="0" * 64,
            frames=FRAMES,
            bands=BANDS,
            classes=CLASSES,
            operator_count=2,
            input_scale="0.5",
            input_zero_point=0,
            score_scale="0.00390625",
            score_zero_point=SCORE_ZERO_POINT,
            arena_bytes=64,
            widest_row_bytes=8,
            bands_first=bands_first,
            score_format=score_format,
        )
        include = folder / "network"
        include.mkdir()
        environment = make_environment()
        for template in ("network/network.h.j2", "stedgeai/common/layout.h.j2"):
            text = environment.get_template(template).render(network=network)
            (include / Path(template).name.removesuffix(".j2")).write_text(text)
        common = TEMPLATES_DIR / "stedgeai" / "common"
        for name in ("engine.h", "network.c"):
            (include / name).write_text((common / name).read_text())
        (folder / "engine.c").write_text(ENGINE)
        library = folder / "adapter.so"
        command = [*find_host_cc(), "-std=c11", "-DM2M_TAPS=0", *WARNINGS, "-I", str(folder)]
        command += ["-Wno-missing-prototypes", "-fPIC", "-shared", "-o", str(library)]
        subprocess.run([*command, include / "network.c", folder / "engine.c"], check=True)
        self.c = ctypes.CDLL(str(library))
        self.c.network_scores_s8.restype = ctypes.POINTER(ctypes.c_int8)

    def tell(self, name: str, value: int) -> None:
        ctypes.c_uint32.in_dll(self.c, name).value = value

    def count(self, name: str) -> int:
        return ctypes.c_uint32.in_dll(self.c, name).value

    def answer(self, scores: np.ndarray) -> None:
        content = scores.tobytes()
        ctypes.memmove((ctypes.c_uint8 * 16).in_dll(self.c, "answer"), content, len(content))

    def push(self, patch: np.ndarray) -> list[int]:
        rows = [np.ascontiguousarray(row, np.int8) for row in patch]
        return [self.c.network_push_frame_s8(ctypes.c_void_p(row.ctypes.data)) for row in rows]

    def play(self, patch: np.ndarray) -> list[int]:
        self.c.network_begin()
        return self.push(patch)

    def seen(self) -> np.ndarray:
        memory = (ctypes.c_int8 * 64).in_dll(self.c, "seen")
        return np.array(memory[: FRAMES * BANDS], np.int8)

    def scores(self) -> list[int]:
        return [self.c.network_scores_s8()[index] for index in range(CLASSES)]


def patch(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(-128, 128, (FRAMES, BANDS)).astype(np.int8)


@pytest.mark.parametrize("bands_first", [False, True])
def test_the_patch_lies_as_the_model_wants_it_in_every_run(
    tmp_path: Path, bands_first: bool
) -> None:
    adapter = Adapter(tmp_path, bands_first=bands_first, score_format="int8")
    for seed in (1, 2):  # the engine has overwritten the first
        frames = patch(seed)
        assert adapter.play(frames) == [MORE] * (FRAMES - 1) + [READY]
        wanted = frames.T if bands_first else frames
        assert (adapter.seen() == wanted.reshape(-1)).all()
    assert (adapter.count("begins"), adapter.count("runs")) == (1, 2)


@pytest.mark.parametrize(
    ("score_format", "answer"),
    [
        ("int8", np.array([-128, 127, 5], np.int8)),
        ("uint8", np.array([0, 255, 133], np.uint8)),
        ("float32", np.array([0.0, 255 / 256, 133 / 256], np.float32)),
    ],
)
def test_scores_of_each_format(tmp_path: Path, score_format: str, answer: np.ndarray) -> None:
    adapter = Adapter(tmp_path, bands_first=False, score_format=score_format)
    adapter.answer(answer)
    adapter.play(patch())
    assert adapter.scores() == [-128, 127, 5]
    adapter.c.network_begin()
    adapter.push(patch()[:1])  # a new patch is written where the scores lay
    assert adapter.scores() == [-128, 127, 5]
    floats = (ctypes.c_float * CLASSES)()
    adapter.c.network_scores_f32(floats)
    assert list(floats) == [0.0, 255 / 256, 133 / 256]


def test_a_float_between_two_steps_goes_to_the_nearest_and_never_beyond(tmp_path: Path) -> None:
    adapter = Adapter(tmp_path, bands_first=False, score_format="float32")
    adapter.answer(np.array([0.4999 / 256, 1.5001 / 256, 1.0], np.float32))
    adapter.play(patch())
    assert adapter.scores() == [-128, -126, 127]


def test_codes_of_the_engine_come_out(tmp_path: Path) -> None:
    adapter = Adapter(tmp_path, bands_first=False, score_format="int8")
    adapter.tell("begin_code", 0x060000)
    assert adapter.play(patch())[0] == -(ENGINE_ERROR | 0x060000)
    adapter.tell("begin_code", 0)
    adapter.tell("run_code", 0x030020)
    assert adapter.play(patch())[-1] == -(ENGINE_ERROR | 0x030020)


def test_the_order_of_calls_is_kept(tmp_path: Path) -> None:
    adapter = Adapter(tmp_path, bands_first=False, score_format="int8")
    assert adapter.push(patch()[:1]) == [NOT_BEGUN]
    adapter.play(patch())
    assert adapter.push(patch()[:1]) == [PATCH_FULL]
