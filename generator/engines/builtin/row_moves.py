# SPDX-License-Identifier: Apache-2.0
"""Operators that only move elements, on rows: borders, joins, slices."""

from __future__ import annotations

from typing import Any

from generator.constant_tables import packed
from generator.engines.builtin.c_tables import Table, signed, unsigned
from generator.engines.builtin.constraints.tensors import constant_list
from generator.engines.builtin.fixed_point import INT8_MIN
from generator.engines.builtin.spec import Kernel, RowCall
from generator.engines.builtin.tensor_kernels.rearrange import Cut
from generator.engines.builtin.windows import Window, padded, round_up
from generator.model.constraints.tensors import shape_text
from generator.model.graph import Graph, Operator, Tensor

PIECE_BYTES = 12
ROWS, BANDS, CHANNELS = 1, 2, 3
MOST_BORDER_ROWS = 65535
"""A stage holds them in 16 bits."""


def _borders(graph: Graph, operator: Operator) -> tuple[tuple[int, int], ...]:
    """What is put before and after the input along each axis."""
    listed = constant_list(graph, operator) or ()
    return tuple(zip(listed[::2], listed[1::2], strict=True))


def pads_batch(graph: Graph, operator: Operator) -> str | None:
    """What keeps a PAD from taking rows as they come."""
    borders = _borders(graph, operator)
    if len(borders) != 4 or borders[0] != (0, 0):
        return f"it pads {shape_text(graph.tensor_in(operator).shape)}"
    return None if max(borders[ROWS]) <= MOST_BORDER_ROWS else "its border is too wide"


def pad_window(graph: Graph, operator: Operator) -> Window:
    """One row at a time; rows above and below are the border's."""
    borders = _borders(graph, operator)
    before, after = zip(borders[ROWS], borders[BANDS], strict=True)
    return Window((1, 1), (1, 1), before, after)


def pad_row_kernel(call: RowCall[Any], padding: int) -> Kernel:
    """PAD and PADV2 of that int8 value."""
    _, _, pixels, channels = call.tensor_in.shape
    borders = _borders(call.graph, call.operator)
    planes = round_up(call.tensor_out.shape[CHANNELS], 2)
    layer = call.record(
        "struct pad_row_layer",
        *unsigned(
            {
                "channels": channels,
                "pixels": pixels,
                "first_channel": borders[CHANNELS][0],
                "left": borders[BANDS][0],
                "row_bytes": planes * call.channel_stride,
                "channel_stride": call.channel_stride,
                "padding": padding - INT8_MIN,
            }
        ),
    )
    return Kernel("pad_row_combine_row_u8", "pad_row", "pad_row", layer)


def joins_no_rows(graph: Graph, operator: Operator, axis: int) -> str | None:
    """What keeps a CONCATENATION from taking rows as they come."""
    if len(operator.data_inputs) != len(operator.inputs):
        return "it joins constants"
    if len(graph.tensor_out(operator).shape) == 4 and axis in (BANDS, CHANNELS):
        return None
    return f"its axis is {axis}"


def join_row_kernel(call: RowCall[Any], axis: int) -> Kernel:
    """CONCATENATION along bands or channels."""
    first_byte, lines, content = 0, [], b""
    for index in call.operator.inputs:
        _, _, pixels, channels = call.graph.tensors[index].shape
        lines.append(f"{{{channels}u, {pixels}u, {first_byte}u}},")
        content += packed("uint32_t", (channels, pixels, first_byte))
        first_byte += pixels if axis == BANDS else channels * padded(pixels)
    count, name = len(lines), call.name("pieces")
    table = Table(name, "struct join_rows_piece", count, PIECE_BYTES * count, tuple(lines), content)
    layer = call.record(
        "struct join_rows_layer",
        *unsigned({"pieces": count, "channel_stride": call.channel_stride}),
        ("piece", table.name),
    )
    return Kernel("join_rows_combine_row_u8", "join_rows", "join_rows", layer, (table,))


def cuts_rows(source: Tensor, cut: Cut, target: Tensor) -> str | None:
    """What keeps a slice from taking rows as they come: it must take all of them."""
    if len(source.shape) != 4 or len(target.shape) != 4 or target.shape[0] != 1:
        return f"{shape_text(source.shape)} -> {shape_text(target.shape)}"
    rows = (cut.begins[ROWS], cut.sizes[ROWS], cut.steps[ROWS])
    return None if rows == (0, source.shape[ROWS], 1) else "it leaves out rows"


def cut_row_kernel(call: RowCall[Any], cut: Cut) -> Kernel:
    """A part of each row; of an operator with several outputs one of them."""
    layer = call.record(
        "struct cut_row_layer",
        *unsigned(
            {
                "channels": cut.sizes[CHANNELS],
                "pixels": cut.sizes[BANDS],
                "channel_stride": call.channel_stride,
                "first_channel": cut.begins[CHANNELS],
                "first_pixel": cut.begins[BANDS],
            }
        ),
        *signed({"channel_step": cut.steps[CHANNELS], "pixel_step": cut.steps[BANDS]}),
        prefix="layer" if call.output == 0 else f"part_{call.output}",
    )
    return Kernel("cut_row_combine_row_u8", "cut_row", "cut_row", layer)
