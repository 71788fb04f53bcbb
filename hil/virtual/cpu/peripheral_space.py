# SPDX-License-Identifier: Apache-2.0
"""The address ranges of peripherals: the engine's calls for what the core reads and writes there.

The engine's C functions are called directly: its binding has three more calls for each access.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import unicorn
from unicorn.unicorn_py3 import unicorn as binding

ReadCallback = Callable[[int, int], int]
"""Called with address and size."""
WriteCallback = Callable[[int, int, int], None]
"""Called with address, size and value."""

_ON_READ = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p
)
_ON_WRITE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint64, ctypes.c_void_p
)


class PeripheralSpace:
    """Ranges of one core that peripherals answer; `before` is called before each access."""

    def __init__(
        self,
        engine: unicorn.Uc,
        *,
        before: Callable[[], None],
        read: ReadCallback,
        write: WriteCallback,
    ) -> None:
        self._engine = engine
        self._before, self._read, self._write = before, read, write
        self._kept: list[Any] = []
        """The engine has but pointers to them."""

    def map(self, origin: int, size: int) -> None:
        """Map one range."""
        before, read, write = self._before, self._read, self._write

        def on_read(_: int, offset: int, width: int, __: int) -> int:
            try:
                before()
                return read(origin + offset, width)
            except BaseException as error:
                self._fail(error)
                return 0

        def on_write(_: int, offset: int, width: int, value: int, __: int) -> None:
            try:
                before()
                write(origin + offset, width, value)
            except BaseException as error:
                self._fail(error)

        callbacks = _ON_READ(on_read), _ON_WRITE(on_write)
        self._kept += callbacks
        error = binding.uclib.uc_mmio_map(
            self._engine._uch,
            origin,
            size,
            ctypes.cast(callbacks[0], ctypes.c_void_p),
            None,
            ctypes.cast(callbacks[1], ctypes.c_void_p),
            None,
        )
        if error:
            raise unicorn.UcError(error)

    def _fail(self, error: BaseException) -> None:
        """Stop, and let the binding raise the error, as it does for callbacks of its own."""
        if self._engine._hook_exception is None:
            self._engine._hook_exception = error
        self._engine.emu_stop()
