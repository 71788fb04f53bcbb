# SPDX-License-Identifier: Apache-2.0
"""Constraints on the model as a whole."""

from __future__ import annotations

from generator.model.constraints.tensors import quantised_fault, reasonable, shape_text
from generator.model.graph import SCORING, Graph


def one_input_and_one_output(graph: Graph) -> str | None:
    """The model must have one input and one output.

    Export only the classifier, without auxiliary inputs or heads.
    """
    counts = len(graph.inputs), len(graph.outputs)
    if counts != (1, 1) or min(graph.inputs[0], graph.outputs[0]) < 0:
        return f"it has {counts[0]} inputs and {counts[1]} outputs"
    return None


def int8_input(graph: Graph) -> str | None:
    """The model's input must be int8 with a scale and a zero point.

    Convert with optimizations=[tf.lite.Optimize.DEFAULT], a representative_dataset,
    supported_ops=[tf.lite.OpsSet.TFLITE_BUILTINS_INT8] and inference_input_type=tf.int8.
    """
    return quantised_fault(graph.tensors[graph.inputs[0]]) if graph.inputs else None


def spectrogram_input(graph: Graph) -> str | None:
    """The input must be one patch of one channel: (1, frames, bands, 1).

    Or (1, bands, frames, 1): the record of its front-end says which, where the shape does not.
    """
    if not graph.inputs:
        return None
    shape = graph.tensors[graph.inputs[0]].shape
    if len(shape) != 4 or shape[0] != 1 or shape[3] != 1 or not reasonable(shape):
        return f"its shape is {shape_text(shape)}"
    return None


def flow_from_input_to_output(graph: Graph) -> str | None:
    """Every operator must take what the input or an earlier operator makes, up to the output.

    Remove layers whose result nothing uses, and constants that are added to a layer's output.
    """
    made = {graph.inputs[0]}
    used: set[int] = set()
    for operator in graph.operators:
        strangers = [index for index in operator.data_inputs if index not in made]
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


def scores_at_the_end(graph: Graph) -> str | None:
    """The model must end in SOFTMAX or LOGISTIC, and perhaps DEQUANTIZE, which give the scores.

    Export the classifier with its last layer.
    """
    kinds = [one.kind for one in graph.operators if one.kind != "ASSIGN_VARIABLE"]
    if kinds[-1] == "DEQUANTIZE":
        kinds.pop()
    return None if kinds and kinds[-1] in SCORING else f"the order is {' -> '.join(kinds)}"
