# SPDX-License-Identifier: Apache-2.0
"""Caches and MPU of the Cortex-M7: what DMA and the core see of memory, and what is refused."""

from __future__ import annotations

import pytest

from hil.virtual.cortex_m.mpu import Memory, Mpu, Region, default_memory
from hil.virtual.machine import Machine
from hil.virtual.rules import Rule
from tests.hil.virtual.conftest import Boot, assert_broken, break_rule, variable
from tests.hil.virtual.images import H7_BOARDS

MEMORIES = """
volatile uint32_t result, done, seen;
AXI uint8_t block[64], ring[64];
AXI volatile uint32_t neighbour;
void dma_tx(void) { DMA1_LIFCR = 0x3Du << 6; (void)DMA1_LISR; done++; }
static inline void clean(uint32_t address, uint32_t bytes) {
    for (uint32_t at = address & ~31u; at < address + bytes; at += 32) { DCCMVAC = at; }
    barrier();
}
static inline void invalidate(uint32_t address, uint32_t bytes) {
    for (uint32_t at = address & ~31u; at < address + bytes; at += 32) { DCIMVAC = at; }
    barrier();
}
static inline void fill(void) {
    for (uint32_t i = 0; i < sizeof block; i++) { block[i] = (uint8_t)(i + 1); }
    __asm volatile("" ::: "memory");
}
static inline void start(void) {
    fpu_begin(); clock_begin(); pins_begin(); uart_begin(3u << 6); dma_begin();
    R32(NVIC) = 1u << 12;
}
static inline void wait_received(uint32_t count) {
    while (sizeof ring - SNDTR(0) < count) { wait_between_looks(); }
}
"""
NOT_CACHED = "mpu_region(0, 0x24000000, 10, MPU_NOT_CACHED); mpu_begin()"
SEND = "dma_send((uint32_t)block, sizeof block, DMA_TCIE)"
RECEIVE = "dma_receive((uint32_t)ring, sizeof ring, DMA_CIRC)"
WAIT = 'for (;;) { __asm volatile("dsb; wfi; isb"); }'


def main(body: str) -> str:
    return MEMORIES + "void reset(void) { start(); " + body + "; result = 1; " + WAIT + " }"


def run_and_send(machine: Machine, count: int = 8) -> None:
    machine.run(0.002)
    machine.send(bytes(range(1, count + 1)))
    machine.run(0.002)


SENT = bytes(range(1, 65))


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize(
    "body",
    [
        f"fill(); {SEND}",
        f"fill(); caches_begin(); {SEND}",
        f"caches_begin(); fill(); clean((uint32_t)block, sizeof block); {SEND}",
        f"caches_begin(); fill(); dcache_by_set(&DCCSW); {SEND}",
        f"caches_begin(); fill(); dcache_by_set(&DCCISW); {SEND}",
        f"{NOT_CACHED}; caches_begin(); fill(); {SEND}",
        "mpu_region(3, 0x24000000, 12, 0x03020000); mpu_begin(); caches_begin(); fill();" + SEND,
        "mpu_region(3, 0x24000000, 12, 0x030F0000); mpu_begin(); caches_begin(); fill();" + SEND,
    ],
    ids=["cache off", "clean before the cache", "cleaned by address", "cleaned by set",
         "cleaned and invalidated by set", "not cached", "written through", "shared"],
)  # fmt: skip
def test_dma_reads_what_the_core_has_written(boot_on: Boot, board: str, body: str) -> None:
    machine = boot_on(board, main(body))
    machine.run(0.005)
    assert bytes(machine.line.from_board) == SENT
    assert (variable(machine, "result"), variable(machine, "done")) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        f"caches_begin(); fill(); {SEND}",
        f"caches_begin(); fill(); clean((uint32_t)block, 32); {SEND}",
        f"caches_begin(); fill(); clean((uint32_t)block, 64); block[63] = 9; {SEND}",
        "mpu_region(0, 0x24000000, 10, 0x030B0000); mpu_begin(); caches_begin(); fill();" + SEND,
        "mpu_region(0, 0x24000000, 10, MPU_NOT_CACHED); mpu_region(1, 0x24000000, 10, 0x03030000);"
        "mpu_begin(); caches_begin(); fill();" + SEND,
        "mpu_region(0, 0x24000000, 5, MPU_NOT_CACHED); mpu_begin(); caches_begin(); fill();" + SEND,
    ],
    ids=["cached", "half of it cleaned", "written after the cleaning", "cacheable by the MPU",
         "cacheable by a later region", "one line not cached"],
)  # fmt: skip
def test_dma_does_not_read_dirty_lines(boot_on: Boot, body: str) -> None:
    error = break_rule(boot_on("h743", main(body)))
    assert error.rule is Rule.DCACHE_COHERENCE
    assert "written and not cleaned" in error.detail
    assert error.address is not None
    assert 0x2400_0000 <= error.address < 0x2400_0040


@pytest.mark.parametrize("board", H7_BOARDS)
@pytest.mark.parametrize(
    "body",
    [
        f"{RECEIVE}; wait_received(8); seen = ring[7]",
        "mpu_region(0, 0x24000000, 10, MPU_NOT_CACHED); mpu_begin(); caches_begin();"
        f"{RECEIVE}; wait_received(8); seen = ring[7]",
        f"caches_begin(); {RECEIVE}; wait_received(8); invalidate((uint32_t)ring, 8);"
        "seen = ring[7]",
        f"caches_begin(); {RECEIVE}; wait_received(8);"
        "DCCIMVAC = (uint32_t)ring; barrier(); seen = ring[7]",
        f"caches_begin(); {RECEIVE}; wait_received(8); dcache_by_set(&DCCISW); seen = ring[7]",
    ],
    ids=["cache off", "not cached", "invalidated by address", "cleaned and invalidated", "by set"],
)
def test_the_core_reads_what_dma_has_written(boot_on: Boot, board: str, body: str) -> None:
    machine = boot_on(board, main(body))
    run_and_send(machine)
    assert (variable(machine, "result"), variable(machine, "seen")) == (1, 8)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"caches_begin(); {RECEIVE}; wait_received(8); seen = ring[7]", "the core reads"),
        (f"caches_begin(); {RECEIVE}; wait_received(8); ring[31] = 1", "the core writes"),
        (f"caches_begin(); {RECEIVE}; invalidate((uint32_t)ring, 64); wait_received(8);"
         "seen = ring[0]", "the core reads"),
        ("mpu_region(0, 0x24000000, 12, 0x03020000); mpu_begin(); caches_begin();"
         f"{RECEIVE}; wait_received(8); seen = ring[7]", "the core reads"),
        (f"caches_begin(); ring[3] = 77; {RECEIVE}; wait_received(8)", "can undo the transfer"),
        (f"caches_begin(); {RECEIVE}; wait_turns(2); R8(ring + 40) = R8(ring + 40);"
         "wait_received(48)",
         "can undo the transfer"),
        (f"caches_begin(); {RECEIVE}; wait_received(8); mpu_region(0, 0x24000000, 10,"
         "MPU_NOT_CACHED); mpu_begin()", "without being invalidated"),
        ("caches_begin(); fill(); mpu_region(0, 0x24000000, 10, MPU_NOT_CACHED); mpu_begin()",
         "without being cleaned"),
    ],
    ids=["read", "written", "invalidated too early", "written through", "dirty before",
         "dirty by an equal value", "uncached too late", "uncached while dirty"],
)  # fmt: skip
def test_stale_and_endangered_lines_are_refused(boot_on: Boot, body: str, words: str) -> None:
    machine = boot_on("h743", main(body))
    with pytest.raises(Exception, match=words) as caught:
        run_and_send(machine, 48)
    assert getattr(caught.value, "rule", None) is Rule.DCACHE_COHERENCE
    assert "reset" in str(caught.value)


def test_a_refused_read_names_its_source_line_after_a_reset_too(boot_on: Boot) -> None:
    machine = boot_on(
        "h743",
        main(f'caches_begin(); {RECEIVE}; wait_received(8);\n#line 70 "place.c"\nseen = ring[7]'),
    )
    for _ in range(2):
        machine.run(0.002)
        machine.send(b"12345678")
        error = assert_broken(machine, Rule.DCACHE_COHERENCE, "place.c:70")
        assert error.address == machine.symbols.addresses["ring"]
        machine.reset()


def test_invalidating_a_dirty_line_loses_what_was_written(boot_on: Boot) -> None:
    machine = boot_on(
        "h743",
        main("neighbour = 5; caches_begin(); neighbour = 6;"
             "invalidate((uint32_t)&neighbour, 4); seen = neighbour"),
    )  # fmt: skip
    machine.run(0.002)
    assert (variable(machine, "result"), variable(machine, "seen")) == (1, 5)


@pytest.mark.parametrize(
    ("body", "sets"),
    [
        ("CCR |= 1u << 16", "0 of 128 sets"),
        ("for (uint32_t s = 0; s < 127; s++) for (uint32_t w = 0; w < 4; w++)"
         "DCISW = w << 30 | s << 5; CCR |= 1u << 16", "127 of 128 sets"),
        ("for (uint32_t s = 0; s < 128; s++) for (uint32_t w = 0; w < 3; w++)"
         "DCISW = w << 30 | s << 5; CCR |= 1u << 16", "0 of 128 sets"),
        ("dcache_by_set(&DCCISW); CCR |= 1u << 16", "0 of 128 sets"),
        ("CCR |= 1u << 17", "ICIALLU"),
    ],
)  # fmt: skip
def test_a_cache_starts_invalidated(boot_on: Boot, body: str, sets: str) -> None:
    error = assert_broken(boot_on("h743", main(body)), Rule.CACHE_NOT_INVALIDATED)
    assert sets in error.detail


def test_caches_have_to_be_invalidated_after_each_reset(boot_on: Boot) -> None:
    machine = boot_on(
        "h743",
        main("if (RCC_RSR & 1u << 24) { CCR |= 1u << 17; }"
             "caches_begin(); R32(SCB + 0x0C) = 0x05FA0004"),
    )  # fmt: skip
    assert_broken(machine, Rule.CACHE_NOT_INVALIDATED)


def test_a_cache_is_not_switched_off_again(boot_on: Boot) -> None:
    machine = boot_on("h743", main("caches_begin(); CCR &= ~(1u << 16)"))
    assert_broken(machine, Rule.MODE_UNMODELLED)


def test_the_caches_describe_themselves(boot_on: Boot) -> None:
    machine = boot_on(
        "h743",
        """
        volatile uint32_t clidr, ctr, data, code, ccr;
        void reset(void) {
            clidr = R32(SCB + 0x78); ctr = R32(SCB + 0x7C);
            R32(SCB + 0x84) = 0; data = R32(SCB + 0x80);
            R32(SCB + 0x84) = 1; code = R32(SCB + 0x80);
            caches_begin(); ccr = CCR;
            for (;;) {}
        }
        """,
    )
    machine.run(0.001)
    data, code = variable(machine, "data"), variable(machine, "code")
    for ccsidr, ways, kib in ((data, 4, 16), (code, 2, 16)):
        sets, line = (ccsidr >> 13 & 0x7FFF) + 1, 16 << (ccsidr & 7)
        assert (ccsidr >> 3 & 0x3FF) + 1 == ways
        assert sets * ways * line == kib * 1024
    assert variable(machine, "ctr") >> 16 & 15 == 3  # DminLine: 8 words
    assert variable(machine, "clidr") & 7 == 3  # level 1: separate caches
    assert variable(machine, "ccr") == 0x0007_0200


# -- the MPU ---------------------------------------------------------------------------------------


def region(base: int, size_log2: int, attributes: int, disabled: int = 0) -> Region:
    return Region(0, base, attributes | disabled << 8 | (size_log2 - 1) << 1 | 1)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (region(0x2400_0000, 10, 0x0308_0000), None),
        (region(0x2400_0400, 10, 0x0308_0000), None),
        (region(0x2400_0200, 10, 0x0308_0000), "not a multiple"),
        (region(0x2400_0000, 4, 0x0308_0000), "below 32"),
        (region(0x2400_0000, 7, 0x0308_0000, 1), "smaller than 256"),
        (region(0x2400_0000, 8, 0x0308_0000, 1), None),
        (region(0x2400_0000, 10, 0x0309_0000), "reserved"),
        (region(0x2400_0000, 10, 0x0311_0000), "reserved"),
        (region(0x2400_0000, 10, 0x0318_0000), "reserved"),
        (region(0, 32, 0x0000_0000, 0x87), None),
    ],
)
def test_regions_that_the_mpu_does_not_have(made: Region, words: str | None) -> None:
    fault = made.fault()
    assert fault is None if words is None else fault is not None and words in fault


@pytest.mark.parametrize(
    ("attributes", "memory"),
    [
        (0x0000_0000, Memory.DEVICE), (0x0001_0000, Memory.DEVICE),
        (0x0002_0000, Memory.WRITE_THROUGH), (0x0003_0000, Memory.WRITE_BACK),
        (0x0007_0000, Memory.NOT_CACHED), (0x0008_0000, Memory.NOT_CACHED),
        (0x000B_0000, Memory.WRITE_BACK), (0x000F_0000, Memory.NOT_CACHED),
        (0x0010_0000, Memory.DEVICE), (0x0020_0000, Memory.NOT_CACHED),
        (0x0029_0000, Memory.WRITE_BACK), (0x0022_0000, Memory.WRITE_THROUGH),
    ],
)  # fmt: skip
def test_attributes_are_decoded(attributes: int, memory: Memory) -> None:
    assert region(0x2400_0000, 10, attributes).memory is memory


def test_the_default_map() -> None:
    assert default_memory(0x0800_0000) is Memory.WRITE_THROUGH
    assert default_memory(0x2400_0000) is default_memory(0x3000_0000) is Memory.WRITE_BACK
    assert default_memory(0x4000_0000) is default_memory(0xE000_0000) is Memory.DEVICE


def test_subregions_leave_holes() -> None:
    machine = Machine("h743")
    mpu = machine.peripherals["MPU"]
    assert isinstance(mpu, Mpu)
    assert mpu.read(0, 4) == 16 << 8
    mpu.write(0x0C, 4, 0x2400_0000 | 1 << 4 | 5)
    mpu.write(0x10, 4, 0x0308_0000 | 0b10 << 8 | 10 << 1 | 1)
    assert mpu.read(8, 4) == 5
    assert mpu.read(0x0C, 4) == 0x2400_0005
    mpu.write(4, 4, 5)
    axi = next(memory for memory in machine.core.regions if memory.origin == 0x2400_0000)
    lines = mpu.memory_of_lines(axi)
    size = 2048 // 8 // 32
    assert set(lines[:size]) == set(lines[2 * size : 8 * size]) == {Memory.NOT_CACHED}
    assert set(lines[size : 2 * size]) == set(lines[8 * size :]) == {Memory.WRITE_BACK}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("mpu_region(0, 0x24000200, 10, MPU_NOT_CACHED); mpu_begin()", Rule.MPU_REGION),
        ("mpu_begin(); mpu_region(0, 0x24000200, 10, MPU_NOT_CACHED)", Rule.MPU_REGION),
        ("mpu_region(0, 0x24000000, 10, 0x03090000); mpu_begin()", Rule.MPU_REGION),
        ("mpu_region(0, 0x24000000, 10, 0x03000000); mpu_begin()", Rule.MODE_UNMODELLED),
        ("mpu_region(0, 0x24000000, 10, 0x05080000); mpu_begin()", Rule.MODE_UNMODELLED),
        ("mpu_region(0, 0x08000000, 20, 0x13020000); mpu_begin()", Rule.MODE_UNMODELLED),
        ("MPU_CTRL = 1", Rule.MODE_UNMODELLED),
        ("MPU_RNR = 16", Rule.UNMODELLED_REGISTER),
    ],
)
def test_wrong_regions_are_refused(boot_on: Boot, body: str, rule: Rule) -> None:
    assert_broken(boot_on("h7a3", main(body)), rule)


def test_a_forbidden_place_without_memory_is_a_memory_fault_too(boot_on: Boot) -> None:
    """Region 0 of GUARDED forbids external memory; without it a read there is a bus fault."""
    for begin, expected in (("mpu_begin()", 0x82), ("(void)0", 0x8200)):
        source = GUARDED.replace("mpu_begin()", begin).replace("ACT", "R32(zero + 0x60000000)")
        source = source.replace("1u << 16", "3u << 16") + "void bus_fault(void) { mem_fault(); }"
        machine = boot_on("h743", source)
        machine.run(0.001)
        assert variable(machine, "cfsr") == expected


GUARDED = """
volatile uint32_t cfsr, address, zero;
void mem_fault(void) { cfsr = R32(SCB + 0x28); address = R32(SCB + 0x34); for (;;) {} }
void reset(void) {
    R32(SCB + 0x24) = 1u << 16;
    mpu_region(0, 0, 32, 0x10008700);
    mpu_region(1, 0, 10, 0x10000000);
    mpu_begin();
    ACT;
    for (;;) {}
}
"""


@pytest.mark.parametrize(
    ("act", "cfsr", "address"),
    [
        ("R32(zero + 0x3FC)", 0x82, 0x3FC),
        ("R8(zero) = 1", 0x82, 0),
        ("R32(zero + 0x400); zero = 1", 0, 0),
        ("((void (*)(void))(zero + 0x101))()", 0x01, 0),
    ],
)
def test_forbidden_pages_are_memory_faults(
    boot_on: Boot, act: str, cfsr: int, address: int
) -> None:
    machine = boot_on("h743", GUARDED.replace("ACT", act))
    machine.run(0.001)
    assert (variable(machine, "cfsr"), variable(machine, "address")) == (cfsr, address)
