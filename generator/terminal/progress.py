# SPDX-License-Identifier: Apache-2.0
"""How a build shows that it goes on: one changing line on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


@contextmanager
def progress(console: Console, *, verbose: bool = False) -> Iterator[Callable[[str], None]]:
    """A callback that takes each line of progress.

    A terminal shows the latest step. A file or a pipe gets every step but the single sources: of
    these one line a folder. `verbose`: everything, on a line of its own.
    """
    shown: set[str] = set()

    def report(line: str) -> None:
        step = " ".join(line.split())
        if not verbose:
            step = _by_folder(step)
            if step in shown:
                return
            shown.add(step)
        console.print(step, markup=False, soft_wrap=True)

    if verbose or not console.is_terminal:
        yield report
        return
    with console.status("") as status:
        yield lambda line: status.update(escape(line.strip()))


def _by_folder(step: str) -> str:
    tool, _, source = step.partition(" ")
    return f"{tool} {source.split('/')[0]}/" if tool in {"CC", "AS"} and "/" in source else step
