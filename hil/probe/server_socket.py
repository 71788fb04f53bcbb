# SPDX-License-Identifier: Apache-2.0
"""The connection to a pyOCD server, which ends when the server does.

pyOCD's own client waits for an answer without a limit, and without rest once the server has gone.
"""

from __future__ import annotations

import time
from typing import Any

from pyocd.core import exceptions
from pyocd.utility.sockets import ClientSocket

LONGEST_ANSWER_S = 30.0
"""Longest wait for one answer: the longest request moves a block of a few KiB."""


class ServerSocket(ClientSocket):  # type: ignore[misc]  # pyOCD ships no types
    """pyOCD's socket with a limit on waiting."""

    def __init__(self, host: str, port: int, longest_answer_s: float = LONGEST_ANSWER_S) -> None:
        super().__init__(host, port)
        self._longest_answer_s = longest_answer_s

    def readline(self) -> Any:
        """One answer. Raises ProbeDisconnected where the server has gone, or says nothing."""
        end_s = time.monotonic() + self._longest_answer_s
        while b"\n" not in self._buffer:
            try:
                data = self.read()
            except TimeoutError:
                if time.monotonic() < end_s:
                    continue
                raise exceptions.ProbeDisconnected(
                    f"the pyOCD server said nothing for {self._longest_answer_s:g} s"
                ) from None
            if not data:
                raise exceptions.ProbeDisconnected("the pyOCD server closed the connection")
            self._buffer += data
        return super().readline()
