# SPDX-License-Identifier: Apache-2.0
"""pyserial's URL handler for `virtual://`: pyserial looks for this module's name."""

from hil.virtual.host_ports.serial_port import Serial

__all__ = ["Serial"]
