# SPDX-License-Identifier: Apache-2.0
"""The source files of a generated project, read once, and listings of them with counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from generator.errors import Fault, InputError
from hil.profile.record import LineRow


class Sources:
    """Files by the paths that the debug information gives them."""

    def __init__(self, project_dir: Path) -> None:
        self._folder = project_dir
        self._files: dict[str, list[str]] = {}

    def lines(self, file: str) -> list[str]:
        """All lines of a file; none where it is not at hand, as a compiler's own header may be."""
        if file not in self._files:
            try:
                text = (self._folder / file).read_text(encoding="utf-8", errors="replace")
            except OSError:
                text = ""
            self._files[file] = text.splitlines()
        return self._files[file]

    def text(self, file: str, line: int) -> str:
        """One line, from 1, without the space around it; empty where there is none."""
        lines = self.lines(file) if file else []
        return lines[line - 1].strip() if 1 <= line <= len(lines) else ""


def matching_files(rows: Sequence[LineRow], pattern: str) -> list[str]:
    """Files with instructions whose path, or its end, matches; raises InputError where none does.

    The pattern is a shell's, as in `kernels/*.S` or `mean.c`.
    """
    files = sorted({row.file for row in rows if row.file})
    found = [one for one in files if fnmatchcase(one, pattern) or fnmatchcase(one, f"*/{pattern}")]
    if not found:
        what = f"no file with executed lines matches {pattern!r}"
        raise InputError([Fault("--lines", what, f"there are: {', '.join(files)}")])
    return found


def listing(
    rows: Sequence[LineRow], file: str, sources: Sources, instructions: int
) -> Iterator[str]:
    """A file's lines, each with its instructions and their share of all `instructions`."""
    counts: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        if row.file == file:
            counts[row.line] += row.instructions
    whole = sum(counts.values())
    yield f"{file}: {whole:,} instructions, {whole / max(1, instructions):.2%} of all"
    text = sources.lines(file)
    for number in range(1, max([len(text), *counts]) + 1):
        count = counts.get(number)
        shown = f"{count:>14,} {count / max(1, instructions):>7.2%}" if count else " " * 22
        line = text[number - 1] if number <= len(text) else ""
        yield f"{shown} {number:>5}  {line}".rstrip()
