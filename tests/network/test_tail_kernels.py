# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX, LOG_SOFTMAX, LOGISTIC, MEAN alone, over scales and lengths that no single model has."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from generator.engines.builtin.fixed_point import mean_multiplier, sigmoid_table, softmax_scaling
from generator.model.graph import Quantisation
from generator.repository import TEMPLATES_DIR
from tests.support.network_build import COMPILE
from tests.support.tflite_writer import OperatorRecord, TensorRecord, write_model

KERNELS = TEMPLATES_DIR / "network" / "kernels"
KERNEL_NAMES = ("softmax", "log_softmax", "sigmoid", "mean")


@pytest.fixture(scope="module")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = tmp_path_factory.mktemp("tail") / "tail.so"
    trap = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
    sources = (str(KERNELS / f"{name}.c") for name in KERNEL_NAMES)
    command = [*COMPILE, *trap, "-shared", f"-I{TEMPLATES_DIR}", *sources, "-o", str(library)]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


class Softmax(ctypes.Structure):
    _fields_ = [
        ("classes", ctypes.c_uint32),
        ("multiplier", ctypes.c_int32),
        ("left_shift", ctypes.c_int32),
        ("smallest_difference", ctypes.c_int32),
    ]


class Sigmoid(ctypes.Structure):
    _fields_ = [("classes", ctypes.c_uint32), ("scores", ctypes.c_void_p)]


class Mean(ctypes.Structure):
    _fields_ = [
        ("channels", ctypes.c_uint32),
        ("pixels", ctypes.c_uint32),
        ("offset", ctypes.c_int32),
        ("multiplier", ctypes.c_int32),
        ("shift", ctypes.c_int32),
        ("zero_point", ctypes.c_int32),
    ]


class RowView(ctypes.Structure):
    _fields_ = [("pixels", ctypes.c_void_p), ("channel_stride", ctypes.c_uint32)]


def inputs_of(*tensors: NDArray[Any]) -> ctypes.Array[ctypes.c_void_p]:
    """What a tensor_kernel is given."""
    return (ctypes.c_void_p * len(tensors))(*(tensor.ctypes.data for tensor in tensors))


def interpret(
    tensors: list[TensorRecord], operator: OperatorRecord, values: NDArray[np.int8]
) -> NDArray[np.int8]:
    model = write_model(tensors, [operator], [0], operator.outputs)
    interpreter = Interpreter(
        model_content=model, experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, values)
    interpreter.invoke()
    return np.array(interpreter.get_tensor(operator.outputs[0]))


def softmax_of_interpreter(logits: NDArray[np.int8], scale: float, beta: float) -> NDArray[np.int8]:
    def options(builder: flatbuffers.Builder) -> int:
        tflite.SoftmaxOptionsStart(builder)
        tflite.SoftmaxOptionsAddBeta(builder, beta)
        return int(tflite.SoftmaxOptionsEnd(builder))

    tensors = [
        TensorRecord("logits", logits.shape, "INT8", (scale,), (7,)),
        TensorRecord("scores", logits.shape, "INT8", (1 / 256,), (-128,)),
    ]
    kind = tflite.BuiltinOptions.SoftmaxOptions
    return interpret(tensors, OperatorRecord("SOFTMAX", [0], [1], kind, options), logits)


@pytest.mark.parametrize("classes", [2, 3, 10, 100, 256])
@pytest.mark.parametrize("beta", [1.0, 0.37, 2.0])
@pytest.mark.parametrize("scale", [2.0**-20, 0.0011, 0.11, 0.5, 3.0, 7.9])
def test_softmax_is_the_interpreters(
    kernels: ctypes.CDLL, classes: int, beta: float, scale: float
) -> None:
    random = np.random.default_rng(classes)
    scale = float(np.float32(scale))
    beta = float(np.float32(beta))
    scaling = softmax_scaling(Quantisation((scale,), (7,)), beta)
    layer = Softmax(
        classes, scaling.multiplier.mantissa, scaling.multiplier.shift, scaling.smallest_difference
    )
    logits = rows_of_logits(random, classes)
    expected = softmax_of_interpreter(logits, scale, beta)
    check_rows(kernels.softmax_normalise_s8, layer, logits, expected)


def rows_of_logits(random: np.random.Generator, classes: int) -> NDArray[np.int8]:
    rows = [random.integers(-128, 128, classes) for _ in range(10)]
    rows += [np.clip(random.normal(0, spread, classes), -128, 127) for spread in (1, 5, 20)]
    rows += [np.full(classes, value) for value in (-128, 0, 127)]
    rows.append(np.where(np.arange(classes) == 1, 127, -128))
    return np.array(rows).astype(np.int8)


def check_rows(
    kernel: Callable[..., Any],
    layer: ctypes.Structure,
    logits: NDArray[np.int8],
    expected: NDArray[np.int8],
) -> None:
    """A kernel makes of each row what the interpreter does."""
    for row, reference in zip(logits, expected, strict=True):
        scores, data = np.empty(row.size, dtype=np.int8), np.ascontiguousarray(row)
        kernel(ctypes.byref(layer), inputs_of(data), ctypes.c_void_p(scores.ctypes.data))
        np.testing.assert_array_equal(scores, reference)


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 100, 256, 700, 4095])
@pytest.mark.parametrize("scale", [2.0**-24, 0.0011, 0.07, 0.11, 0.25, 0.5, 3.0, 7.9, 16.0])
def test_log_softmax_is_the_interpreters(kernels: ctypes.CDLL, classes: int, scale: float) -> None:
    random = np.random.default_rng(classes)
    scale = float(np.float32(scale))
    scaling = softmax_scaling(Quantisation((scale,), (7,)), 1.0)
    layer = Softmax(
        classes, scaling.multiplier.mantissa, scaling.multiplier.shift, scaling.smallest_difference
    )
    logits = rows_of_logits(random, classes)
    tensors = [
        TensorRecord("logits", logits.shape, "INT8", (scale,), (7,)),
        TensorRecord("scores", logits.shape, "INT8", (1 / 16,), (127,)),
    ]
    expected = interpret(tensors, OperatorRecord("LOG_SOFTMAX", [0], [1]), logits)
    check_rows(kernels.log_softmax_normalise_s8, layer, logits, expected)


EVERY_LOGIT = np.arange(-128, 128).astype(np.int8)


def sigmoid_of_interpreter(logits: NDArray[np.int8], scale: float, zero: int) -> NDArray[np.int8]:
    tensors = [
        TensorRecord("logits", logits.shape, "INT8", (scale,), (zero,)),
        TensorRecord("scores", logits.shape, "INT8", (1 / 256,), (-128,)),
    ]
    return interpret(tensors, OperatorRecord("LOGISTIC", [0], [1]), logits)


def random_logits(count: int) -> list[tuple[float, int]]:
    """Scales from a curve that is one step high to one that is a single step, any zero point."""
    random = np.random.default_rng(17)
    scales = np.exp(random.uniform(np.log(1e-5), np.log(30.0), count))
    return [
        (float(np.float32(scale)), int(zero))
        for scale, zero in zip(scales, random.integers(-128, 128, count), strict=True)
    ]


def test_sigmoid_of_every_logit_is_the_interpreters() -> None:
    """All 256 logits of 600 quantisations, those of common converters among them."""
    extremes = [(2.0**-20, 0), (1e-30, 5), (1e30, -128), (1e30, 127), (3.0, 127)]
    powers = [(2.0**power, zero) for power in range(-8, 1) for zero in (-128, -1, 0, 60, 127)]
    for scale, zero in (*extremes, *powers, *random_logits(550)):
        expected = sigmoid_of_interpreter(EVERY_LOGIT[np.newaxis], scale, zero)[0]
        table = np.array(sigmoid_table(Quantisation((scale,), (zero,))))
        np.testing.assert_array_equal(table, expected, f"scale {scale}, zero point {zero}")


@pytest.mark.parametrize("classes", [1, 7, 256])
def test_sigmoid_is_looked_up(kernels: ctypes.CDLL, classes: int) -> None:
    scale, zero = float(np.float32(0.07)), 3
    logits = np.random.default_rng(classes).permutation(EVERY_LOGIT)[:classes]
    table = np.array(sigmoid_table(Quantisation((scale,), (zero,))), dtype=np.int8)
    layer = Sigmoid(classes, table.ctypes.data)
    scores = np.empty(classes, dtype=np.int8)
    kernels.sigmoid_look_up_s8(
        ctypes.byref(layer), inputs_of(logits), ctypes.c_void_p(scores.ctypes.data)
    )
    expected = sigmoid_of_interpreter(logits[np.newaxis], scale, zero)[0]
    np.testing.assert_array_equal(scores, expected)


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (12, 8), (2, 7), (31, 1), (64, 64)])
@pytest.mark.parametrize("ratio", [0.05, 0.5, 0.77, 1.0, 3.85, 40.0])
def test_mean_is_the_interpreters(
    kernels: ctypes.CDLL, shape: tuple[int, int], ratio: float
) -> None:
    random = np.random.default_rng(shape[0])
    channels, (rows, pixels) = 40, shape
    scales = float(np.float32(0.0345)), float(np.float32(0.0345 / ratio))
    zeros = int(random.integers(-128, 128)), int(random.integers(-128, 128))
    values = random.integers(-128, 128, (1, rows, pixels, channels)).astype(np.int8)
    values[..., :4] = zeros[0]
    values[..., 4:8] = np.clip(zeros[0] + random.integers(-2, 3, (rows, pixels, 4)), -128, 127)

    def options(builder: flatbuffers.Builder) -> int:
        tflite.ReducerOptionsStart(builder)
        return int(tflite.ReducerOptionsEnd(builder))

    tensors = [
        TensorRecord("rows", values.shape, "INT8", scales[:1], zeros[:1]),
        TensorRecord("axes", (2,), "INT32", data=np.array([1, 2], dtype=np.int32)),
        TensorRecord("means", (1, channels), "INT8", scales[1:], zeros[1:]),
    ]
    kind = tflite.BuiltinOptions.ReducerOptions
    expected = interpret(tensors, OperatorRecord("MEAN", [0, 1], [2], kind, options), values)

    multiplier = mean_multiplier(
        Quantisation(scales[:1], zeros[:1]), Quantisation(scales[1:], zeros[1:]), rows * pixels
    )
    layer = Mean(
        channels,
        pixels,
        -(zeros[0] + 128) * rows * pixels,
        multiplier.mantissa,
        multiplier.shift,
        zeros[1],
    )
    stride = -(-pixels // 4) * 4
    sums = np.zeros(channels, dtype=np.int32)
    for row in values[0]:
        planes = np.full((channels, stride), 99, dtype=np.uint8)
        planes[:, :pixels] = (row.T.astype(np.int16) + 128).astype(np.uint8)
        view = RowView(planes.ctypes.data, stride)
        kernels.mean_add_row_u8(
            ctypes.byref(layer), ctypes.byref(view), ctypes.c_void_p(sums.ctypes.data)
        )
    means = np.empty(channels, dtype=np.int8)
    kernels.mean_finish_s8(ctypes.byref(layer), inputs_of(sums), ctypes.c_void_p(means.ctypes.data))
    np.testing.assert_array_equal(means, expected.ravel())
