# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.errors import InputError, ToolError
from generator.firmware import Firmware
from generator.frontend.presets import YAMNET
from generator.host.frontend_twin import build_frontend_twin
from generator.host.twin import HostTwin, build_host_twin, run_sanitised
from generator.network import Network
from tests.support.oracle import Oracle

FRAMES, BANDS = 16, 64


@pytest.fixture(scope="module")
def twin(tiny_firmware: Firmware) -> HostTwin:
    return build_host_twin(tiny_firmware.image.project_dir, sanitize=True)


@pytest.fixture(scope="module")
def noise() -> NDArray[np.int16]:
    """1.5 s of noise that swells, with half a second of silence in it."""
    random = np.random.default_rng(7)
    samples = random.normal(0.0, 1.0, 24_000) * np.linspace(100.0, 8000.0, 24_000)
    samples[8_000:16_000] = 0.0
    return samples.astype(np.int16)


def test_a_patch_equals_the_interpreter_in_every_operator(
    twin: HostTwin, tiny: Network, tiny_path: Path
) -> None:
    oracle = Oracle(tiny.graph, tiny_path)
    random = np.random.default_rng(3)
    for _ in range(3):
        frames = random.integers(-128, 128, (FRAMES, BANDS)).astype(np.int8)
        taps = twin.taps(frames)
        expected = oracle.run(frames)
        assert sorted(taps) == sorted(expected)
        for index, values in expected.items():
            np.testing.assert_array_equal(taps[index], values, strict=True)
        np.testing.assert_array_equal(twin.run_patch(frames), taps[max(taps) - 1][0])


def test_a_clip_is_its_frames_through_the_network(twin: HostTwin, noise: NDArray[np.int16]) -> None:
    outcome = twin.run_clip(noise)
    np.testing.assert_array_equal(outcome.frames, twin.features(noise))
    assert outcome.samples == noise.size
    assert len(outcome.patches) >= 3
    for patch in outcome.patches:
        frames = outcome.frames[patch.first_frame : patch.first_frame + FRAMES]
        np.testing.assert_array_equal(patch.scores, twin.run_patch(frames))
    sums = np.sum([patch.scores for patch in outcome.patches], axis=0, dtype=np.int32)
    np.testing.assert_array_equal(outcome.score_sums, sums)
    assert outcome.decision == int(np.argmax(sums))
    assert outcome.detected == (outcome.decision,)


@pytest.mark.parametrize("piece", [1, 159, 512])
def test_how_samples_are_cut_does_not_matter(
    twin: HostTwin, noise: NDArray[np.int16], piece: int
) -> None:
    whole, cut = twin.run_clip(noise), twin.run_clip(noise, piece=piece)
    np.testing.assert_array_equal(whole.frames, cut.frames)
    np.testing.assert_array_equal(whole.score_sums, cut.score_sums)


def test_silence_has_no_decision(twin: HostTwin) -> None:
    outcome = twin.run_clip(np.zeros(16_000, dtype=np.int16))
    assert (outcome.decision, outcome.patches, len(outcome.frames)) == (-1, (), 0)


@pytest.mark.slow
def test_a_clip_runs_clean_under_sanitisers(
    tiny_firmware: Firmware, twin: HostTwin, noise: NDArray[np.int16]
) -> None:
    done = run_sanitised(tiny_firmware.image.project_dir, noise, piece=333)
    outcome = twin.run_clip(noise)
    sums = " ".join(str(value) for value in outcome.score_sums)
    decided = f"decision {outcome.decision} detected {outcome.decision}"
    counts = f"frames {len(outcome.frames)} patches {len(outcome.patches)}"
    assert done.stdout == f"{counts} {decided} sums {sums}\n", done.stderr
    assert (done.returncode, done.stderr) == (0, "")


def test_two_twins_do_not_share_memory(tiny_firmware: Firmware, twin: HostTwin) -> None:
    other = build_host_twin(tiny_firmware.image.project_dir, sanitize=True)
    random = np.random.default_rng(5)
    first, second = (random.integers(-128, 128, (FRAMES, BANDS)).astype(np.int8) for _ in range(2))
    expected = twin.taps(first)
    other.run_patch(second)
    again = twin.taps(first)
    assert all(np.array_equal(expected[index], again[index]) for index in expected)
    assert twin._library is not other._library


def test_a_wrong_patch_is_refused(twin: HostTwin) -> None:
    with pytest.raises(ValueError, match=r"\(16, 64\)"):
        twin.run_patch(np.zeros((FRAMES - 1, BANDS), dtype=np.int8))


def test_the_frontend_twin_equals_the_projects_frontend(
    twin: HostTwin, tiny: Network, noise: NDArray[np.int16]
) -> None:
    alone = build_frontend_twin(YAMNET, tiny.graph.input.scale, tiny.graph.input.zero_point)
    np.testing.assert_array_equal(alone.features(noise), twin.features(noise))
    assert alone.bands == BANDS


@pytest.mark.slow
def test_nothing_is_compiled_twice(tiny: Network, tmp_path: Path) -> None:
    quantisation = tiny.graph.input.scale, tiny.graph.input.zero_point
    build_frontend_twin(YAMNET, *quantisation, cache_dir=tmp_path)
    (library,) = tmp_path.glob("*/twin.so")
    written = library.stat().st_mtime_ns
    build_frontend_twin(YAMNET, *quantisation, cache_dir=tmp_path)
    assert [*tmp_path.glob("*/twin.so")] == [library]
    assert library.stat().st_mtime_ns == written
    build_frontend_twin(YAMNET, quantisation[0], quantisation[1] + 1, cache_dir=tmp_path)
    assert len([*tmp_path.glob("*/twin.so")]) == 2


def test_what_cannot_be_built_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ToolError, match="holds no project"):
        build_host_twin(tmp_path)
    with pytest.raises(InputError, match="zero point"):
        build_frontend_twin(YAMNET, 0.05, 400)
    failing = tmp_path / "cc"
    failing.write_text("#!/bin/sh\necho 'error: no' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setenv("CC", str(failing))
    with pytest.raises(ToolError, match="error: no"):
        build_frontend_twin(YAMNET, 0.05, 40, cache_dir=tmp_path)
    assert os.environ["CC"] == str(failing)
