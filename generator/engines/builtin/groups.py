# SPDX-License-Identifier: Apache-2.0
"""Rows in groups of channels: how a ring between two stages shrinks by almost a third.

A matrix product makes a few channels of its row at a time. Where only a filter that works channel
by channel reads that row (or a mean), it takes each group as soon as it is made. The oldest row's
group is then free, and the next group of the new row takes its place: a 3x3 window needs two rows
and a group instead of three rows. Groups are in the ring one after the other, whatever row they
belong to (firmware_templates/network/kernels/row_ring.h). See docs/adr/0021.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from generator.engines.builtin.windows import Window

MOST_BYTES = 512
"""Of a group: small beside two rows, and large beside the cost of a call."""

MOST_CHANNELS = 32
LEAST_CHANNELS = 8


def groups_of(channels: int, channel_stride: int) -> int:
    """Into how many groups of equal size a row is cut; 1 where its channels do not divide well.

    `channel_stride`: bytes of a channel's plane.
    """
    most = min(MOST_BYTES // channel_stride, MOST_CHANNELS)
    for size in range(most - most % 2, LEAST_CHANNELS - 1, -2):
        if channels % size == 0 and channels > size:
            return channels // size
    return 1


def window_ends_with(window: Window, made: int, row: int) -> bool:
    """Whether a stage that has made `made` rows needs `row` as the last of its next window."""
    return window.first_row(made) + window.size[0] == row + 1


def places_wanted(window: Window, made: int, rows: int, row: int, groups: int) -> int:
    """Groups that a ring must hold while `row` comes, for a reader that has made `made` of `rows`
    rows.

    The next of them takes the new row's groups as they come. One after it, at the lower border,
    may want the new row and older ones whole.
    """
    oldest = max(window.first_row(made), 0)
    if oldest > row:
        return 1  # no window meets the row: its groups may lie one over the other
    if groups == 1 or not window_ends_with(window, made, row):
        return (row - oldest + 1) * groups
    whole = row - max(window.first_row(made + 1), 0) + 1 if made + 1 < rows else 0
    return max((row - oldest) * groups + 1, whole * groups)


def assign_buffers(sizes: Sequence[int], pairs: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Which of two buffers holds each stage's columns, so that those of a pair are apart.

    `sizes`: bytes that each stage needs. `pairs`: a stage, and a later one whose columns are filled
    while the first still reads its own; each stage is the second of at most one pair. The
    first buffer is the larger one. Chains of pairs are turned round so that the sum is small.
    """
    behind: dict[int, list[int]] = {}
    seconds: set[int] = set()
    for first, second in pairs:
        behind.setdefault(first, []).append(second)
        seconds.add(second)

    def chain(stage: int, buffer: int) -> Iterator[tuple[int, int]]:
        yield stage, buffer
        for one in behind.get(stage, ()):
            yield from chain(one, 1 - buffer)

    chains = [dict(chain(stage, 0)) for stage in range(len(sizes)) if stage not in seconds]
    chains.sort(key=lambda one: -max(sizes[stage] for stage in one))
    most = (0, 0)
    assigned: dict[int, int] = {}
    for one in chains:
        ways = [{stage: buffer ^ flip for stage, buffer in one.items()} for flip in (0, 1)]
        after = [_sizes_with(sizes, most, way) for way in ways]
        best = min((0, 1), key=lambda way: (sum(after[way]), -after[way][0]))
        most = after[best]
        assigned |= ways[best]
    return tuple(assigned[stage] for stage in range(len(sizes)))


def _sizes_with(
    sizes: Sequence[int], most: tuple[int, int], way: Mapping[int, int]
) -> tuple[int, int]:
    """Bytes of both buffers, once stages have been assigned to them as well."""

    def of(side: int) -> int:
        return max([most[side], *(sizes[stage] for stage, buffer in way.items() if buffer == side)])

    return of(0), of(1)
