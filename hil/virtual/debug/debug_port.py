# SPDX-License-Identifier: Apache-2.0
"""The serial wire debug port and its one access port, an AHB-AP (ADIv5.2, IHI 0031).

Every transfer takes virtual time: the bits at the clock that the debugger has set, and a USB frame
for the command. The chip goes on meanwhile, unless the core stands.
"""

from __future__ import annotations

from hil.virtual.debug.debug_bus import BusError, DebugBus
from hil.virtual.debug.rom_table import ROM_TABLE
from hil.virtual.machine import Machine
from hil.virtual.rules import RuleBroken

DPIDR = {"cortex-m4": 0x2BA0_1477, "cortex-m7": 0x6BA0_2477, "cortex-m33": 0x0BE1_2477}
"""As debuggers report it for these parts."""
AP_IDR = {"cortex-m4": 0x2477_0011, "cortex-m7": 0x8477_0001, "cortex-m33": 0x1477_0015}

_ABORT, _CTRL_STAT, _SELECT, _RDBUFF = 0x0, 0x4, 0x8, 0xC
_STICKYERR, _CLEAR_STICKYERR = 1 << 5, 1 << 2
_POWER_REQUESTS = 1 << 28 | 1 << 30
_POWER_SHIFT = 1
"""Each acknowledge bit follows its request."""
_CSW, _TAR, _DRW, _BD0, _CFG, _BASE, _IDR = 0x00, 0x04, 0x0C, 0x10, 0xF4, 0xF8, 0xFC
_CSW_SIZE, _CSW_INCREMENT, _CSW_ENABLED = 0x7, 0x30, 1 << 6
_CSW_WRITABLE = 0x7F00_0000 | _CSW_SIZE | _CSW_INCREMENT
_CSW_RESET = 0x0300_0002
_BASE_PRESENT = 3

_TRANSFER_BITS = 46
"""A request, an acknowledge, 32 bits with parity, turnarounds."""
_COMMAND_S = 0.000_25
"""A command and its answer over USB: two microframes of high speed."""


class TransferRefusedError(Exception):
    """The access port answers FAULT; STICKYERR is set until a debugger clears it."""

    def __init__(self, address: int | None, why: str) -> None:
        self.address = address
        super().__init__(why)


class DebugPort:
    """The wires of one board: debug port, access port, nRST, and the time that they take."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.bus = DebugBus(machine)
        self.clock_hz = 1_000_000
        self._select = 0
        self._ctrl_stat = 0
        self._csw, self._tar = _CSW_RESET, 0
        self._last_read = 0

    # -- time ------------------------------------------------------------------------------------

    def pass_time(self, words: int) -> None:
        """Let the time of a command with so many words pass.

        Raises RuleBroken where a flash loader breaks a rule. What firmware breaks stops the
        machine, as on silicon the core locks up; a debugger is not told, the serial port is.
        """
        try:
            self.machine.run(_COMMAND_S + words * _TRANSFER_BITS / self.clock_hz)
        except RuleBroken:
            if self.machine.debugger_attached:
                raise

    # -- debug port ------------------------------------------------------------------------------

    def read_dp(self, address: int) -> int:
        """A register of the debug port."""
        model = self.machine.core.model.name
        if address == _ABORT:
            return DPIDR[model]
        if address == _CTRL_STAT and self._select & 0xF:
            return 0
        if address == _CTRL_STAT:
            power = self._ctrl_stat & _POWER_REQUESTS
            return self._ctrl_stat | power << _POWER_SHIFT
        return self._last_read if address == _RDBUFF else 0

    def write_dp(self, address: int, value: int) -> None:
        """A register of the debug port."""
        if address == _ABORT and value & _CLEAR_STICKYERR:
            self._ctrl_stat &= ~_STICKYERR
        elif address == _CTRL_STAT and not self._select & 0xF:
            self._ctrl_stat = value & 0x50FF_FF0F | self._ctrl_stat & _STICKYERR
        elif address == _SELECT:
            self._select = value

    def clear_error(self) -> None:
        """Clear STICKYERR, as a write to ABORT does."""
        self.write_dp(_ABORT, _CLEAR_STICKYERR)

    # -- access port -----------------------------------------------------------------------------

    def read_ap(self, address: int) -> int:
        """A register of an access port; AP 0 is the only one. Raises TransferRefusedError."""
        self._require_no_error()
        if address >> 24:
            return 0
        self.pass_time(1)
        register = address & 0xFC
        if register == _DRW or _BD0 <= register < _BD0 + 0x10:
            self._last_read = self._read_data(register)
            return self._last_read
        base = ROM_TABLE | _BASE_PRESENT
        plain = {
            _CSW: self._csw | _CSW_ENABLED,
            _TAR: self._tar,
            _CFG: 0,
            _BASE: base,
            _IDR: AP_IDR[self.machine.core.model.name],
        }
        return plain.get(register, 0)

    def write_ap(self, address: int, value: int) -> None:
        """A register of an access port. Raises TransferRefusedError."""
        self._require_no_error()
        if address >> 24:
            return
        self.pass_time(1)
        register = address & 0xFC
        if register == _CSW:
            self._write_csw(value)
        elif register == _TAR:
            self._tar = value
        elif register == _DRW or _BD0 <= register < _BD0 + 0x10:
            self._write_data(register, value)

    def _write_csw(self, value: int) -> None:
        size = value & _CSW_SIZE
        if size > 2:
            value = value & ~_CSW_SIZE | 2
        if value & _CSW_INCREMENT == 0x20:  # Packed transfers are not implemented.
            value = value & ~_CSW_INCREMENT | 0x10
        self._csw = value & _CSW_WRITABLE

    def _require_no_error(self) -> None:
        if self._ctrl_stat & _STICKYERR:
            raise TransferRefusedError(None, "STICKYERR is set")

    def _fault(self, error: BusError) -> TransferRefusedError:
        self._ctrl_stat |= _STICKYERR
        return TransferRefusedError(error.address, str(error))

    def _place(self, register: int) -> tuple[int, int]:
        """Address and width of the transfer that an access to DRW or a banked register makes."""
        if register == _DRW:
            return self._tar, 1 << (self._csw & _CSW_SIZE)
        return self._tar & ~0xF | register & 0xC, 4

    def _advance(self, register: int, size: int) -> None:
        if register == _DRW and self._csw & _CSW_INCREMENT:
            self._tar = self._tar & ~0x3FF | self._tar + size & 0x3FF

    def _read_data(self, register: int) -> int:
        address, size = self._place(register)
        try:
            value = self.bus.read(address, size)
        except BusError as error:
            raise self._fault(error) from error
        self._advance(register, size)
        return value << 8 * (address & 3) & 0xFFFF_FFFF

    def _write_data(self, register: int, value: int) -> None:
        address, size = self._place(register)
        value = value >> 8 * (address & 3) & ((1 << 8 * size) - 1)
        try:
            self.bus.write(address, size, value)
        except BusError as error:
            raise self._fault(error) from error
        self._advance(register, size)

    # -- blocks of memory, as a probe moves them on its own --------------------------------------

    def read_memory(self, address: int, count: int, size: int) -> bytes:
        """Bytes from an address, in accesses of `size` bytes. Raises TransferRefusedError."""
        self._require_no_error()
        self.pass_time(-(-count // 4))
        try:
            if self.bus.is_memory(address, count):
                return self.bus.read_block(address, count)
            parts = [
                self.bus.read(at, size).to_bytes(size, "little")
                for at in range(address, address + count, size)
            ]
        except BusError as error:
            raise self._fault(error) from error
        return b"".join(parts)

    def write_memory(self, address: int, data: bytes, size: int) -> None:
        """Bytes to an address, in accesses of `size` bytes. Raises TransferRefusedError."""
        self._require_no_error()
        self.pass_time(-(-len(data) // 4))
        try:
            if size == 4 and self.bus.is_memory(address, len(data)):
                self.bus.write_block(address, data)
                return
            for at in range(0, len(data), size):
                value = int.from_bytes(data[at : at + size], "little")
                self.bus.write(address + at, size, value)
        except BusError as error:
            raise self._fault(error) from error

    # -- the reset line --------------------------------------------------------------------------

    def hold_reset(self, asserted: bool) -> None:
        """Pull nRST low, or let it go."""
        self.machine.debugger.hold_reset(asserted)
