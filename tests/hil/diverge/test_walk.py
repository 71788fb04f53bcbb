# SPDX-License-Identifier: Apache-2.0
"""The walk over two sides that part at a known place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from generator.frontend.presets import YAMNET
from generator.model.patches import PatchRule
from hil.diverge.sides import Heard, Int8, Patch
from hil.diverge.walk import Layer, Task, Walk, walk
from hil.judges.layers import Tensor
from sounds.decode import Samples

FRAMES = np.arange(20 * 4, dtype=np.int8).reshape(20, 4)
HEARD = Heard(3200, 0, FRAMES, (Patch(0, (10, -20)), Patch(6, (11, -21))), (21, -41), 0)
LAYERS = (Layer(0, "CONV_2D", "first", 0.5, 3), Layer(1, "SOFTMAX", "scores", 1 / 256, -128))
TASK = Task(
    np.zeros(3200, np.int16), YAMNET, PatchRule(8, 2), 0.25, -10, LAYERS, ("dog", "rain"), 2.0, None
)


@dataclass
class FakeSide:
    """Says what it is told to; its layers are computed from the frames."""

    name: str
    heard: Heard | None = HEARD
    is_quick: bool = True
    fault: tuple[int, tuple[int, ...], int] | None = None
    """Operator, place, and what is added there."""
    real: bool = False
    asked: list[Int8] = field(default_factory=list)

    def hear(self, samples: Samples) -> Heard | None:
        return self.heard

    def layers(self, frames: Int8, operators: Sequence[int]) -> Mapping[int, Tensor]:
        self.asked.append(frames)
        made: dict[int, Tensor] = {
            0: np.repeat(frames[None, :, :, None], 3, axis=3),
            1: frames[:1, :2].copy(),
        }
        if self.fault is not None:
            operator, place, more = self.fault
            made[operator][place] += more
        if self.real:
            made = {
                layer.index: (layer.scale or 1.0)
                * (made[layer.index].astype(np.float32) - layer.zero_point)
                for layer in LAYERS
            }
        return made


def stages(found: Walk) -> dict[str, str]:
    return {one.name: "\n".join(one.parted) for one in found.stages}


def test_equal_sides_agree_everywhere() -> None:
    found = walk(FakeSide("a"), FakeSide("b"), TASK)
    assert not found.parts
    assert [one.name for one in found.stages] == [
        *("samples", "frames", "cells", "layers", "scores", "decision"),
    ]


def test_a_cell_has_its_time_both_values_and_its_neighbours() -> None:
    other = FRAMES.copy()
    other[7, 2] += 5
    found = walk(FakeSide("a"), FakeSide("b", replace(HEARD, features=other)), TASK)
    told = stages(found)["cells"]
    assert found.place == (7, 2)
    for part in ("frame 7, value 2 (0.070 s", "a 30 = 10,", "b 35 = 11.25", "1 of 80 differ",
                 "scale 0.25, zero point -10", "value 0 to 3 of b: 28 29 35 31"):  # fmt: skip
        assert part in told
    assert stages(found)["layers"] == "", "they are fed with the same frames"


def test_an_element_has_its_layer_place_and_quantisation() -> None:
    found = walk(FakeSide("a"), FakeSide("b", fault=(0, (0, 5, 1, 2), -4)), TASK)
    told = stages(found)["layers"]
    for part in ("patch 0 (from frame 0 on), operator 0 (CONV_2D, 'first')", "a 21 = 9, b 17 = 7",
                 "row 5, column 1, channel 2 of 8 x 4 x 3", "scale 0.5, zero point 3",
                 "channel 0 to 2 of a: 21 21 21"):  # fmt: skip
        assert part in told


def test_missing_frames_and_patches_are_counted() -> None:
    less = replace(HEARD, features=FRAMES[:-1], gated_samples=160, patches=HEARD.patches[:1])
    told = stages(walk(FakeSide("a"), FakeSide("b", less), TASK))
    assert told["frames"] == "a made 20 and gated 0 samples, b made 19 and gated 160"
    assert told["scores"] == "a answered 2 patches, b 1"


def test_a_side_without_front_end_gets_the_others_frames() -> None:
    deaf = FakeSide("network", None)
    found = walk(deaf, FakeSide("b"), TASK)
    assert not found.parts
    np.testing.assert_array_equal(deaf.asked[1], FRAMES[6:14])


@pytest.mark.parametrize(("more", "parts"), [(2, False), (3, True)])
def test_a_float_model_may_differ_by_some_steps(more: int, parts: bool) -> None:
    faulty = FakeSide("b", fault=(0, (0, 2, 3, 1), more))
    assert walk(FakeSide("float", None, real=True), faulty, TASK).parts is parts


def test_a_board_shows_the_first_patch_whose_scores_differ() -> None:
    wrong = replace(HEARD, patches=(HEARD.patches[0], Patch(6, (11, -20))))
    board = FakeSide("board", wrong, is_quick=False)
    walk(FakeSide("a"), board, TASK)
    assert len(board.asked) == 1
    np.testing.assert_array_equal(board.asked[0], FRAMES[6:14])
    chosen = FakeSide("board", wrong, is_quick=False)
    walk(FakeSide("a"), chosen, replace(TASK, patch=0))
    np.testing.assert_array_equal(chosen.asked[0], FRAMES[:8])
