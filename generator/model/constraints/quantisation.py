# SPDX-License-Identifier: Apache-2.0
"""How a model as a whole is quantised: in which way it is not int8, told once for all operators."""

from __future__ import annotations

from collections import Counter

from generator.model.graph import Graph

COMPUTED = ("FLOAT32", "FLOAT16", "INT16", "INT8", "UINT8")
"""Types of values that flow between layers; others are shapes, axes, variables and conditions."""

TAKES_INT8 = ("DEQUANTIZE", "QUANTIZE")


def int8_throughout(graph: Graph) -> str | None:
    """The model must be quantised to int8 throughout.

    Convert with full integer quantisation: converter.optimizations = [tf.lite.Optimize.DEFAULT];
    converter.representative_dataset = samples (real inputs of the model, some hundred of them);
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8];
    converter.inference_input_type = converter.inference_output_type = tf.int8.
    """
    flowing = _flowing(graph)
    weights = {one.dtype for one in graph.tensors if one.data is not None and len(one.shape) > 1}
    if not flowing or flowing["INT8"]:
        return _partly(graph) if flowing["FLOAT32"] or flowing["INT16"] else None
    if flowing["INT16"]:
        return (
            "its activations are int16 (16x8 quantisation); take TFLITE_BUILTINS_INT8 in place of "
            "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8"
        )
    if flowing["UINT8"] and not flowing["FLOAT32"]:
        return "it is uint8 throughout, as converters of 2019 and before made models"
    if "INT8" in weights:
        return (
            "its weights are int8, but its layers compute in float32 (dynamic-range quantisation: "
            "a representative_dataset is missing)"
        )
    if "FLOAT16" in weights:
        return "it is a float model with float16 weights"
    return "it is a float32 model: nothing in it is quantised"


def _flowing(graph: Graph) -> Counter[str]:
    """How many tensors of each type are computed, or taken by a layer."""
    found = {index for one in graph.operators for index in (*one.data_inputs, *one.outputs)}
    types = (graph.tensors[index].dtype for index in found if index >= 0)
    return Counter(one for one in types if one in COMPUTED)


def _partly(graph: Graph) -> str | None:
    """What a model says of itself of which only a part is int8."""
    other = [
        operator
        for operator in graph.operators
        if operator.kind not in TAKES_INT8
        and any(graph.tensors[one].dtype in ("FLOAT32", "INT16") for one in operator.outputs)
    ]
    if not other:
        return None
    kinds = ", ".join(dict.fromkeys(one.kind for one in other))
    numbers = ", ".join(str(one.index) for one in other[:3])
    more = f" and {len(other) - 3} more" if len(other) > 3 else ""
    return (
        f"a part of it computes in float32 or int16: {kinds} (operators {numbers}{more}); take "
        "TFLITE_BUILTINS_INT8 alone, without TFLITE_BUILTINS and SELECT_TF_OPS"
    )
