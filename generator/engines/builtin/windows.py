# SPDX-License-Identifier: Apache-2.0
"""Windows on rows, and the padding of rows in memory."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model.options import Borders, Padding

PIXELS_PER_BLOCK = 4
"""The matrix product works on four pixels at a time, so planes are padded to a multiple of it."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window that moves over rows and bands; pairs are (rows, bands)."""

    size: tuple[int, int]
    stride: tuple[int, int]
    before: tuple[int, int]
    """Border rows above row 0, border pixels left of band 0."""
    after: tuple[int, int]
    """Border rows below the last, border pixels right of the last (0 or more)."""

    def first_row(self, output_row: int) -> int:
        """First input row of an output row's window; negative within the upper border."""
        return output_row * self.stride[0] - self.before[0]

    def rows_wanted(self, output_row: int, height: int) -> int:
        """How many input rows must have come before an output row can be made."""
        return min(self.first_row(output_row) + self.size[0], height)


WHOLE_ROW = Window((1, 1), (1, 1), (0, 0), (0, 0))
"""The window of an operator that makes a row of one row, pixel by pixel."""


def window_of(
    shape_in: tuple[int, ...],
    size: tuple[int, int],
    stride: tuple[int, int],
    padding: Padding | Borders,
) -> Window:
    """TFLite's padding: SAME puts the odd border pixel below and right."""
    if isinstance(padding, Borders):
        return Window(size, stride, padding.before, padding.after)
    if padding is Padding.VALID:
        return Window(size, stride, (0, 0), (0, 0))
    before: list[int] = []
    after: list[int] = []
    for length, kernel, step in zip(shape_in[1:3], size, stride, strict=True):
        total = max((-(-length // step) - 1) * step + kernel - length, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return Window(size, stride, (before[0], before[1]), (after[0], after[1]))


def round_up(value: int, multiple: int) -> int:
    """The next multiple."""
    return -(-value // multiple) * multiple


def padded(pixels: int) -> int:
    """Pixels of a plane: whole blocks of the matrix product."""
    return round_up(pixels, PIXELS_PER_BLOCK)
