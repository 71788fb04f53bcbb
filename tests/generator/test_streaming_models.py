# SPDX-License-Identifier: Apache-2.0
"""A model that keeps variables from patch to patch sees each frame once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generator import cli
from generator.errors import InputError
from generator.host.model_twin import build_model_twins
from generator.network import read_network
from hil.judges.oracle import Oracle
from tests.network.test_state import streaming_model
from tests.support.firmware_store import write_tiny_model
from tests.support.model_files import write_model

OURS = "preset: yamnet\nbands: 8\n"


def streaming(folder: Path, keys: str = "") -> Path:
    content = streaming_model(assigns_first=False)
    return write_model(folder / "stream.tflite", content, record=f"{OURS}{keys}")


@pytest.mark.parametrize("keys", ["", "patch_overlap_frames: 0\n"])
def test_its_patches_share_no_frame(tmp_path: Path, keys: str) -> None:
    patches = read_network(streaming(tmp_path, keys)).patches
    assert (patches.frames, patches.overlap, patches.step) == (3, 0, 3)


def test_a_record_that_says_otherwise_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = streaming(tmp_path, "patch_overlap_frames: 1\n")
    with pytest.raises(InputError) as caught:
        read_network(model)
    (fault,) = caught.value.faults
    assert fault.where == "stream.frontend.yaml:3: patch_overlap_frames"
    assert "see the frames of the overlap twice" in fault.what
    assert cli.main(["frontend", str(model)]) == 2
    assert "see the frames of the overlap twice" in capsys.readouterr().err


def test_its_clip_is_the_interpreters_patch_by_patch(tmp_path: Path) -> None:
    model = streaming(tmp_path)
    (twin,) = build_model_twins(model)
    oracle = Oracle(model, None, {})
    noise = np.random.default_rng(2).integers(-9000, 9000, 3000).astype(np.int16)
    for samples in (noise, noise[::-1].copy()):
        outcome = twin.run_clip(samples)
        oracle.begin_clip()
        assert len(outcome.patches) == len(outcome.frames) // 3 > 3
        for patch in outcome.patches:
            frames = outcome.frames[patch.first_frame : patch.first_frame + 3]
            assert np.array_equal(patch.scores, oracle.scores(frames))
    first = outcome.frames[:3]
    again = oracle.scores(first)
    oracle.begin_clip()
    assert not np.array_equal(again, oracle.scores(first)), "the state matters"


def test_an_overlap_beyond_the_patch_is_refused(tmp_path: Path) -> None:
    model = write_tiny_model(tmp_path)
    beside = model.with_name(f"{model.stem}.frontend.yaml")
    beside.write_text("preset: yamnet\npatch_overlap_frames: 400\n")
    with pytest.raises(InputError, match="400 frames, but a patch has"):
        read_network(model)
