# SPDX-License-Identifier: Apache-2.0
"""The table of a soak, in 80 columns; `python -m hil.soak.table SOAK.json …` prints Markdown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from hil.fault_modes.names import Boundary
from hil.fault_modes.tally import FaultCounts
from hil.soak.record import Soak, read_soak

_COLUMNS = ("injected", "detected", "harmless", "recovered", "lost", "wrong")


def table_lines(soak: Soak) -> list[str]:
    """One line a mode, with the sum of all below; at most 80 columns."""
    tally = soak.tally
    lines = [_line("mode", [*_COLUMNS])]
    for boundary in Boundary:
        modes = [mode for mode in tally.modes if mode.boundary is boundary]
        lines += [_line(mode.value, _counts(tally.of(mode))) for mode in modes]
    lines.append(_line("all", _counts(tally.total)))
    return lines


def summary_lines(soak: Soak) -> list[str]:
    """What was run, and whether all is well."""
    tally = soak.tally
    kind = "virtual " if soak.virtual else ""
    lines = [
        f"{kind}{soak.board}, {soak.seconds / 60:.1f} minutes, {soak.clips:,} clips, "
        f"{tally.total.injected:,} faults of {len(tally.modes)} kinds, seed {soak.seed}",
        f"commit   {soak.commit}",
        f"firmware {soak.firmware_sha256 or 'not told: no round has ended'}",
        f"command  {soak.command}",
    ]
    lines += [f"left out {mode}: {why}" for mode, why in soak.left_out.items()]
    if soak.interrupted:
        lines.append("interrupted: the table shows what struck until then")
    lines += [f"TROUBLE  {what}" for what in soak.troubles]
    return lines


def markdown(soak: Soak) -> str:
    """The same for a page."""
    tally = soak.tally
    kind = "Virtual " if soak.virtual else ""
    head = (
        f"{kind}{soak.board}: {soak.seconds / 60:.1f} minutes, {soak.clips:,} clips, "
        f"**{tally.total.injected:,} faults of {len(tally.modes)} kinds, "
        f"{tally.total.lost} lost, {tally.total.wrong} wrong**; seed {soak.seed}, "
        f"commit `{soak.commit}`, firmware `{soak.firmware_sha256[:16]}…`: `{soak.command}`"
    )
    rows = ["| boundary | mode | " + " | ".join(_COLUMNS) + " |", "|---" * 8 + "|"]
    for mode in tally.modes:
        counts = " | ".join(_counts(tally.of(mode)))
        rows.append(f"| {mode.boundary.value} | `{mode.value}` | {counts} |")
    rows.append(f"| | all | {' | '.join(_counts(tally.total))} |")
    return "\n".join([head, "", *rows])


def _counts(counts: FaultCounts) -> list[str]:
    return [f"{getattr(counts, name):,}" for name in _COLUMNS]


def _line(name: str, cells: Sequence[str]) -> str:
    widths = (10, 9, 9, 10, 6, 6)
    return f"{name:28}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def main(arguments: Sequence[str]) -> int:
    """Print the tables of the soaks named, by file or folder."""
    for path in arguments:
        print(markdown(read_soak(Path(path))), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
