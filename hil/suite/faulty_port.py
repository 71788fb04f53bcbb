# SPDX-License-Identifier: Apache-2.0
"""A serial port with a bad cable: damages, loses or swallows chosen bytes."""

from __future__ import annotations

from collections.abc import Collection

from hil.link.serial_port import SerialPort


class FaultyPort:
    """Passes bytes on and spoils those of the given positions, counted from now on."""

    def __init__(
        self,
        port: SerialPort,
        *,
        flip_sent: Collection[int] = (),
        drop_sent: Collection[int] = (),
        flip_received: Collection[int] = (),
        drop_received: Collection[int] = (),
        cut_after: int | None = None,
    ) -> None:
        self._port = port
        self._flip = {"sent": set(flip_sent), "received": set(flip_received)}
        self._drop = {"sent": set(drop_sent), "received": set(drop_received)}
        self._count = {"sent": 0, "received": 0}
        self._cut_after = cut_after

    @property
    def timeout(self) -> float | None:
        """The port's own timeout."""
        return self._port.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._port.timeout = seconds

    @property
    def in_waiting(self) -> int:
        """Bytes that wait at the port."""
        return self._port.in_waiting

    def _spoil(self, way: str, data: bytes) -> bytes:
        out = bytearray()
        for byte in data:
            at = self._count[way]
            self._count[way] += 1
            if at not in self._drop[way]:
                out.append(byte ^ (0x10 if at in self._flip[way] else 0))
        return bytes(out)

    def read(self, size: int = 1, /) -> bytes:
        """What the port brings, spoilt; nothing at all behind a cut cable."""
        data = self._port.read(size)
        if self._is_cut:
            return b""
        return self._spoil("received", data)

    def write(self, data: bytes, /) -> int:
        """Pass on, spoilt; swallow everything behind the cut."""
        spoilt = self._spoil("sent", data)
        if not self._is_cut and spoilt:
            self._port.write(spoilt)
        return len(data)

    @property
    def _is_cut(self) -> bool:
        return self._cut_after is not None and self._count["sent"] > self._cut_after
