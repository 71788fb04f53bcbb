# SPDX-License-Identifier: Apache-2.0
"""Dilated convolutions as converters write them where the batch is not fixed.

SPACE_TO_BATCH_ND deals the pixels out to several images, a convolution works on each, and
BATCH_TO_SPACE_ND puts them together again: a convolution with dilation, of the same numbers.
"""

from __future__ import annotations

from dataclasses import replace

from generator.model.constraints.tensors import constant_integers
from generator.model.graph import Graph, Operator
from generator.model.options import CONVOLUTIONS, Borders, ConvolutionOptions, Padding


def with_dilation(graph: Graph) -> Graph:
    """The graph with one convolution in place of each such three; it has the last one's number."""
    gone: set[int] = set()
    made: dict[int, Operator] = {}
    for operator in graph.operators:
        if operator.kind != "BATCH_TO_SPACE_ND":
            continue
        three = _three(graph, operator)
        joined = _joined(graph, *three) if three else None
        if three and joined:
            made[operator.index] = joined
            gone |= {three[0].index, three[1].index}
    operators = tuple(made.get(one.index, one) for one in graph.operators if one.index not in gone)
    return replace(graph, operators=operators) if made else graph


def _three(graph: Graph, last: Operator) -> tuple[Operator, Operator, Operator] | None:
    """The operators that belong together, each the only reader of the one before it."""
    convolution = _only_maker(graph, last)
    if convolution is None or convolution.kind not in CONVOLUTIONS:
        return None
    first = _only_maker(graph, convolution)
    if first is None or first.kind != "SPACE_TO_BATCH_ND":
        return None
    return first, convolution, last


def _only_maker(graph: Graph, reader: Operator) -> Operator | None:
    if not reader.inputs:
        return None
    tensor = reader.inputs[0]
    readers = [one for one in graph.operators if tensor in one.inputs]
    makers = [one for one in graph.operators if tensor in one.outputs]
    if len(readers) != 1 or len(makers) != 1 or tensor in graph.outputs:
        return None
    return makers[0]


def _joined(
    graph: Graph, first: Operator, convolution: Operator, last: Operator
) -> Operator | None:
    """The one convolution; None where no window with borders makes the same of it."""
    if any(len(one.inputs) < 3 or min(one.inputs[:3]) < 0 for one in (first, last)):
        return None
    block = constant_integers(graph.tensor_in(first, 1))
    borders = constant_integers(graph.tensor_in(first, 2))
    crops = constant_integers(graph.tensor_in(last, 2))
    options = convolution.options
    if (
        not isinstance(options, ConvolutionOptions)
        or (options.stride, options.dilation, options.padding) != ((1, 1), (1, 1), Padding.VALID)
        or block is None
        or borders is None
        or crops is None
        or (len(block), len(borders), len(crops)) != (2, 4, 4)
        or block != constant_integers(graph.tensor_in(last, 1))
        or not _keeps_scales(graph, first, convolution, last)
    ):
        return None
    source, target = graph.tensor_in(first).shape, graph.tensor_out(last).shape
    weights = graph.tensor_in(convolution, 1).shape
    before = tuple(one - cut for one, cut in zip(borders[::2], crops[::2], strict=True))
    padding = _padding(source, target, weights, block, before)
    if padding is None:
        return None
    return replace(
        convolution,
        index=last.index,
        inputs=(first.inputs[0], *convolution.inputs[1:]),
        data_inputs=first.data_inputs,
        outputs=last.outputs,
        options=replace(options, padding=padding, dilation=(block[0], block[1])),
    )


def _keeps_scales(graph: Graph, first: Operator, convolution: Operator, last: Operator) -> bool:
    return (
        graph.tensor_in(first).quantisation == graph.tensor_out(first).quantisation
        and graph.tensor_out(convolution).quantisation == graph.tensor_out(last).quantisation
    )


Shape = tuple[int, ...]


def _padding(
    source: Shape, target: Shape, weights: Shape, block: Shape, before: Shape
) -> Padding | Borders | None:
    """The padding with which a dilated window makes the same shape of the same place.

    `before`: rows and bands above and left that are not cut off again.
    """
    if not len(source) == len(target) == len(weights) == 4:
        return None
    reach = tuple((size - 1) * step for size, step in zip(weights[1:3], block, strict=True))
    after = tuple(
        made + span - length - first
        for made, span, length, first in zip(target[1:3], reach, source[1:3], before, strict=True)
    )
    if target[1:3] == source[1:3] and before == tuple(span // 2 for span in reach):
        return Padding.SAME
    if before == after == (0, 0):
        return Padding.VALID
    inside = zip((*before, *after), (*reach, *reach), strict=True)
    if all(0 <= border <= span for border, span in inside):
        return Borders((before[0], before[1]), (after[0], after[1]))
    return None
