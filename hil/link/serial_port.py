# SPDX-License-Identifier: Apache-2.0
"""The port that the link is spoken over: pyserial's, or whatever has the same few methods."""

from __future__ import annotations

from typing import Protocol


class SerialPort(Protocol):
    """The part of pyserial's `Serial` that the link uses."""

    timeout: float | None

    @property
    def in_waiting(self) -> int:
        """Bytes that `read` would return at once."""

    def read(self, size: int = 1, /) -> bytes:
        """Up to `size` bytes; fewer when the timeout passes first."""

    def write(self, data: bytes, /) -> int | None:
        """Send bytes."""
