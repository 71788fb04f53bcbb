# SPDX-License-Identifier: Apache-2.0
"""Constraints on an operator's kind, tensors and shapes, and what others ask of tensors."""

from __future__ import annotations

from generator.model.graph import SCORING, Graph, Operator, Tensor

WINDOWED = ("CONV_2D", "DEPTHWISE_CONV_2D")
WEIGHTED = (*WINDOWED, "FULLY_CONNECTED")
VECTORS = ("FULLY_CONNECTED", "RESHAPE", *SCORING, "DEQUANTIZE")
SUPPORTED = ("TRANSPOSE", *WINDOWED, "ADD", "MEAN", *VECTORS)

LARGEST_DIMENSION = 4096


def quantised_fault(tensor: Tensor) -> str | None:
    """What keeps a tensor from being int8 with one scale and one zero point."""
    if tensor.dtype != "INT8":
        return f"tensor {tensor.index} is {tensor.dtype}"
    quantisation = tensor.quantisation
    if quantisation is None or len(quantisation.scales) != 1:
        count = 0 if quantisation is None else len(quantisation.scales)
        return f"tensor {tensor.index} has {count} scales"
    if not -128 <= quantisation.zero_point <= 127:
        return f"tensor {tensor.index} has zero point {quantisation.zero_point}"
    return None


def constant_integers(tensor: Tensor) -> tuple[int, ...] | None:
    """The values of a constant INT32 tensor; None for any other."""
    if tensor.dtype != "INT32" or tensor.data is None:
        return None
    return tuple(int(value) for value in tensor.int32_values().ravel())


def reasonable(shape: tuple[int, ...]) -> bool:
    """Every dimension is known and bounded."""
    return all(1 <= length <= LARGEST_DIMENSION for length in shape)


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape, for a message."""
    return "(" + ", ".join(map(str, shape)) + ")"


def supported_operator(graph: Graph, operator: Operator) -> str | None:
    """Only CONV_2D, DEPTHWISE_CONV_2D, ADD, MEAN, FULLY_CONNECTED, SOFTMAX, LOGISTIC can run.

    And a leading TRANSPOSE, RESHAPE to a vector and a final DEQUANTIZE. Batch normalisation and
    RELU fuse into convolutions on conversion; pool with GlobalAveragePooling2D; QUANTIZE disappears
    with inference_input_type=tf.int8.
    """
    return None if operator.kind in SUPPORTED else f"{operator.kind} is not among them"


def needed_tensors(graph: Graph, operator: Operator) -> str | None:
    """An operator must have its inputs and one output.

    Convert the model again: the file is damaged or from another schema.
    """
    needed = 2 if operator.kind in (*WEIGHTED, "TRANSPOSE", "MEAN", "ADD") else 1
    present = [index for index in operator.inputs[:needed] if index >= 0]
    if len(present) < needed or len(operator.outputs) != 1:
        return f"it has {len(present)} inputs and {len(operator.outputs)} outputs"
    return None


def int8_tensors(graph: Graph, operator: Operator) -> str | None:
    """Inputs and outputs must be int8 with one scale and one zero point each.

    Convert with full integer quantisation (TFLITE_BUILTINS_INT8 and a representative_dataset).
    """
    tensors = [graph.tensors[index] for index in operator.data_inputs]
    if operator.kind != "DEQUANTIZE":
        tensors.append(graph.tensor_out(operator))
    return next((fault for tensor in tensors if (fault := quantised_fault(tensor))), None)


def reasonable_shapes(graph: Graph, operator: Operator) -> str | None:
    """Shapes must be static, of batch 1 and of at most 4096 a dimension.

    Fix the batch size to 1 before conversion.
    """
    for tensor in (graph.tensor_in(operator), graph.tensor_out(operator)):
        if not tensor.shape or tensor.shape[0] != 1 or not reasonable(tensor.shape):
            return f"tensor {tensor.index} has shape {shape_text(tensor.shape)}"
    return None


def rows_or_vectors(graph: Graph, operator: Operator) -> str | None:
    """Layers on rows take and make (1, rows, bands, channels); the tail's take vectors.

    Place FULLY_CONNECTED after global average pooling or Flatten, convolutions before it.
    """
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    if operator.kind == "RESHAPE":
        fits = target.element_count == target.shape[-1]
    elif operator.kind in VECTORS:
        fits = all(tensor.element_count == tensor.shape[-1] for tensor in (source, target))
    else:
        fits = len(source.shape) == 4 and (operator.kind == "MEAN" or len(target.shape) == 4)
    return None if fits else f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
