# SPDX-License-Identifier: Apache-2.0
"""A clip is held against both judges: agreement passes, every kind of disagreement is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from generator.boards.boards_file import load_boards
from generator.frontend.saturation import count_cells
from generator.host.twin import ClipOutcome, PatchOutcome
from generator.model.decision import DecisionRule, Head
from generator.model.patches import patch_rule
from generator.project.manifest import Project, ProjectInfo
from generator.repository import REPO_ROOT
from generator.wire.messages import (
    ClipResult,
    PatchResult,
)
from hil import clip_check
from hil.boards.image import BuiltImage
from hil.boards.recovery import Recovery, Retry
from hil.clip_check import (
    BY_ANOTHER_ENGINE,
    check_clip,
    count_frontend,
    faults_among,
    make_record,
    patch_frames,
    sum_patches,
)
from hil.clips.clip_set import Clip, ClipSet
from hil.clips.model_card import Provenance
from hil.clips.truth import why_no_accuracy
from hil.judges.divergence import Divergence
from hil.link.client import Link
from hil.link.played import ClipRun
from hil.report.evidence_records import unpack_cells
from hil.session import (
    FRAME_FUNCTION,
    FRONTEND_FUNCTION,
    NETWORK_FUNCTION,
    BoardSession,
)
from tests.hil.fake_device import CLASSES, PATCH_FRAMES, FakeDevice, features_of, patches_of
from tests.support.frontends import frontend_info

CLIP = Clip("1-100-A-0", 1, "label0")
Int8 = npt.NDArray[np.int8]


@dataclass
class Twin:
    """Agrees with the fake device, but for what a test spoils."""

    spoil_features: bool = False
    spoil_scores: bool = False
    spoil_decision: bool = False
    spoil_detected: bool = False
    spoil_layer: bool = False

    def run_clip(self, samples: npt.NDArray[np.int16]) -> ClipOutcome:
        frames = features_of(samples)
        patches = tuple(
            PatchOutcome(index, first, 0, np.array(scores, np.int8))
            for index, (first, scores) in enumerate(patches_of(frames))
        )
        sums = np.array([p.scores for p in patches], np.int32).sum(axis=0).astype(np.int32)
        if self.spoil_features:
            frames[3, 5] ^= 1
        if self.spoil_scores:
            patches[-1].scores[4] ^= 1
        decision = int(np.argmax(sums))
        detected = (decision ^ int(self.spoil_detected),)
        decision ^= int(self.spoil_decision)
        return ClipOutcome(len(samples), 0, frames, patches, sums, decision, detected)

    def taps(self, frames: Int8) -> dict[int, npt.NDArray[Any]]:
        wrong = frames.copy()
        wrong[7, 1] += np.int8(self.spoil_layer)
        return {0: wrong}


@dataclass
class Judge:
    """In the interpreter's place."""

    spoil: bool = False
    operator_names: tuple[str, ...] = ("TRANSPOSE",)
    input_scale: tuple[float, int] = (0.0546875, 40)

    def begin_clip(self) -> None:
        pass

    def scores(self, frames: Int8) -> Int8:
        (_, scores), *_ = patches_of(frames)
        values = np.array(scores, np.int8)
        values[0] ^= int(self.spoil)
        return values

    def taps(self, frames: Int8) -> dict[int, npt.NDArray[Any]]:
        return {0: frames}


@dataclass
class Meter:
    per_call_instructions: list[int] = field(default_factory=list)
    calls: int = 0

    def clear(self) -> None:
        self.per_call_instructions = [10] * self.calls


def make_session(twin: Twin, judge: Judge, meters: dict[str, Meter] | None = None) -> BoardSession:
    device = FakeDevice()
    link = Link(device, clock_s=device.clock_s)
    project = ProjectInfo(
        board="u585",
        name="u585",
        model_name="",
        model_sha256="",
        labels=tuple(f"label{index}" for index in range(CLASSES)),
        rule=DecisionRule(Head.SOFTMAX, (-128,) * CLASSES),
        taps=False,
        generator_version="0",
        frontend=frontend_info(),
    )
    image = BuiltImage(
        project=Project(REPO_ROOT, project),
        elf=REPO_ROOT,
        firmware_sha256="",
        model=REPO_ROOT,
        has_labels=True,
        rule_is_the_models=True,
        engine="builtin",
        toolchain="",
    )
    board = cast(Any, type("Board", (), {"spec": load_boards(REPO_ROOT / "boards.yaml")["u585"]})())
    session = BoardSession(board, image, link, cast(Any, twin), cast(Any, meters or {}))
    session.hello = link.handshake()
    session.__dict__["oracle"] = judge
    return session


def sound(frames: int = 300) -> npt.NDArray[np.int16]:
    return np.random.default_rng(4).integers(-32768, 32768, frames * 160).astype(np.int16)


def stages(twin: Twin, judge: Judge) -> list[str]:
    checked = check_clip(make_session(twin, judge), CLIP, sound(), 1)
    return [str(divergence) for divergence in checked.divergences]


def test_agreement_leaves_nothing_to_tell_and_fills_the_record() -> None:
    meters = {
        NETWORK_FUNCTION: Meter(calls=300 + 40),
        FRONTEND_FUNCTION: Meter(calls=940),
        FRAME_FUNCTION: Meter(calls=300),
    }
    checked = check_clip(make_session(Twin(), Judge(), meters), CLIP, sound(), 1)
    record, features = checked.record, checked.features
    assert checked.divergences == []
    assert record.truth == (0,)
    assert record.detected == (record.decision,)
    assert (record.patches, record.frames, record.samples) == (3, 300, 48_000)
    assert record.network_instructions == (960, 960, 960)
    assert record.frontend_instructions == (9400 - 3000, 300)
    assert len(record.answer_cycles) == 3
    assert record.frontend_frames == 2 * 72 + 96
    assert (features.frames, features.rate_hz, features.zero_point) == (300, None, 40)
    assert list(features.counts) == count_cells(features_of(sound())).tolist()
    assert record.retries == ()


def test_feature_cell_that_differs_is_told_with_its_place() -> None:
    (text,) = stages(Twin(spoil_features=True), Judge())
    assert "features, board against host twin: 1 of 19200 differ; first at frame 3, band 5" in text


def test_score_that_differs_from_the_twin_is_told() -> None:
    (text,) = stages(Twin(spoil_scores=True), Judge())
    assert "scores, board against host twin" in text
    assert "patch 2, class 4" in text


def test_decision_that_differs_from_the_twin_is_told() -> None:
    (text,) = stages(Twin(spoil_decision=True), Judge())
    assert "decision, board against host twin" in text


def test_detected_classes_that_differ_from_the_twin_are_told() -> None:
    (text,) = stages(Twin(spoil_detected=True), Judge())
    assert "detected, board against host twin: 2 of 256 differ" in text


def test_decision_by_another_rule_than_the_images_is_told() -> None:
    session = make_session(Twin(), Judge())
    strict = DecisionRule(Head.SOFTMAX, (127,) * CLASSES)
    project = session.image.project
    project = replace(project, info=replace(project.info, rule=strict))
    session.image = replace(session.image, project=project)
    found = check_clip(session, CLIP, sound(), 1).divergences
    told = [divergence.stage for divergence in found]
    assert told == ["decision, board against its own sums", "detected, board against its own sums"]


def test_score_that_differs_from_the_interpreter_is_told_for_each_patch() -> None:
    texts = stages(Twin(), Judge(spoil=True))
    assert len(texts) == 3
    assert all("scores, board against interpreter" in text for text in texts)


def test_first_layer_at_which_the_twin_parts_is_named() -> None:
    texts = stages(Twin(spoil_layer=True), Judge(spoil=True))
    layers = [text for text in texts if "host twin against interpreter, operator 0" in text]
    assert len(layers) == 3


def test_wrong_result_is_never_asked_for_again() -> None:
    session = make_session(Twin(spoil_scores=True), Judge(spoil=True))
    device = cast(FakeDevice, session.link.port)
    retries: list[Retry] = []
    session.recovery = Recovery(retries.append)
    checked = check_clip(session, CLIP, sound(), 1)
    assert checked.divergences
    assert (device.hellos, retries, checked.record.retries) == (1, [], ())


@pytest.mark.parametrize(
    ("label", "spoiled", "kept"), [(0, False, False), (0, True, True), (1, False, True)]
)
def test_scores_are_always_evidence_and_features_of_a_wrong_clip(
    tmp_path: Path, label: int, *, spoiled: bool, kept: bool
) -> None:
    """A clip of another class than the one decided is wrong; one that differs is shown as well."""
    frames = features_of(sound())
    sums = np.array([scores for _, scores in patches_of(frames)], np.int32).sum(axis=0)
    truth = (int(np.argmax(sums)) + label) % CLASSES
    clip = replace(CLIP, label=f"label{truth}", path=tmp_path / "one.wav")
    soundfile.write(tmp_path / "one.wav", sound(), 16_000)
    session = make_session(Twin(spoil_scores=spoiled), Judge())
    evidence = check_clip(session, clip, sound(), 1).evidence
    assert evidence.first_frames == (0, 72, 144)
    assert [list(scores) for scores in evidence.scores] == [
        list(scores) for _, scores in patches_of(frames)
    ]
    assert evidence.audio == str((tmp_path / "one.wav").resolve())
    if kept:
        assert (unpack_cells(evidence.cells, evidence.bands) == frames).all()
    else:
        assert evidence.cells == ""


def test_short_clip_repeats_its_last_25_frames() -> None:
    features = np.arange(30, dtype=np.int8)[:, None] * np.ones((1, 64), np.int8)
    patch = patch_frames(features, 0, patch_rule(PATCH_FRAMES))
    expected = [*range(30), *range(5, 30), *range(5, 30), *range(5, 21)]
    assert patch[:, 0].tolist() == expected
    whole = np.zeros((200, 64), np.int8)
    assert patch_frames(whole, 72, patch_rule(PATCH_FRAMES)).shape == (96, 64)


@pytest.mark.parametrize("frames", [1, 3, 24, 25, 26, 95])
def test_any_short_clip_fills_one_patch(frames: int) -> None:
    features = np.random.default_rng(1).integers(-128, 128, (frames, 64), np.int8)
    patch = patch_frames(features, 0, patch_rule(PATCH_FRAMES))
    assert patch.shape == (96, 64)
    assert np.array_equal(patch[:frames], features)


def answer_cycles_of(frames: int) -> tuple[int, ...]:
    patch = PatchResult(1, 0, 0, 0, 500, 1000, 999_999, (0,) * CLASSES)
    result = ClipResult(
        *(1, 16_000, 0, frames, 1, 0, 0, 500, 1000, 0), b"\1" + bytes(31), (0,) * CLASSES
    )
    run = ClipRun(result, (patch,), np.zeros((frames, 64), np.int8), ())
    return make_record(make_session(Twin(), Judge()), CLIP, run, 0.1).answer_cycles


def test_patch_that_was_filled_up_says_nothing_of_the_answers_delay() -> None:
    assert answer_cycles_of(PATCH_FRAMES - 1) == ()
    assert answer_cycles_of(PATCH_FRAMES) == (999_999,)


def test_front_end_is_counted_without_what_its_frames_set_off() -> None:
    assert count_frontend([100, 5100, 100], [5000]) == (300, 1)
    assert count_frontend([100], []) == (0, 0)
    assert count_frontend([], []) == (0, 0)


def test_pushes_of_a_patch_that_never_ended_do_not_count() -> None:
    assert sum_patches([1] * 96 + [2] * 96 + [99] * 5, 96, 2) == (96, 192)
    assert sum_patches([], 96, 2) == ()
    assert sum_patches([1] * 100, 96, 2) == ()
    assert sum_patches([1] * 50, 96, 0) == ()


def test_accuracy_is_measured_only_where_truth_and_classes_meet() -> None:
    project = make_session(Twin(), Judge()).image.project.info
    clips = ClipSet((CLIP,), ("label0", "label1"), "esc10")
    assert why_no_accuracy(project, clips, has_labels=True) == ""
    synthetic = ClipSet((), (), "synthetic")
    assert "synthetic" in why_no_accuracy(project, synthetic, has_labels=True)
    assert "no labels" in why_no_accuracy(project, clips, has_labels=False)
    strangers = ClipSet((CLIP,), ("label0", "whale"), "esc10")
    assert "label whale" in why_no_accuracy(project, strangers, has_labels=True)


@pytest.mark.parametrize(("own", "said"), [(True, "94 %"), (False, "94 %, without this threshold")])
def test_cross_validation_is_of_the_models_own_rule(
    monkeypatch: pytest.MonkeyPatch, own: bool, said: str
) -> None:
    session = make_session(Twin(), Judge())
    session.image = replace(session.image, rule_is_the_models=own)
    faces = {"virtual": True, "cycles_are": "estimated", "properties": lambda self: {}}
    faces["spec"] = session.board.spec
    session.board = cast(Any, type("Board", (), faces)())
    monkeypatch.setattr("hil.session.read_provenance", lambda *_: Provenance((1,), "94 %"))
    assert session.record(ClipSet((CLIP,), ("label0",), "esc10")).cross_validated == said


def test_another_engine_may_round_otherwise_and_nothing_else() -> None:
    def one(stage: str) -> Divergence:
        return Divergence("dog.wav", stage, 1, 10, "class 0", 1.0, 2.0, 1.0)

    scores = [one(stage) for stage in sorted(BY_ANOTHER_ENGINE)]
    features = one("features, board against host twin")
    sums = one("score sums, board against its own patches")
    everything = [*scores, features, sums]
    assert faults_among(everything, "builtin") == everything
    assert faults_among(everything, "stedgeai 3.0.0") == [features, sums]


def test_the_stages_that_may_differ_are_those_that_are_compared() -> None:
    source = Path(clip_check.__file__).read_text(encoding="utf-8")
    names, _, rest = source.partition("def faults_among")
    assert all(f'"{stage}"' in names and f'"{stage}"' in rest for stage in BY_ANOTHER_ENGINE)
