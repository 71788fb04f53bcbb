# SPDX-License-Identifier: Apache-2.0
"""The console of every command: text is shown as it stands, whoever wrote it.

A tensor's name may look like markup and a file's name may hold an escape sequence: neither has an
effect on the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from generator.plain_text import visible


class PlainConsole(Console):
    """rich's console without markup and emoji codes; control characters are shown as their numbers.

    Styles come from `Text` and from `style=`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, **settings})

    def render_str(self, text: str, **settings: Any) -> Text:
        """As rich's own, of visible text: a cell of a table is measured as it is shown."""
        return super().render_str(visible(text, keep="\n\t"), **settings)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """As rich's own; what has no place in a line is made visible."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text, keep="\n\t"), segment.style)
