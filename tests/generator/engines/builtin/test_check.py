# SPDX-License-Identifier: Apache-2.0
"""Every constraint of the engine can be broken, and is reported with place and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tflite

from generator.engines.builtin.check import operator_tiers, order_constraints
from generator.engines.builtin.registry import builtin_operators
from generator.errors import Fault, InputError
from generator.model.constraints import INPUT_CONSTRAINTS
from tests.support.model_builder import ModelBuilder
from tests.support.network_build import read_model
from tests.support.tflite_writer import TensorRecord

Damage = Callable[[ModelBuilder], None]


def good_model() -> ModelBuilder:
    """TRANSPOSE, CONV_2D, DEPTHWISE_CONV_2D, CONV_2D, MEAN and the rest of the tail."""
    model = ModelBuilder(12, 8, transposed=True)
    return model.conv(4, stride=(2, 2)).depthwise().conv(6, (1, 1)).head(3)


def faults_of(model: ModelBuilder, folder: Path) -> tuple[Fault, ...]:
    path = folder / "model.tflite"
    path.write_bytes(model.to_bytes())
    try:
        read_model(path)
    except InputError as error:
        return error.faults
    return ()


def weights(model: ModelBuilder, operator: int) -> int:
    return model.operators[operator].inputs[1]


def output(model: ModelBuilder, operator: int) -> int:
    return model.operators[operator].outputs[0]


def retype(operator: int, kind: str) -> Damage:
    def damage(model: ModelBuilder) -> None:
        model.operators[operator].kind = kind

    return damage


def float_everywhere(model: ModelBuilder) -> None:
    for tensor in model.tensors:
        if tensor.dtype in ("INT8", "INT32") and tensor.scales:
            tensor.dtype, tensor.scales, tensor.zero_points = "FLOAT32", (), ()
            if tensor.data is not None:
                tensor.data = tensor.data.astype(np.float32)


def no_bias_tensor_type(model: ModelBuilder) -> None:
    bias = model.tensors[model.operators[1].inputs[2]]
    assert bias.data is not None
    bias.dtype, bias.data = "INT64", bias.data.astype(np.int64)


def weight_zero_point(model: ModelBuilder) -> None:
    model.tensors[weights(model, 2)].zero_points = (0, 3, 0, 0)


def scales_on_wrong_axis(model: ModelBuilder) -> None:
    model.tensors[weights(model, 3)].axis = 3


def activation_zero_point(model: ModelBuilder) -> None:
    model.tensors[output(model, 1)].zero_points = (200,)


def variable_weights(model: ModelBuilder) -> None:
    model.tensors[weights(model, 3)].data = None


def coarse_output(model: ModelBuilder) -> None:
    model.tensors[output(model, 3)].scales = (1e-6,)


def wrong_output_shape(model: ModelBuilder) -> None:
    model.tensors[output(model, 1)].shape = (1, 5, 4, 4)


def wrong_permutation(model: ModelBuilder) -> None:
    model.tensors[weights(model, 0)].data = np.array([0, 1, 2, 3], dtype=np.int32)


def mean_over_no_axis(model: ModelBuilder) -> None:
    model.tensors[weights(model, 4)].data = np.array([1, 5], dtype=np.int32)


def odd_softmax_scale(model: ModelBuilder) -> None:
    model.tensors[output(model, 6)].scales = (1.0 / 128.0,)


def dense_of_other_length(model: ModelBuilder) -> None:
    tensor = model.tensors[weights(model, 5)]
    assert tensor.data is not None
    tensor.shape, tensor.data = (3, 5), tensor.data[:, :5]


def unevenly_grouped_convolution(model: ModelBuilder) -> None:
    tensor = model.tensors[weights(model, 3)]
    assert tensor.data is not None
    tensor.shape, tensor.data = (6, 1, 1, 3), tensor.data[..., :3]


def batch_of_two(model: ModelBuilder) -> None:
    model.tensors[output(model, 2)].shape = (2, 6, 4, 4)


DAMAGES: list[tuple[Damage, str, str]] = [
    (retype(2, "MIRROR_PAD"), "operator 2 (MIRROR_PAD", "MIRROR_PAD cannot run: reflected"),
    (retype(1, "RESIZE_BILINEAR"), "operator 1 (RESIZE_BILINEAR", "more rows than it takes"),
    (no_bias_tensor_type, "operator 1 (CONV_2D", "is INT64 (4) for 4 channels"),
    (weight_zero_point, "operator 2 (DEPTHWISE_CONV_2D", "1 zero points differ from 0"),
    (scales_on_wrong_axis, "operator 3 (CONV_2D", "6 scales along axis 3"),
    (activation_zero_point, "operator 1 (CONV_2D", "zero point 200"),
    (variable_weights, "operator 3 (CONV_2D", "no constant"),
    (coarse_output, "operator 3 (CONV_2D", "channel 0 has"),
    (wrong_output_shape, "CONV_2D: operator 1; DEPTHWISE", "(5, 4), not (6, 4) (operator 1)"),
    (wrong_permutation, "operator 0 (TRANSPOSE", "(1, 8, 12, 1) -> (1, 12, 8, 1)"),
    (mean_over_no_axis, "operator 4 (MEAN", "(1, 6, 4, 6) -> (1, 6)"),
    (odd_softmax_scale, "operator 6 (SOFTMAX", "0.0078125"),
    (dense_of_other_length, "operator 5 (FULLY_CONNECTED", "(3, 5), not (3, 6)"),
    (unevenly_grouped_convolution, "operator 3 (CONV_2D", "kernel (6, 1, 1, 3), 4 channels in"),
    (batch_of_two, "DEPTHWISE_CONV_2D: operator 2; CONV_2D", "-> (2, 6, 4, 4) (operator 2)"),
]


def test_the_undamaged_model_passes(tmp_path: Path) -> None:
    assert faults_of(good_model(), tmp_path) == ()


def name_of(value: object) -> str:
    """What a parameter is called in a test's name: no addresses, the same in every process."""
    return str(getattr(value, "__name__", value))[:40]


@pytest.mark.parametrize(("damage", "where", "what"), DAMAGES, ids=name_of)
def test_damage_is_reported_with_place_and_remedy(
    tmp_path: Path, damage: Damage, where: str, what: str
) -> None:
    model = good_model()
    damage(model)
    faults = faults_of(model, tmp_path)
    assert any(fault.where.startswith(where) and what in fault.what for fault in faults), faults
    assert all(fault.remedy for fault in faults)


def test_a_float_model_is_told_once_with_the_converters_call(tmp_path: Path) -> None:
    model = good_model()
    float_everywhere(model)
    (fault,) = faults_of(model, tmp_path)
    assert fault.what.endswith("it is a float32 model: nothing in it is quantised")
    assert "TFLITE_BUILTINS_INT8" in fault.remedy and "representative_dataset" in fault.remedy


def floats_between_layers(model: ModelBuilder) -> None:
    for tensor in model.tensors:
        if tensor.data is None:
            tensor.dtype, tensor.scales, tensor.zero_points = "FLOAT32", (), ()


def int16_between_layers(model: ModelBuilder) -> None:
    for tensor in model.tensors:
        if tensor.data is None and tensor.dtype == "INT8":
            tensor.dtype, tensor.zero_points = "INT16", (0,)


def uint8_between_layers(model: ModelBuilder) -> None:
    for tensor in model.tensors:
        if tensor.dtype == "INT8":
            tensor.dtype = "UINT8"


def one_layer_in_float(model: ModelBuilder) -> None:
    for index in (2, 3):
        tensor = model.tensors[output(model, index)]
        tensor.dtype, tensor.scales, tensor.zero_points = "FLOAT32", (), ()


NOT_INT8: list[tuple[Damage, str]] = [
    (floats_between_layers, "dynamic-range quantisation"),
    (int16_between_layers, "ACTIVATIONS_INT16_WEIGHTS_INT8"),
    (uint8_between_layers, "uint8 throughout"),
    (one_layer_in_float, "DEPTHWISE_CONV_2D, CONV_2D (operators 2, 3)"),
]


@pytest.mark.parametrize(("damage", "what"), NOT_INT8, ids=name_of)
def test_a_model_of_other_numbers_is_told_once_in_which_way(
    tmp_path: Path, damage: Damage, what: str
) -> None:
    model = ModelBuilder(12, 8).conv(4, stride=(2, 2)).conv(4).depthwise().conv(6, (1, 1))
    damage(model.mean().dense(3).softmax())
    (fault,) = faults_of(model, tmp_path)
    assert what in fault.what and "inference_input_type" in fault.remedy


def test_what_else_is_wrong_with_a_float_model_is_told_too(tmp_path: Path) -> None:
    model = good_model()
    float_everywhere(model)
    model.operators[2].kind = "MIRROR_PAD"
    model.tensors[0].shape = (1, 8, 12, 3)
    whats = " ".join(fault.what for fault in faults_of(model, tmp_path))
    assert "float32 model" in whats and "MIRROR_PAD cannot run" in whats and "8, 12, 3" in whats


def test_faults_of_several_operators_come_together(tmp_path: Path) -> None:
    model = good_model()
    for damage in (no_bias_tensor_type, weight_zero_point, retype(3, "RELU"), odd_softmax_scale):
        damage(model)
    places = [fault.where.split(" (")[0] for fault in faults_of(model, tmp_path)]
    assert places == ["operator 1", "operator 2", "operator 3", "operator 6"]


@pytest.mark.parametrize("stride", [(0, 1), (1, 0), (17, 1), (-1, 2)])
def test_weird_strides_are_refused(tmp_path: Path, stride: tuple[int, int]) -> None:
    model = ModelBuilder(12, 8).conv(4).head(3)

    def options(builder: object) -> int:
        tflite.Conv2DOptionsStart(builder)
        tflite.Conv2DOptionsAddStrideH(builder, stride[0])
        tflite.Conv2DOptionsAddStrideW(builder, stride[1])
        return int(tflite.Conv2DOptionsEnd(builder))

    model.operators[0].options = options
    faults = faults_of(model, tmp_path)
    assert [fault.where.split(" (")[0] for fault in faults] == ["operator 0"]
    assert "Strides must be from 1 to 16" in faults[0].what


def test_an_operator_that_nothing_uses_is_refused(tmp_path: Path) -> None:
    model = ModelBuilder(8, 8).conv(6).mean().dense(6).dense(3).softmax()
    model.operators[3].inputs[0] = output(model, 1)
    what = " ".join(fault.what for fault in faults_of(model, tmp_path))
    assert "nothing uses tensor" in what


def test_add_of_other_shapes_is_refused(tmp_path: Path) -> None:
    model = ModelBuilder(8, 8).conv(4)
    entry = model.current
    model.conv(6, (1, 1))
    model.add(entry)
    faults = faults_of(model.head(3), tmp_path)
    assert "(1, 8, 8, 6) and (1, 8, 8, 4)" in faults[0].what


def test_add_of_a_constant_can_run(tmp_path: Path) -> None:
    model = ModelBuilder(8, 8).conv(4)
    entry = model.current
    model.add(entry)
    constant = model.tensors[entry]
    model.tensors.append(
        TensorRecord("constant", constant.shape, "INT8", constant.scales, constant.zero_points)
    )
    model.tensors[-1].data = np.zeros(constant.shape, dtype=np.int8)
    model.operators[-1].inputs[1] = len(model.tensors) - 1
    assert faults_of(model.head(3), tmp_path) == ()


@pytest.mark.parametrize(("dilation", "refused"), [(2, False), (257, True)])
def test_dilation_up_to_a_limit(tmp_path: Path, dilation: int, refused: bool) -> None:
    model = ModelBuilder(12, 8).conv(4).head(3)

    def options(builder: object) -> int:
        tflite.Conv2DOptionsStart(builder)
        tflite.Conv2DOptionsAddStrideH(builder, 1)
        tflite.Conv2DOptionsAddStrideW(builder, 1)
        tflite.Conv2DOptionsAddDilationHFactor(builder, dilation)
        return int(tflite.Conv2DOptionsEnd(builder))

    model.operators[0].options = options
    faults = faults_of(model, tmp_path)
    assert ["it is (257, 1)" in fault.what for fault in faults] == [True] * refused


def test_a_sigmoid_head_may_have_one_class(tmp_path: Path) -> None:
    assert faults_of(ModelBuilder(8, 8).conv(4).mean().dense(1).sigmoid(), tmp_path) == ()


def test_sigmoid_of_another_scale_is_refused(tmp_path: Path) -> None:
    model = ModelBuilder(8, 8).conv(4).mean().dense(2).sigmoid()
    model.tensors[model.current].scales = (1.0 / 128.0,)
    (fault,) = faults_of(model, tmp_path)
    assert fault.where.startswith("operator 3 (LOGISTIC")
    assert "0.0078125" in fault.what


def test_every_constraint_has_a_rule_and_a_remedy() -> None:
    asked = [one for kind in builtin_operators() for tier in operator_tiers(kind) for one in tier]
    for constraint in (*asked, *INPUT_CONSTRAINTS, *order_constraints()):
        rule, _, remedy = (constraint.__doc__ or "").partition("\n")
        assert rule.strip().endswith(".")
        assert remedy.strip()


def asymmetric(model: ModelBuilder, *operators: int) -> None:
    for operator in operators:
        tensor = model.tensors[weights(model, operator)]
        tensor.zero_points = (1,) * len(tensor.zero_points)


def test_what_operators_share_is_one_fault_with_all_of_them(tmp_path: Path) -> None:
    model = ModelBuilder(12, 8)
    for _ in range(3):
        model.conv(4).depthwise()
    asymmetric(model, 0, 1, 2, 4, 5)
    (fault,) = faults_of(model.head(3), tmp_path)
    assert fault.where == "CONV_2D: operators 0, 2 and 4; DEPTHWISE_CONV_2D: operators 1 and 5"


def test_operators_in_a_row_are_told_by_the_first_and_the_last(tmp_path: Path) -> None:
    model = ModelBuilder(12, 8)
    for _ in range(6):
        model.conv(4)
    asymmetric(model, 0, 2, 3, 4, 5)
    (fault,) = faults_of(model.head(3), tmp_path)
    assert fault.where == "CONV_2D: operators 0 and 2 to 5"


def test_ways_to_break_one_rule_are_told_with_their_operators(tmp_path: Path) -> None:
    model = ModelBuilder(12, 8).conv(1).conv(2).conv(3).conv(4).conv(4)
    asymmetric(model, 0, 1, 2, 3, 4)
    (fault,) = faults_of(model.head(3), tmp_path)
    assert fault.where == "CONV_2D: operators 0 to 4"
    for operator in (0, 1, 2):
        told = f"{operator + 1} zero points differ from 0, the first is 1 (operator {operator})"
        assert told in fault.what
    assert fault.what.endswith(", and 1 more")


def test_a_tensor_that_is_wrong_is_told_of_its_maker_alone(tmp_path: Path) -> None:
    model = good_model()
    activation_zero_point(model)
    (fault,) = faults_of(model, tmp_path)
    assert fault.where.startswith("operator 1 (CONV_2D")


def _calls(record: str) -> Callable[[object], int]:
    """Options of an operator that calls the main graph."""

    def options(builder: object) -> int:
        getattr(tflite, f"{record}Start")(builder)
        return int(getattr(tflite, f"{record}End")(builder))

    return options


CALLS = {kind: _calls(f"{kind.capitalize()}Options") for kind in ("WHILE", "IF", "CALL")}


@pytest.mark.parametrize(
    ("kind", "why", "remedy"),
    [
        ("WHILE", "a loop over a graph", "unroll=True"),
        ("IF", "would depend on the sound", "without conditions"),
        ("CALL", "a graph of its own", "inlined"),
        ("TOPK_V2", "not computed", "docs/operators.md lists what is"),
    ],
)
def test_a_kind_that_cannot_run_is_told_once_with_its_own_remedy(
    tmp_path: Path, kind: str, why: str, remedy: str
) -> None:
    model = good_model()
    for operator in (1, 2):
        retype(operator, kind)(model)
        if kind in CALLS:
            model.operators[operator].options = CALLS[kind]
            name = f"{kind.capitalize()}Options"
            model.operators[operator].options_type = getattr(tflite.BuiltinOptions, name)
    (fault,) = faults_of(model, tmp_path)
    assert fault.where == f"{kind}: operators 1 and 2"
    assert fault.what.startswith(f"{kind} cannot run: ") and why in fault.what
    assert remedy in fault.remedy


def test_order_is_asked_of_a_model_with_other_faults(tmp_path: Path) -> None:
    model = ModelBuilder(8, 8).conv(6).mean().dense(6).dense(3).softmax()
    model.operators[3].inputs[0] = output(model, 1)
    weight = model.tensors[weights(model, 0)]
    weight.zero_points = (1,) * len(weight.zero_points)
    whats = " ".join(fault.what for fault in faults_of(model, tmp_path))
    assert "nothing uses tensor" in whats and "zero points differ" in whats
