# SPDX-License-Identifier: Apache-2.0
"""A pyOCD debug probe onto a virtual board: `virtual:u585`, `virtual:u585-2`.

Like an ST-LINK it selects debug and access port registers on its own, and moves blocks of memory.
The machine is made when the probe is opened, blank unless it runs in this process already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pyocd.board.board import Board
from pyocd.board.board_ids import BoardInfo
from pyocd.core import exceptions
from pyocd.core.memory_interface import MemoryInterface
from pyocd.probe.debug_probe import DebugProbe

from hil.virtual.host_ports import registry
from hil.virtual.rules import RuleBroken
from hil.virtual.stm32.boards import WIRING

if TYPE_CHECKING:
    from hil.virtual.debug.debug_port import DebugPort

_BUILTIN_TARGETS = {
    "STM32L475VG": "stm32l475xg",
    "STM32L432KC": "stm32l432kc",
}
"""Parts that are flashed by a target that pyOCD has built in; the others by this project's."""
RESET_HOLD_S = 0.02
"""How long nRST is pulled low."""


def target_of(chip: str) -> str:
    """pyOCD's target type for a chip of the table."""
    return _BUILTIN_TARGETS.get(chip, f"mel2metal_{chip.lower()}")


def _on_target(call: Callable[[], Any]) -> Any:
    """Do something to the board; what goes wrong there is pyOCD's error."""
    from hil.virtual.debug.debug_port import TransferRefusedError

    try:
        return call()
    except TransferRefusedError as fault:
        raise exceptions.TransferFaultError(
            *(str(fault),) if fault.address is None else (), fault_address=fault.address
        ) from fault
    except RuleBroken as error:
        raise exceptions.TargetError(str(error)) from error


class VirtualProbe(DebugProbe):  # type: ignore[misc]  # pyOCD says what it is in its docs only
    """The debug port of one virtual board, as pyOCD drives it."""

    @classmethod
    def get_all_connected_probes(
        cls, unique_id: str | None = None, is_explicit: bool = False
    ) -> list[VirtualProbe]:
        """One probe for each virtual board."""
        return [cls(name) for name in registry.names()]

    @classmethod
    def get_probe_with_id(cls, unique_id: str, is_explicit: bool = False) -> VirtualProbe | None:
        """The probe of this whole id, where it names a board."""
        name = unique_id.removeprefix("virtual:")
        return None if registry.board_of(name) is None else cls(name)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._port: DebugPort | None = None
        self._connected = False
        self._reset_asserted = False
        # A server has a thread for each client.
        self._mutex = threading.RLock()

    # -- what it is ------------------------------------------------------------------------------

    @property
    def description(self) -> str:
        """For lists of probes."""
        return f"{self.product_name} ({WIRING[self.board_id].chip})"

    @property
    def board_id(self) -> str:
        """The board's key."""
        board = registry.board_of(self._name)
        assert board is not None
        return board

    @property
    def vendor_name(self) -> str:
        """Who makes the probe."""
        return "mel2metal"

    @property
    def product_name(self) -> str:
        """What it is."""
        return f"virtual board {self.board_id}"

    @property
    def supported_wire_protocols(self) -> list[DebugProbe.Protocol]:
        """Serial wire debug alone."""
        return [DebugProbe.Protocol.DEFAULT, DebugProbe.Protocol.SWD]

    @property
    def unique_id(self) -> str:
        """`virtual:` and the machine's name."""
        return f"virtual:{self._name}"

    @property
    def wire_protocol(self) -> DebugProbe.Protocol | None:
        """What it talks now."""
        return DebugProbe.Protocol.SWD if self._connected else None

    @property
    def machine_name(self) -> str:
        """Of the machine, as the registry has it."""
        return self._name

    @property
    def is_open(self) -> bool:
        """Whether it has a machine."""
        return self._port is not None

    @property
    def capabilities(self) -> set[DebugProbe.Capability]:
        """It selects registers itself, as an ST-LINK does."""
        return {
            DebugProbe.Capability.MANAGED_AP_SELECTION,
            DebugProbe.Capability.MANAGED_DPBANKSEL,
        }

    @property
    def associated_board_info(self) -> BoardInfo:
        """The board, and pyOCD's target type for its chip."""
        return BoardInfo(self.product_name, target_of(WIRING[self.board_id].chip))

    def create_associated_board(self) -> Board:
        """The board that the probe is soldered to."""
        return Board(self.session, board_info=self.associated_board_info)

    # -- opening and connecting ------------------------------------------------------------------

    def open(self) -> None:
        """Find the machine, or make it."""
        from hil.virtual.debug.debug_port import DebugPort

        try:
            self._port = DebugPort(registry.find_or_make(self._name))
        except ValueError as error:
            raise exceptions.ProbeError(str(error)) from error
        if (trouble := registry.trouble_of(self._name)) is not None:
            trouble.is_gone = False

    def close(self) -> None:
        """Let go of the machine; it lives on as long as the process."""
        self._port = None

    def lock(self) -> None:
        """Keep other threads out."""
        self._mutex.acquire()

    def unlock(self) -> None:
        """Let other threads in."""
        self._mutex.release()

    @property
    def port(self) -> DebugPort:
        """The debug port; raises pyOCD's error once the machine is gone from this process."""
        if self._port is None:
            raise exceptions.ProbeError(f"{self.unique_id} is not open")
        if registry.lookup(self._name) is not self._port.machine:
            raise exceptions.ProbeDisconnected(f"{self.unique_id} is gone")
        trouble = registry.trouble_of(self._name)
        if trouble is not None and trouble.is_gone:
            raise exceptions.ProbeDisconnected(f"{self.unique_id} was unplugged")
        return self._port

    def connect(self, protocol: DebugProbe.Protocol | None = None) -> None:
        """Start to talk."""
        self._connected = True

    def disconnect(self) -> None:
        """Stop talking."""
        self._connected = False

    def set_clock(self, frequency: float) -> None:
        """Clock of the wires in Hz."""
        self.port.clock_hz = max(1, int(frequency))

    # -- the reset line --------------------------------------------------------------------------

    def reset(self) -> None:
        """Pull nRST low for a moment."""
        self.assert_reset(True)
        _on_target(lambda: self.port.machine.run(RESET_HOLD_S))
        self.assert_reset(False)

    def assert_reset(self, asserted: bool) -> None:
        """Pull nRST low, or let it go."""
        if asserted != self._reset_asserted:
            self._reset_asserted = asserted
            trouble = registry.trouble_of(self._name)
            if trouble is not None and asserted:
                trouble.reset_pulled()
            self.port.hold_reset(asserted)

    def is_reset_asserted(self) -> bool:
        """Whether nRST is held low."""
        return self._reset_asserted

    # -- registers -------------------------------------------------------------------------------

    @staticmethod
    def _now_or_later(value: Any, now: bool) -> Any:
        return value if now else lambda: value

    def read_dp(self, addr: int, now: bool = True) -> Any:
        """A register of the debug port."""
        return self._now_or_later(self.port.read_dp(addr), now)

    def write_dp(self, addr: int, data: int) -> None:
        """A register of the debug port."""
        self.port.write_dp(addr, data & 0xFFFF_FFFF)

    def read_ap(self, addr: int, now: bool = True) -> Any:
        """A register of an access port."""
        return self._now_or_later(_on_target(lambda: self.port.read_ap(addr)), now)

    def write_ap(self, addr: int, data: int) -> None:
        """A register of an access port."""
        _on_target(lambda: self.port.write_ap(addr, data & 0xFFFF_FFFF))

    def read_ap_multiple(self, addr: int, count: int = 1, now: bool = True) -> Any:
        """One register of an access port, several times."""
        return self._now_or_later([self.read_ap(addr) for _ in range(count)], now)

    def write_ap_multiple(self, addr: int, values: Sequence[int]) -> None:
        """One register of an access port, several times."""
        for value in values:
            self.write_ap(addr, value)

    def get_memory_interface_for_ap(self, ap_address: Any) -> MemoryInterface | None:
        """Blocks of memory through access port 0."""
        return _Memory(self) if ap_address.apsel == 0 else None


class _Memory(MemoryInterface):  # type: ignore[misc]  # pyOCD says what it is in its docs only
    """Memory of the board in whole blocks."""

    def __init__(self, probe: VirtualProbe) -> None:
        self._probe = probe

    def _read(self, addr: int, count: int, size: int) -> bytes:
        data: bytes = self._move(lambda: self._probe.port.read_memory(addr, count, size))
        return data

    def _write(self, addr: int, data: bytes, size: int) -> None:
        self._move(lambda: self._probe.port.write_memory(addr, data, size))

    def _move(self, call: Callable[[], Any]) -> Any:
        """Move a block. A probe that does that on its own also clears the error behind it."""
        trouble = registry.trouble_of(self._probe.machine_name)
        if trouble is not None and trouble.block_moved():
            raise exceptions.TransferFaultError("the access port answers FAULT")
        try:
            return _on_target(call)
        except exceptions.TransferFaultError:
            self._probe.port.clear_error()
            raise

    def read_memory(
        self, addr: int, transfer_size: int = 32, now: bool = True, **_attributes: Any
    ) -> Any:
        """One access of 8, 16 or 32 bits."""
        size = transfer_size // 8
        value = int.from_bytes(self._read(addr & 0xFFFF_FFFF, size, size), "little")
        return value if now else lambda: value

    def write_memory(
        self, addr: int, data: int, transfer_size: int = 32, **_attributes: Any
    ) -> None:
        """One access of 8, 16 or 32 bits; bits beyond are dropped, as on the wire."""
        size = transfer_size // 8
        masked = data & ((1 << transfer_size) - 1)
        self._write(addr & 0xFFFF_FFFF, masked.to_bytes(size, "little"), size)

    def read_memory_block32(self, addr: int, size: int, **_attributes: Any) -> Sequence[int]:
        """Words."""
        data = self._read(addr, 4 * size, 4)
        return [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]

    def write_memory_block32(self, addr: int, data: Sequence[int], **_attributes: Any) -> None:
        """Words."""
        words = b"".join((word & 0xFFFF_FFFF).to_bytes(4, "little") for word in data)
        self._write(addr, words, 4)

    def read_memory_block8(self, addr: int, size: int, **_attributes: Any) -> Sequence[int]:
        """Bytes: words as far as they are whole and aligned."""
        return list(b"".join(self._read(*part) for part in _aligned_parts(addr, size)))

    def write_memory_block8(self, addr: int, data: Sequence[int], **_attributes: Any) -> None:
        """Bytes: words as far as they are whole and aligned."""
        content = bytes(byte & 0xFF for byte in data)
        for start, count, size in _aligned_parts(addr, len(content)):
            self._write(start, content[start - addr : start - addr + count], size)


def _aligned_parts(address: int, count: int) -> list[tuple[int, int, int]]:
    """Address, bytes and access size of the head, the words and the tail of a block."""
    head = min(count, -address & 3)
    words = (count - head) & ~3
    parts = [
        (address, head, 1),
        (address + head, words, 4),
        (address + head + words, count - head - words, 1),
    ]
    return [part for part in parts if part[1]]
