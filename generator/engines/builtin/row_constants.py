# SPDX-License-Identifier: Apache-2.0
"""The constant data of the kernels: each layer's record, and the tables that it points at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from generator.engines.builtin.c_tables import Constant, Table, int32_literal, wrapped
from generator.engines.builtin.fixed_point import INT8_MIN, activation_range, add_scaling
from generator.engines.builtin.fold import (
    Channel,
    Layer,
    fold_layer,
    kept_weights,
    pack_3x3,
    pack_matrix,
)
from generator.engines.builtin.schedule import (
    PIXELS_PER_BLOCK,
    Schedule,
    Stage,
    StageKind,
    Window,
    padded,
    window_of,
)
from generator.engines.builtin.tail_constants import (
    add_dense,
    add_sigmoid,
    mean_constant,
    softmax_constant,
)

if TYPE_CHECKING:
    from generator.model.graph import Graph, Operator

FAST_3X3 = {
    Window((3, 3), (1, 1), (1, 1), (1, 1)): "depthwise_3x3_s1",
    Window((3, 3), (2, 2), (0, 0), (1, 1)): "depthwise_3x3_s2",
}
"""The windows that have a kernel of their own; rows above and below are the ring's affair."""


def _words(name: str, words: Sequence[int]) -> Table:
    return Table(
        name, "uint32_t", len(words), 4 * len(words), wrapped(f"0x{word:08x}u" for word in words)
    )


def _requantise_text(channel: Channel | None) -> str:
    assert channel is not None, "constraints.graph_faults() admits no such channel"
    return f"{{{int32_literal(channel.bias_and_shift)}, {channel.mantissa}}}"


def depthwise_kernel(schedule: Schedule, stage: Stage) -> str:
    """Name of the kernel for a stage's depthwise filter; empty where it has none."""
    if stage.kind not in (StageKind.SEPARABLE, StageKind.DEPTHWISE):
        return ""
    graph, operator = schedule.graph, stage.operators[0]
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    layer = fold_layer(graph, operator)
    width_in, width_out = source.shape[2], target.shape[2]
    fits = (
        stage.window in FAST_3X3
        and operator.window_options.depth_multiplier == 1
        and width_out % PIXELS_PER_BLOCK == 0
        and width_in == width_out * stage.window.stride[1]
        and layer.input_zero == 0
        and layer.range.is_plain_relu
    )
    return FAST_3X3[stage.window] if fits else "depthwise_any"


def product_kernel(schedule: Schedule, stage: Stage) -> str:
    """Name of the kernel for a stage's matrix product; empty where it has none."""
    if stage.kind not in (StageKind.SEPARABLE, StageKind.CONVOLUTION):
        return ""
    plain = fold_layer(schedule.graph, stage.operators[-1]).range.is_plain_relu
    return "pointwise_relu" if plain else "pointwise_linear"


def layer_constants(schedule: Schedule) -> tuple[tuple[Table, ...], tuple[Constant, ...]]:
    """All tables and records, in the operators' order."""
    tables: list[Table] = []
    constants: list[Constant] = []
    for stage in schedule.stages:
        if stage.kind is StageKind.MEAN:
            constants.append(mean_constant(schedule.graph, stage.operators[0]))
            continue
        if stage.kind is StageKind.FLATTEN:
            continue
        if stage.kind is StageKind.ADD:
            constants.append(_add(schedule.graph, stage.operators[0]))
            continue
        if stage.kind is StageKind.CONVOLUTION:
            constants.append(_window(schedule.graph, stage))
        else:
            _depthwise(schedule, stage, tables, constants)
        if stage.kind is not StageKind.DEPTHWISE:
            _pointwise(schedule, stage, tables, constants)
    for operator in schedule.tail:
        if operator.kind == "FULLY_CONNECTED":
            add_dense(schedule.graph, operator, tables, constants)
        elif operator.kind == "SOFTMAX":
            constants.append(softmax_constant(schedule.graph, operator))
        elif operator.kind == "LOGISTIC":
            add_sigmoid(schedule.graph, operator, tables, constants)
    return tuple(tables), tuple(constants)


def _window_fields(graph: Graph, operator: Operator) -> tuple[tuple[str, str], ...]:
    source, target = graph.tensor_in(operator), graph.tensor_out(operator)
    rows, columns = graph.tensor_in(operator, 1).shape[1:3]
    window = window_of(source.shape, (rows, columns), operator.window_options)
    inputs = rows * columns * source.shape[3]
    assert source.quantisation
    numbers = {
        "rows": rows,
        "columns": columns,
        "channels": source.shape[3],
        "stride": window.stride[1],
        "left": window.before[1],
        "width_in": source.shape[2],
        "width_out": target.shape[2],
        "border": source.quantisation.zero_point - INT8_MIN,
        "inputs": inputs + inputs % 2,
    }
    return tuple((name, f"{number}u") for name, number in numbers.items())


def _window(graph: Graph, stage: Stage) -> Constant:
    operator = stage.operators[0]
    return Constant(
        f"network_window_{operator.index}",
        "struct window",
        f"{operator}",
        _window_fields(graph, operator),
    )


def _range_text(layer: Layer) -> str:
    return f"{{{layer.range.zero}, {layer.range.lowest}, {layer.range.highest}}}"


def _pointwise(
    schedule: Schedule, stage: Stage, tables: list[Table], constants: list[Constant]
) -> None:
    operator = stage.operators[-1]
    layer = fold_layer(schedule.graph, operator)
    assert stage.target is not None
    ring = schedule.rings[stage.target]
    inputs = int(np.prod(layer.weights.shape[1:]))
    channels = [*layer.channels]
    if len(channels) % 2:
        channels.append(Channel(0, 0, 0, keeps_weights=False))
    weights = _words(f"weights_{operator.index}", pack_matrix(layer))
    requantise = Table(
        f"requantise_{operator.index}",
        "struct requantise",
        len(channels),
        8 * len(channels),
        wrapped(_requantise_text(channel) for channel in channels),
    )
    tables += [weights, requantise]
    constants.append(
        Constant(
            f"network_operator_{operator.index}",
            "struct pointwise",
            f"{operator}",
            (
                ("inputs", f"{inputs + inputs % 2}u"),
                ("outputs", f"{len(channels)}u"),
                ("pixels", f"{ring.channel_stride}u"),
                ("channel_stride", f"{ring.channel_stride}u"),
                ("weights", weights.name),
                ("requantise", requantise.name),
                ("range", _range_text(layer)),
            ),
        )
    )


def _depthwise(
    schedule: Schedule, stage: Stage, tables: list[Table], constants: list[Constant]
) -> None:
    graph, operator = schedule.graph, stage.operators[0]
    layer = fold_layer(graph, operator)
    name = f"network_operator_{operator.index}"
    count = len(layer.channels)
    if depthwise_kernel(schedule, stage) != "depthwise_any":
        parameters = Table(
            f"parameters_{operator.index}",
            "struct depthwise_3x3_channel",
            count,
            20 * count,
            tuple(
                f"{{{{{', '.join(f'0x{word:08x}u' for word in words)}}}, "
                f"{_requantise_text(channel)}}},"
                for words, channel in zip(pack_3x3(layer), layer.channels, strict=True)
            ),
        )
        tables.append(parameters)
        fields = (
            ("channels", f"{count}u"),
            ("width_out", f"{graph.tensor_out(operator).shape[2]}u"),
            ("parameters", parameters.name),
        )
        constants.append(Constant(name, "struct depthwise_3x3", f"{operator}", fields))
        return
    values = [int(value) for value in kept_weights(layer).ravel()]
    taps = Table(
        f"taps_{operator.index}", "int8_t", len(values), len(values), wrapped(map(str, values))
    )
    requantise = Table(
        f"requantise_{operator.index}",
        "struct requantise",
        count,
        8 * count,
        wrapped(_requantise_text(channel) for channel in layer.channels),
    )
    tables += [taps, requantise]
    window = ", ".join(f".{key} = {value}" for key, value in _window_fields(graph, operator))
    constants.append(
        Constant(
            name,
            "struct depthwise",
            f"{operator}",
            (
                ("window", f"{{{window}}}"),
                ("multiplier", f"{operator.window_options.depth_multiplier}u"),
                ("taps", taps.name),
                ("requantise", requantise.name),
                ("range", _range_text(layer)),
            ),
        )
    )


def _add(graph: Graph, operator: Operator) -> Constant:
    first, second = (graph.tensors[index].quantisation for index in operator.data_inputs)
    tensor = graph.tensor_out(operator)
    target = tensor.quantisation
    assert first and second and target
    scaling = add_scaling(first, second, target)
    lowest, highest = activation_range(operator.activation, target)
    zero, low, high = (value - INT8_MIN for value in (target.zero_point, lowest, highest))
    return Constant(
        f"network_operator_{operator.index}",
        "struct add",
        f"{operator}",
        (
            ("channels", f"{tensor.shape[3]}u"),
            ("pixels", f"{tensor.shape[2]}u"),
            ("channel_stride", f"{padded(tensor.shape[2])}u"),
            ("zeros", f"{{{first.zero_point - INT8_MIN}, {second.zero_point - INT8_MIN}}}"),
            ("multipliers", f"{{{scaling.first.mantissa}, {scaling.second.mantissa}}}"),
            ("shifts", f"{{{scaling.first.shift}, {scaling.second.shift}}}"),
            ("multiplier", str(scaling.result.mantissa)),
            ("shift", str(scaling.result.shift)),
            ("range", f"{{{zero}, {low}, {high}}}"),
        ),
    )
