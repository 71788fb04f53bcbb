# SPDX-License-Identifier: Apache-2.0
"""Constraints on operators without weights."""

from __future__ import annotations

from generator.model.constraints.tensors import constant_integers, shape_text
from generator.model.graph import Graph, Operator

MOST_CLASSES = 256
"""More than 511 equal logits end the reference interpreter: it would shift by more than 31 bits."""
MOST_SUMMED = (1 << 31) // 256
SMALLEST_LOGIT_SCALE, LARGEST_LOGIT_SCALE = 2.0**-24, 16.0


def transpose_to_rows(graph: Graph, operator: Operator) -> str | None:
    """TRANSPOSE must come first and swap bands and frames: permutation (0, 2, 1, 3).

    Give the model its input as (1, frames, bands, 1) and no TRANSPOSE is needed.
    """
    if operator.kind != "TRANSPOSE":
        return None
    order = constant_integers(graph.tensor_in(operator, 1))
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if operator.index != 0 or order != (0, 2, 1, 3):
        return f"it is operator {operator.index} with permutation {order}"
    turned = len(source) == 4 and target == (source[0], source[2], source[1], source[3])
    return None if turned else f"{shape_text(source)} -> {shape_text(target)}"


def mean_over_rows_and_bands(graph: Graph, operator: Operator) -> str | None:
    """MEAN must average over rows and bands: axes (1, 2).

    Use GlobalAveragePooling2D.
    """
    if operator.kind != "MEAN":
        return None
    axes = constant_integers(graph.tensor_in(operator, 1))
    source, target = graph.tensor_in(operator).shape, graph.tensor_out(operator).shape
    if axes is None or sorted(axis % 4 for axis in axes) != [1, 2]:
        return f"its axes are {axes}"
    expected = (1, 1, 1, source[3]) if operator.mean_options.keep_dims else (1, source[3])
    if target != expected:
        return f"{shape_text(source)} -> {shape_text(target)}"
    count = source[1] * source[2]
    return None if count < MOST_SUMMED else f"{count} elements overflow the sum"


def softmax_of_logits(graph: Graph, operator: Operator) -> str | None:
    """SOFTMAX must give scores of scale 1/256 and zero point -128 for 2 to 256 classes.

    Convert with int8 outputs; the logits' scale x beta must be between 2^-24 and 16.
    """
    if operator.kind != "SOFTMAX":
        return None
    logits, scores = graph.tensor_in(operator), graph.tensor_out(operator)
    assert logits.quantisation and scores.quantisation
    if (scores.quantisation.scale, scores.quantisation.zero_point) != (1.0 / 256.0, -128):
        return f"they have {scores.quantisation.scale:.6g} and {scores.quantisation.zero_point}"
    if logits.shape != scores.shape or not 2 <= scores.element_count <= MOST_CLASSES:
        return f"{shape_text(logits.shape)} -> {shape_text(scores.shape)}"
    scale = logits.quantisation.scale * operator.softmax_options.beta
    inside = SMALLEST_LOGIT_SCALE <= scale <= LARGEST_LOGIT_SCALE
    return None if inside else f"the logits' scale x beta is {scale:.6g}"


def sigmoid_of_logits(graph: Graph, operator: Operator) -> str | None:
    """LOGISTIC must give scores of scale 1/256 and zero point -128 for 1 to 256 classes.

    Convert with int8 outputs.
    """
    if operator.kind != "LOGISTIC":
        return None
    logits, scores = graph.tensor_in(operator), graph.tensor_out(operator)
    assert scores.quantisation
    if (scores.quantisation.scale, scores.quantisation.zero_point) != (1.0 / 256.0, -128):
        return f"they have {scores.quantisation.scale:.6g} and {scores.quantisation.zero_point}"
    if logits.shape != scores.shape or scores.element_count > MOST_CLASSES:
        return f"{shape_text(logits.shape)} -> {shape_text(scores.shape)}"
    return None


def same_shapes(graph: Graph, operator: Operator) -> str | None:
    """ADD must add tensors of one shape.

    Broadcasting cannot run: give both branches the same rows, bands and channels.
    """
    if operator.kind != "ADD":
        return None
    shapes = [graph.tensors[index].shape for index in (*operator.data_inputs, operator.outputs[0])]
    return None if len(set(shapes)) == 1 else " + ".join(map(shape_text, shapes[:2]))


def same_elements(graph: Graph, operator: Operator) -> str | None:
    """RESHAPE and DEQUANTIZE must keep the elements; DEQUANTIZE makes FLOAT32.

    Convert the model again: the file contradicts itself.
    """
    if operator.kind not in ("RESHAPE", "DEQUANTIZE"):
        return None
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    kept = source.element_count == target.element_count
    if operator.kind == "RESHAPE":
        kept = kept and source.quantisation == target.quantisation
    else:
        kept = kept and target.dtype == "FLOAT32"
    detail = (
        f"{source.dtype} {shape_text(source.shape)} -> {target.dtype} {shape_text(target.shape)}"
    )
    return None if kept else detail
