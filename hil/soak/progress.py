# SPDX-License-Identifier: Apache-2.0
"""The line that tells how far a soak is: rewritten in a terminal, now and then without one."""

from __future__ import annotations

import time

from rich.console import Console
from rich.text import Text

from hil.soak.record import Soak

WITHOUT_TERMINAL_S = 30.0


class Progress:
    """Time, round, clips and counts so far."""

    def __init__(self, console: Console, soak: Soak, total_s: float) -> None:
        self._console, self._soak, self._total_s = console, soak, total_s
        self._shown_s = -WITHOUT_TERMINAL_S
        self._open = False

    def show(self) -> None:
        """Show the counts; without a terminal only every half minute."""
        now_s = time.monotonic()
        is_terminal = self._console.is_terminal
        if not is_terminal and now_s - self._shown_s < WITHOUT_TERMINAL_S:
            return
        self._shown_s = now_s
        text = self.text()
        if is_terminal:
            self._console.file.write(f"\r{text[: self._console.width - 1]}\x1b[K")
            self._console.file.flush()
            self._open = True
        else:
            self._console.print(Text(text), soft_wrap=True)

    def text(self) -> str:
        """`12:31 of 20:00  round 4  201 clips  743 faults, 26 kinds  0 lost, 0 wrong`."""
        soak, tally = self._soak, self._soak.tally
        total = tally.total
        return (
            f"{_clock(soak.seconds)} of {_clock(self._total_s)}  round {len(soak.rounds)}  "
            f"{soak.clips:,} clips  {total.injected:,} faults, {len(tally.modes)} kinds  "
            f"{total.lost} lost, {total.wrong} wrong"
        )

    def say(self, line: str) -> None:
        """A line of its own."""
        self.close()
        self._console.print(Text(line), soft_wrap=True)

    def close(self) -> None:
        """Leave the line."""
        if self._open:
            self._console.file.write("\n")
            self._open = False


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
