# SPDX-License-Identifier: Apache-2.0
"""Borders that a model writes as a PAD before a convolution of its own rows and bands alone.

Converters write so what no padding of the schema says: padding that is causal in time, padding of
both sides alike (as PyTorch pads) before a stride of 2. A convolution can take the border of its
input as part of its window, at no cost; the PAD is then left out, and its output not computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from generator.model.constraints.tensors import constant_integers
from generator.model.graph import Graph, Operator, Tensor
from generator.model.options import CONVOLUTIONS, Borders, ConvolutionOptions, Padding

PADS = {"PAD": 2, "PADV2": 3}
"""With the number of their inputs."""


def with_borders(graph: Graph) -> Graph:
    """The graph without each PAD that all its readers, convolutions, can take as their border.

    The convolutions keep their numbers. A PAD stays as it is if it puts anything else than zeros
    around its input, pads batch or channels, has another reader, or if a window of a reader could
    be in the border alone.
    """
    gone: set[int] = set()
    made: dict[int, Operator] = {}
    for operator in graph.operators:
        borders = _borders(graph, operator)
        readers = [one for one in graph.operators if set(operator.outputs) & set(one.inputs)]
        joined = [_joined(graph, operator, one, borders) for one in readers] if borders else []
        if joined and all(joined):
            made |= {one.index: one for one in joined if one}
            gone.add(operator.index)
    operators = tuple(made.get(one.index, one) for one in graph.operators if one.index not in gone)
    return replace(graph, operators=operators) if made else graph


def _borders(graph: Graph, operator: Operator) -> Borders | None:
    """The zeros that a PAD puts around rows and bands; None where a convolution pads otherwise."""
    inputs = operator.inputs
    if PADS.get(operator.kind) != len(inputs) or min(inputs) < 0 or len(operator.outputs) != 1:
        return None
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    listed = constant_integers(graph.tensor_in(operator, 1))
    if (
        len(source.shape) != 4
        or listed is None
        or len(listed) != 8
        or min(listed) < 0
        or (*listed[:2], *listed[6:]) != (0, 0, 0, 0)
        or target.index in graph.outputs
        or not _pads_zeros(source, target, graph.tensors[inputs[2]] if len(inputs) > 2 else None)
    ):
        return None
    (above, below), (left, right) = listed[2:4], listed[4:6]
    _, rows, bands, channels = source.shape
    if target.shape != (source.shape[0], above + rows + below, left + bands + right, channels):
        return None
    return Borders((above, left), (below, right))


def _pads_zeros(source: Tensor, target: Tensor, value: Tensor | None) -> bool:
    """Whether a border stands for the real number 0: PAD's value is its output's zero point."""
    scales = source.quantisation
    if source.dtype != "INT8" or scales is None or scales != target.quantisation:
        return False
    if len(scales.scales) != 1:
        return False
    if value is None:
        return True
    if value.dtype != "INT8" or value.data is None or value.element_count != 1:
        return False
    return int(value.int8_values().ravel()[0]) == scales.zero_point


def _joined(graph: Graph, pad: Operator, reader: Operator, borders: Borders) -> Operator | None:
    """The convolution on the PAD's input; None where it takes the PAD's output otherwise."""
    options = reader.options
    if (
        reader.kind not in CONVOLUTIONS
        or not isinstance(options, ConvolutionOptions)
        or options.padding is not Padding.VALID
        or len(reader.inputs) < 2
        or min(reader.inputs[:2]) < 0
        or pad.outputs[0] in reader.inputs[1:]
        or pad.outputs[0] in reader.outputs
    ):
        return None
    kernel = graph.tensor_in(reader, 1).shape
    if len(kernel) != 4:
        return None
    reach = tuple((one - 1) * step for one, step in zip(kernel[1:3], options.dilation, strict=True))
    for border in (borders.before, borders.after):
        if any(most < width for most, width in zip(reach, border, strict=True)):
            return None
    renamed: Mapping[int, int] = {pad.outputs[0]: pad.inputs[0]}
    return replace(
        reader,
        inputs=tuple(renamed.get(one, one) for one in reader.inputs),
        data_inputs=tuple(renamed.get(one, one) for one in reader.data_inputs),
        options=replace(options, padding=borders),
    )
