# SPDX-License-Identifier: Apache-2.0
"""Where models begin and end for the engine, and what their scores are."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from generator.model.decision import Head, describe_rule
from generator.model.decision_file import settings_path
from generator.model.ends import changed_ends
from generator.model.tflite_reader import read_tflite
from generator.network import Network, read_network
from tests.support.end_networks import END_NETWORKS, body, rescaled, uint8_taken
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model


def network_of(name: str, folder: Path) -> Network:
    return read_network(write_model(folder / "m.tflite", END_NETWORKS[name]().to_bytes()))


def faults_of(model: ModelBuilder, folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_network(write_model(folder / "m.tflite", model.to_bytes()))
    return "\n".join(map(str, caught.value.faults))


HEADS = {
    "float_ends": Head.SOFTMAX,
    "uint8_ends": Head.SOFTMAX,
    "uint8_logits": Head.LOGITS,
    "logits": Head.LOGITS,
    "float_logits": Head.LOGITS,
    "rescaled": Head.SOFTMAX,
    "rescaled_logits": Head.LOGITS,
    "log_probabilities": Head.LOGITS,
    "float_log_probabilities": Head.LOGITS,
    "convolution_head": Head.SOFTMAX,
    "mean_of_probabilities": Head.LOGITS,
    "embedding": Head.LOGITS,
}


@pytest.mark.parametrize("name", HEADS)
def test_what_makes_the_scores_is_found_behind_what_follows_it(name: str, tmp_path: Path) -> None:
    network = network_of(name, tmp_path)
    assert network.rule.head is HEADS[name]
    assert network.graph.scores.dtype == "INT8"
    assert len(network.labels.names) == network.graph.classes == (32 if name == "embedding" else 3)


def test_operators_keep_the_files_numbers(tmp_path: Path) -> None:
    graph = network_of("uint8_ends", tmp_path).graph
    kinds = {one.index: one.kind for one in graph.operators}
    assert kinds == {1: "CONV_2D", 2: "CONV_2D", 3: "MEAN", 4: "FULLY_CONNECTED", 5: "SOFTMAX"}
    assert network_of("uint8_ends", tmp_path).plan.operator_count == 6


def test_a_gate_is_no_head(tmp_path: Path) -> None:
    """A sigmoid within the net, as squeeze-and-excite has it, says nothing of the scores."""
    model = body().sigmoid()
    network = read_network(
        write_model(tmp_path / "m.tflite", model.conv(4, (1, 1)).mean().dense(3).to_bytes())
    )
    assert network.rule.head is Head.LOGITS


def test_the_highest_logit_decides_and_nothing_can_be_set(tmp_path: Path) -> None:
    network = network_of("logits", tmp_path)
    assert network.rule.decide([-30, -12, -40], 2).label == 1
    assert describe_rule(network.rule, network.labels.names) == (
        "logits, the highest mean value decides"
    )
    settings_path(tmp_path / "m.tflite").write_text("threshold: 0.5\n")
    with pytest.raises(InputError) as caught:
        read_network(tmp_path / "m.tflite", threshold=0.4)
    file, option = (fault.where for fault in caught.value.faults)
    assert "m.decision.yaml:1" in file and option == "--threshold"
    assert "logits, which have no threshold" in caught.value.faults[0].what


def test_uint8_of_another_scale_is_refused(tmp_path: Path) -> None:
    model = uint8_taken(body().head(3))
    model.tensors[model.inputs[0]].scales = (0.5,)
    told = faults_of(model, tmp_path)
    assert "tensor" in told and "is UINT8" in told and "QUANTIZE of the same scale" in told


def test_an_output_of_more_than_a_vector_is_refused(tmp_path: Path) -> None:
    told = faults_of(body(), tmp_path)
    assert "must end in one int8 vector" in told and "(1, 8, 32, 6)" in told


def test_two_readers_of_a_float_input_are_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.tflite", END_NETWORKS["float_ends"]().to_bytes())
    graph = read_tflite(path)
    assert graph.operators[0].kind == "CONV_2D"
    model = END_NETWORKS["float_ends"]()
    second = rescaled(ModelBuilder(4, 4)).operators[0]
    model.tensors.append(model.tensors[model.operators[0].outputs[0]])
    second.inputs, second.outputs = list(model.inputs), [len(model.tensors) - 1]
    model.operators.insert(1, second)
    assert "must be int8, or become int8 first" in faults_of(model, tmp_path)


def test_too_many_values_are_refused_with_the_links_limit(tmp_path: Path) -> None:
    told = faults_of(body().conv(249, (1, 1)).mean(), tmp_path)
    assert "249 classes; one message of the link carries the scores of 248" in told


def test_classes_beyond_all_memory_are_refused_before_they_are_named(tmp_path: Path) -> None:
    model = body().mean()
    model.tensors[model.current].shape = (1, 2**31 - 1)
    told = faults_of(model, tmp_path)
    assert "2147483647 classes; one message of the link carries the scores of 248" in told


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("logits", None),
        ("float_logits", None),
        ("float_ends", "its input is FLOAT32"),
        ("uint8_ends", "its input is UINT8"),
        ("rescaled", "another scale"),
        ("flat", None),
    ],
)
def test_an_engine_that_runs_the_file_is_told_of_other_numbers(
    name: str, changed: str | None, tmp_path: Path
) -> None:
    said = changed_ends(network_of(name, tmp_path).graph)
    assert said is None if changed is None else said is not None and changed in said
