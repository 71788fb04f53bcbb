# SPDX-License-Identifier: Apache-2.0
"""Names and text of a model, made harmless and recognisable in C."""

from __future__ import annotations

import re

from generator.model.graph import Graph, Operator, Tensor

LONGEST_NAME = 32
LONGEST_TEXT = 60


def identifier(operator: Operator) -> str:
    """The end of the C names of all that belongs to an operator: `2_layer2_pointwise_conv`.

    It begins with the operator's index, so that no two are alike, and holds nothing but lower-case
    ASCII letters, digits and underscores.
    """
    text = operator.name
    if len(text) > LONGEST_NAME:
        text = text.rsplit("/", maxsplit=1)[-1]
    words = re.findall(r"[a-z0-9]+", text.lower()) or [operator.kind.lower()]
    return f"{operator.index}_{'_'.join(words)[:LONGEST_NAME].rstrip('_')}"


def output_identifier(operator: Operator, output: int) -> str:
    """The same for one of several outputs, of which the first has the operator's own."""
    return f"{identifier(operator)}_part_{output}" if output else identifier(operator)


def end_identifier(graph: Graph, tensor: int, operator: Operator | None) -> str:
    """The end of the C names of what is kept of a streamed tensor for the tail."""
    if operator is not None:
        return identifier(operator)
    maker = next((one for one in graph.operators if tensor in one.outputs), None)
    if maker is None:
        return "all_of_input"
    return f"all_of_{output_identifier(maker, maker.outputs.index(tensor))}"


def plain_text(name: str) -> str:
    """A model's own text made harmless inside a C comment."""
    kept = (c if c.isascii() and (c.isalnum() or c in "_-/.:") else "_" for c in name)
    return "".join(kept)[:LONGEST_TEXT]


def title(operator: Operator) -> str:
    """Index, kind and name of an operator, for a comment."""
    return f"{operator.index} {operator.kind} {plain_text(operator.name)}"


def tensor_text(tensor: Tensor) -> str:
    """A tensor's shape without its batch, and its quantisation."""
    shape = " x ".join(str(length) for length in tensor.shape[1:])
    return f"{shape}, {quantisation_text(tensor)}"


def quantisation_text(tensor: Tensor) -> str:
    """A tensor's scale and zero point, or its type where it has none."""
    if tensor.quantisation is None:
        return tensor.dtype.lower()
    return f"scale {tensor.quantisation.scale:.6g}, zero point {tensor.quantisation.zero_point}"
