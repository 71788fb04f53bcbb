# SPDX-License-Identifier: Apache-2.0
"""Importing this module lets `serial.serial_for_url` open `virtual://u585`."""

from __future__ import annotations

import serial

PACKAGE = "hil.virtual.host_ports"


def register_handler() -> None:
    """Add the handler to pyserial's list, once."""
    if PACKAGE not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(PACKAGE)


register_handler()
