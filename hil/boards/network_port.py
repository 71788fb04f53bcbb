# SPDX-License-Identifier: Apache-2.0
"""Opens a serial port, at this machine or after the network (RFC 2217), with a limit on writing.

pyserial's RFC 2217 client refuses a write timeout, and negotiates all settings again, 0.1 s long,
each time that the read timeout changes, as the link does for every read.
"""

from __future__ import annotations

import warnings
from typing import Any

import serial
from serial import rfc2217

RFC2217 = "rfc2217://"

NEGOTIATION_S = 20
"""Longest wait for the far end's answer to a setting, in whole seconds: pyserial's 3 s are short
for a server on a busy machine."""


def open_port(port: str, *, baud: int, write_timeout_s: float) -> Any:
    """A pyserial port, open; it belongs to this process alone where the system can do that.

    Raises SerialException or ValueError.
    """
    if not port.startswith(RFC2217):
        return serial.serial_for_url(
            port, baudrate=baud, write_timeout=write_timeout_s, exclusive=True
        )
    return NetworkPort(port, baud=baud, write_timeout_s=write_timeout_s)


class NetworkPort(rfc2217.Serial):  # type: ignore[misc]  # pyserial ships no types
    """An RFC 2217 port whose timeouts are kept on this side alone."""

    def __init__(self, port: str, *, baud: int, write_timeout_s: float) -> None:
        with warnings.catch_warnings():
            # pyserial names its thread by methods that Python would have gone.
            warnings.simplefilter("ignore", DeprecationWarning)
            try:
                super().__init__(patient(port), baudrate=baud)
            except serial.SerialException:
                raise
            except OSError as error:
                raise serial.SerialException(f"{port} hung up: {error}; is it in use?") from error
        # The reading thread takes a timeout for what it is, and goes on.
        self._socket.settimeout(write_timeout_s)

    @property
    def timeout(self) -> float | None:
        """Longest wait of a read in seconds."""
        seconds: float | None = self._timeout
        return seconds

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._timeout = seconds


def patient(url: str) -> str:
    """The URL with a timeout for negotiation, unless it says one itself."""
    if "timeout=" in url.partition("?")[2]:
        return url
    return f"{url}{'&' if '?' in url else '?'}timeout={NEGOTIATION_S}"
