# SPDX-License-Identifier: Apache-2.0
"""The files in models/ belong together, and the models are of the shape that the firmware takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from generator.frontend.presets import YAMNET
from generator.model.labels import find_labels
from generator.model.tflite_reader import read_tflite
from generator.repository import DEFAULT_MODEL
from tests.support.models import CAUSAL_MODEL
from training.card import Card, read_card
from training.card_text import print_card
from training.classifier import Classifier
from training.config import load_config
from training.configs import CAUSAL_CONFIG, DEFAULT_CONFIG
from training.contamination import contamination_warning
from training.dataset import Clip, DataSet
from training.features import compile_front_end, front_end_digest
from training.run_folder import sha256_of

OPERATORS = ["CONV_2D", *5 * ["DEPTHWISE_CONV_2D", "CONV_2D"], "MEAN", "FULLY_CONNECTED"]
CONFIGS = {DEFAULT_MODEL: DEFAULT_CONFIG, CAUSAL_MODEL: CAUSAL_CONFIG}


@pytest.fixture(scope="module", params=CONFIGS, ids=lambda path: path.stem)
def model(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def card(model: Path) -> Card:
    return read_card(model.with_suffix(".json"))


@pytest.fixture(scope="module")
def classifier(model: Path) -> Classifier:
    return Classifier(model, YAMNET)


def test_the_card_has_the_hash_of_every_file(model: Path, card: Card) -> None:
    for name, digest in card.files.all().items():
        assert sha256_of(model.parent / name) == digest, name


def test_the_printed_card_is_the_json(model: Path, card: Card) -> None:
    printed = model.with_suffix(".md").read_text(encoding="utf-8")
    assert printed == print_card(card)


def test_the_card_has_the_shipped_configuration(model: Path, card: Card) -> None:
    assert card.config == load_config(CONFIGS[model])


def test_the_configurations_differ_in_the_padding_alone() -> None:
    own, causal = load_config(DEFAULT_CONFIG), load_config(CAUSAL_CONFIG)
    assert causal.network.time_padding == "causal"
    changes = {"name": own.name, "network": own.network}
    assert causal.model_copy(update=changes) == own


def test_the_front_end_is_still_the_one_that_trained_it(card: Card, classifier: Classifier) -> None:
    front_end = compile_front_end(classifier.input_scale, YAMNET)
    assert front_end_digest(front_end, YAMNET) == card.front_end_sha256, (
        "run make cv and make train"
    )


def test_the_model_was_made_without_fold_5(card: Card) -> None:
    assert card.data.folds == (1, 2, 3, 4)
    assert card.cross_validation is not None
    assert set(card.cross_validation.int8) == {1, 2, 3, 4}


def test_evaluation_warns_of_folds_that_the_model_was_trained_on(
    model: Path, classifier: Classifier
) -> None:
    def data(name: str, fold: int) -> DataSet:
        clip = Clip(Path(f"{name}.wav"), name, fold, (0,), name)
        return DataSet(Path("nowhere"), ("dog",), (clip,), has_table=True)

    warning = contamination_warning(model, classifier.sha256, data("3-136288-A-0", 3))
    assert "was trained on fold 3" in warning
    assert not contamination_warning(model, classifier.sha256, data("5-9032-A-0", 5))
    assert not contamination_warning(model, "of another model", data("3-136288-A-0", 3))
    no_card = model.with_name("none.tflite")
    assert not contamination_warning(no_card, classifier.sha256, data("3-136288-A-0", 3))
    assert not contamination_warning(model, classifier.sha256, data("my dog", 1))
    moved = contamination_warning(model, classifier.sha256, data("3-136288-A-0", 5))
    assert "was trained on fold 3" in moved, "whatever fold it has now"


def test_nine_clips_of_ten_are_decided_rightly(card: Card) -> None:
    assert card.cross_validation is not None
    assert card.cross_validation.int8_all.value >= 0.90
    assert card.cross_validation.int8_all.total == 320


def test_the_labels_fit_the_model(model: Path, card: Card, classifier: Classifier) -> None:
    assert find_labels(model, None, classifier.classes).names == card.labels
    assert list(card.labels) == sorted(card.labels)


def test_the_input_is_the_front_ends(card: Card, classifier: Classifier) -> None:
    assert classifier.input_scale.scale == pytest.approx(card.config.input.scale, rel=1e-7)
    assert classifier.input_scale.zero_point == card.config.input.zero_point
    assert (classifier.frames, classifier.bands_first) == (96, False)


def test_the_graph_has_no_other_operators(model: Path) -> None:
    interpreter = Interpreter(str(model), experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    names = [one["op_name"] for one in interpreter._get_ops_details()]
    assert [name for name in names if name != "PAD"] == [*OPERATORS, "SOFTMAX", "DEQUANTIZE"]
    assert names.count("PAD") == (6 if model == CAUSAL_MODEL else 0)
    assert not any(one.kind == "PAD" for one in read_tflite(model).operators), "it costs nothing"


def test_the_inner_zero_points_are_where_relu_clamps(model: Path) -> None:
    graph = read_tflite(model)
    inner = [graph.tensor_out(one) for one in graph.operators if "CONV" in one.kind]
    assert len(inner) == 11
    assert {one.quantisation.zero_point for one in inner if one.quantisation} == {-128}


def test_scores_are_a_softmax(classifier: Classifier) -> None:
    patches = np.random.default_rng(0).integers(-128, 128, (3, 96, 64)).astype(np.int8)
    scores = classifier.scores(patches)
    assert scores.shape == (3, 10)
    assert scores.dtype == np.int8
    assert ((scores.astype(int) + 128).sum(axis=1) / 256) == pytest.approx(1.0, abs=0.03)
