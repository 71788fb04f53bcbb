# SPDX-License-Identifier: Apache-2.0
"""Where things are in the counters: the 64-bit words that Python and the native hooks share."""

from __future__ import annotations

INSTRUCTIONS = 0
CYCLES = 1
DEADLINE = 2
STOP_REASON = 3
BLOCK = 4
BLOCK_ENTRY = 5
EXIT_DEMANDS = 6
EXPECTED_NEXT = 7
BAD_PC = 8
FPU_ON = 9
STACK_LOW = 10
PENDING = 11
MARK_COUNT = 12
FLASH_BASE = 13
FLASH_SIZE = 14
FLASH_BYTES = 15
BLOCK_TABLE = 16
PROBE_TABLE = 17
RAM_BASE = 18
RAM_SIZE = 19
RAM_BYTES = 20
SCRATCH = 21
STOP_FUNCTION = 22
READ_FUNCTION = 23
TRAP_DIVIDE = 24
DEMAND_TABLE = 25
COST_TABLE = 26
BRANCH_CYCLES = 27
IS_V8M = 28
TCM_SIZE = 29
TCM_BYTES = 30
TCM_SUMS = 31
WRITE_FUNCTION = 32
DATA_SPANS = 33
DATA_SPAN_COUNT = 34
MARK_LOG = 35
STOP_AT = 36
"""Where the core stops; the deadline may come before, for what the hooks do by themselves."""
CLOCK_HZ = 37
EPOCH_PS = 38
EPOCH_CYCLES = 39
FEED_ON = 40
FEED_DATA = 41
FEED_MEMORY = 42
FEED_FIRST = 43
FEED_TAKEN = 44
FEED_END = 45
FEED_START_PS = 46
FEED_BAUD = 47
FEED_FRAME = 48
FEED_GRID = 49
FEED_NEXT_PS = 50
FEED_NEXT = 51
SENDS = 52
"""Whether the feed takes bytes of a block that is being sent, too."""
SENT_MEMORY = 53
SENT_COPY = 54
SENT_COUNT = 55
SENT_LEFT = 56
SHIFT_END_PS = 57
SENT_FRAME_PS = 58
COUNTERS = 59

MARKS_LOGGED = 256
"""Most passages of marks that are noted before the core has to stop for Python to take them."""
MARK_WORDS = 5
"""Of each passage: address, instructions and cycles before it, SP, LR."""

NO_DEADLINE = (1 << 63) - 1
