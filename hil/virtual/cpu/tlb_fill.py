# SPDX-License-Identifier: Apache-2.0
"""What the engine keeps in its TLB of a page: a native hook that says it when the engine asks.

For a page whose entry says that code may run there, the engine looks for translated code at every
store. Its own entries say so of all memory. Here a page of the spans that hold data only gets an
entry without that; a fetch from such a page asks again, and finds the memory's own permissions.
"""

# numba's decorators are untyped.
# mypy: disable-error-code="untyped-decorator,misc"

from __future__ import annotations

import numpy as np
import unicorn
from numba import carray, cfunc, types

import hil.virtual.cpu.compiled_cache  # noqa: F401  # before the compiled modules
from hil.virtual.cpu import counters as at
from hil.virtual.cpu.native_calls import leave_it_block, pointer

DATA_SPANS = 32
"""Most spans of data that the hook is told of."""

_ADDRESS, _PERMISSIONS = 0, 1
"""Places in the engine's record of an entry (`uc_tlb_entry`), in 64-bit words."""
_DATA = unicorn.UC_PROT_READ | unicorn.UC_PROT_WRITE
_ALL = unicorn.UC_PROT_ALL
_FETCH = unicorn.UC_MEM_FETCH


@cfunc(
    types.uint8(types.voidptr, types.uint64, types.int32, types.voidptr, types.voidptr), cache=True
)
def on_tlb_fill(engine, address, kind, result, user_data):  # type: ignore[no-untyped-def]
    """UC_HOOK_TLB_FILL: virtual addresses are physical ones; faults are found behind the TLB.

    Between blocks there is no IT state to take back: only a fetch misses there.
    """
    counters = carray(user_data, at.COUNTERS, np.uint64)
    entry = carray(result, 2, np.uint64)
    entry[_ADDRESS] = address
    entry[_PERMISSIONS] = _ALL
    if kind == _FETCH:
        return 1
    leave_it_block(counters, engine)
    spans = carray(pointer(counters[at.DATA_SPANS]), 2 * DATA_SPANS, np.uint64)
    for index in range(np.int64(counters[at.DATA_SPAN_COUNT])):
        if spans[2 * index] <= address < spans[2 * index + 1]:
            entry[_PERMISSIONS] = _DATA
    return 1
