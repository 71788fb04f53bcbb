# SPDX-License-Identifier: Apache-2.0
"""Constraints on the model as a whole."""

from __future__ import annotations

from generator.model.constraints.quantisation import int8_throughout
from generator.model.constraints.tensors import quantised_fault, reasonable, shape_text
from generator.model.graph import Graph


def one_input_and_one_output(graph: Graph) -> str | None:
    """The model must have one input and one output.

    Export only the classifier, without auxiliary inputs or heads.
    """
    counts = len(graph.inputs), len(graph.outputs)
    if counts != (1, 1) or min(graph.inputs[0], graph.outputs[0]) < 0:
        return f"it has {counts[0]} inputs and {counts[1]} outputs"
    return None


def int8_input(graph: Graph) -> str | None:
    """The model's input must be int8, or become int8 first, with one scale and one zero point.

    Convert with inference_input_type=tf.int8 (float32 and uint8 can be taken too, where a QUANTIZE
    of the same scale is the only reader of the input).
    """
    if not graph.inputs or graph.inputs[0] < 0 or int8_throughout(graph):
        return None  # told by int8_throughout
    return quantised_fault(graph.tensors[graph.inputs[0]])


def spectrogram_input(graph: Graph) -> str | None:
    """The input must be one patch of frames and bands, such as (1, frames, bands, 1).

    Axes of length 1 may stand anywhere, bands may come first (the record of the front-end says so),
    and a flat input may be reshaped first; give the model one clip at a time and one channel.
    """
    if not graph.inputs or graph.inputs[0] < 0:
        return None
    shape = graph.tensors[graph.inputs[0]].shape
    whole = bool(shape) and reasonable(shape) and min(graph.sides) > 0
    return None if whole else f"its shape is {shape_text(shape)}"


def flow_from_input_to_output(graph: Graph) -> str | None:
    """Every operator must take what the input or an earlier operator makes, up to the output.

    Remove layers whose result nothing uses, and constants that are added to a layer's output.
    """
    made = {graph.inputs[0]}
    used: set[int] = set()
    for operator in graph.operators:
        strangers = [one for one in operator.data_inputs if one >= 0 and one not in made]
        if strangers:
            return f"{operator} takes tensor {strangers[0]}, which no earlier operator makes"
        used |= set(operator.inputs)
        made |= set(operator.outputs)
        if len(operator.outputs) > 1:  # a part of a tensor may stay unused
            used |= set(operator.outputs)
    if graph.outputs[0] not in made:
        return "no operator makes the model's output"
    idle = sorted(made - used - {graph.outputs[0]})
    return f"nothing uses tensor {idle[0]}" if idle else None


def vector_at_the_end(graph: Graph) -> str | None:
    """The model must end in one int8 vector for a patch: scores, logits or an embedding.

    End it in a global average pooling and a dense layer, with or without softmax or sigmoid;
    convert with inference_output_type=tf.int8.
    """
    if int8_throughout(graph):
        return None  # told by int8_throughout
    scores = graph.scores
    fault = quantised_fault(scores)
    if fault is not None:
        return fault
    long = [length for length in scores.shape if length != 1]
    return None if len(long) <= 1 else f"its output is {shape_text(scores.shape)}"
