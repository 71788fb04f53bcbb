# SPDX-License-Identifier: Apache-2.0
"""A row kernel alone, called on this machine and on an emulated core with the same memory."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.cortex_m33 import RAM, CortexM33

Words = Sequence[int]


@dataclass
class Memory:
    """What a kernel is called with: buffers, and words that may point at them."""

    buffers: dict[str, NDArray[np.uint8]]
    layer: list[int | str]
    rows: list[int | str]
    """Of struct row_view; empty for a product."""
    output: str
    first: int = 0


def on_host(library: ctypes.CDLL, function: str, memory: Memory) -> NDArray[np.uint8]:
    held = {
        name: np.frombuffer(bytearray(values.tobytes()), np.uint8)
        for name, values in memory.buffers.items()
    }

    def fields(words: Sequence[int | str]) -> ctypes.Structure:
        types = [ctypes.c_void_p if isinstance(one, str) else ctypes.c_int32 for one in words]
        structure = type(
            "Words",
            (ctypes.Structure,),
            {"_fields_": [(f"f{i}", kind) for i, kind in enumerate(types)]},
        )
        return structure(
            *(
                held[one].ctypes.data
                if isinstance(one, str)
                else int(np.int32(np.uint32(one & 0xFFFF_FFFF)))
                for one in words
            )
        )

    layer, rows = fields(memory.layer), fields(memory.rows)
    second = ctypes.byref(rows) if memory.rows else ctypes.c_void_p(held["columns"].ctypes.data)
    getattr(library, function)(
        ctypes.byref(layer),
        second,
        ctypes.c_void_p(held[memory.output].ctypes.data),
        ctypes.c_uint32(memory.first),
    )
    return held[memory.output]


def on_target(target: CortexM33, function: str, memory: Memory) -> NDArray[np.uint8]:
    address, places = RAM + 0x1000, {}
    for name, values in memory.buffers.items():
        target.write(address, values.tobytes())
        places[name] = address
        address += (values.size + 15) & ~15

    def words(fields: Sequence[int | str]) -> list[int]:
        return [places[one] if isinstance(one, str) else one & 0xFFFF_FFFF for one in fields]

    layer, rows = RAM + 0x100, RAM + 0x200
    target.write_words(layer, words(memory.layer))
    target.write_words(rows, words(memory.rows))
    second = rows if memory.rows else places["columns"]
    target.forget_counts()
    target.call(function, layer, second, places[memory.output], memory.first)
    return np.frombuffer(
        target.read(places[memory.output], memory.buffers[memory.output].size), np.uint8
    )


def bytes_of(values: NDArray[np.generic] | Words, dtype: str) -> NDArray[np.uint8]:
    return np.frombuffer(np.asarray(values).astype(dtype).tobytes(), np.uint8)


def instructions_of(target: CortexM33, function: str, memory: Memory) -> int:
    """That the call takes."""
    on_target(target, function, memory)
    return sum(target.instructions().values())
