# SPDX-License-Identifier: Apache-2.0
"""A trace holds all that was executed, by the calls that were open."""

from __future__ import annotations

import pytest

from hil.virtual.cpu.flash_cache import FLASH_PATHS
from hil.virtual.cpu.trace import Trace, TraceFullError
from hil.virtual.machine import Machine
from hil.virtual.profile import NOBODY, Cost, Profile, Profiler
from tests.hil.virtual.conftest import Boot

pytestmark = pytest.mark.slow

PROGRAM = """
static volatile uint32_t sum, ticks;
static const uint32_t table[4] = {3, 5, 7, 9};

__attribute__((noipa)) uint32_t leaf(const uint32_t *from, uint32_t count) {
    uint32_t all = 0;
    for (uint32_t i = 0; i < count; i++) { all += from[i & 3] * i; }
    return all;
}

uint32_t again(uint32_t depth);

__attribute__((noipa)) uint32_t recursive(uint32_t depth) {
    if (depth == 0) { return leaf(table, 5); }
    uint32_t all = 0;
    for (uint32_t turn = 0; turn < 2; turn++) { all += again(depth); }
    return all + 1;
}

__attribute__((noipa)) uint32_t again(uint32_t depth) { return recursive(depth - 1) + 1; }

__attribute__((noipa)) uint32_t tail_called(uint32_t count) { return leaf(table, count); }

__attribute__((noipa)) void work(void) {
    sum += recursive(2);
    sum += tail_called(7);
}

void reset(void) {
    work();
    work();
    for (;;) { }
}
"""


def profile_of(machine: Machine, seconds: float = 0.001) -> tuple[Profile, int]:
    profiler = Profiler(machine.core, machine.symbols, FLASH_PATHS["u5"], 4)
    before = machine.instructions
    machine.run(seconds)
    return profiler.take(), machine.instructions - before


def of_function(profile: Profile, name: str) -> Cost:
    """Of a function without what it calls."""
    owners = [1 if call.function == name else 0 for call in profile.calls]
    return profile.by_owner(owners)[1]


def test_every_instruction_is_in_the_trace(boot: Boot) -> None:
    profile, executed = profile_of(boot(PROGRAM))
    found = profile.by_owner([0] * len(profile.calls))
    assert sum(cost.instructions for cost in found.values()) == executed > 500
    assert NOBODY not in found or found[NOBODY].instructions < executed


def test_calls_nest_as_the_program_says(boot: Boot) -> None:
    profile, _ = profile_of(boot(PROGRAM))
    calls = profile.calls
    count = {name: sum(call.function == name for call in calls) for name in ("work", "leaf")}
    assert count == {"work": 2, "leaf": 2 * (4 + 1)}
    assert sum(call.function == "recursive" for call in calls) == 2 * 7
    for call in calls:
        if call.parent is not None:
            caller = calls[call.parent]
            assert caller.begin <= call.begin < call.end <= caller.end
    leaves = [call for call in calls if call.function == "leaf"]
    parents = [calls[call.parent].function for call in leaves if call.parent is not None]
    assert parents == (["recursive"] * 4 + ["tail_called"]) * 2
    assert {call.arguments[1] for call in leaves} == {5, 7}
    assert {call.arguments[0] for call in leaves} == {profile.addresses["table"]}


def test_a_call_costs_what_its_meter_counts(boot: Boot) -> None:
    machine = boot(PROGRAM)
    meter = machine.watch("work")
    profile, _ = profile_of(machine)
    sums = []
    for call in profile.calls:
        if call.function == "work":
            costs = profile.by_owner([0] * len(profile.calls), call.begin, call.end)
            sums.append(sum(cost.instructions for cost in costs.values()))
            assert sum(cost.table_cycles for cost in costs.values()) > sums[-1]
    assert sums == meter.per_call_instructions
    assert len(sums) == 2


def test_costs_by_address_are_those_by_owner(boot: Boot) -> None:
    """Instruction by instruction, for each owner."""
    profile, executed = profile_of(boot(PROGRAM))
    owners = [call.arguments[0] % 3 for call in profile.calls]
    whole, split = profile.by_owner(owners), profile.by_address(owners)
    assert split.keys() == whole.keys()
    for owner, costs in split.items():
        assert sum(one.instructions for one in costs.values()) == whole[owner].instructions
        assert sum(one.pipeline_cycles for one in costs.values()) == whole[owner].pipeline_cycles
    assert sum(one.instructions for costs in split.values() for one in costs.values()) == executed
    assert {address for costs in split.values() for address in costs} == profile.executed_addresses


def test_a_call_names_the_instruction_that_made_it(boot: Boot) -> None:
    machine = boot(PROGRAM)
    profile, _ = profile_of(machine)
    seen = 0
    for call in profile.calls:
        if call.parent is not None and call.called_from is not None:
            caller = machine.symbols.function_at(call.called_from) or ""
            assert caller.partition("+")[0] == profile.calls[call.parent].function
            seen += 1
    assert seen > 20


def test_constants_that_are_read_are_counted(boot: Boot) -> None:
    profile, _ = profile_of(boot(PROGRAM))
    assert of_function(profile, "leaf").flash_bytes_read == 2 * (4 * 5 + 7) * 4


def test_an_exception_is_a_call_of_its_own(boot: Boot) -> None:
    """Its handler begins somewhere in a function, which goes on after it."""
    source = PROGRAM.replace(
        "void reset(void) {",
        """
void systick(void) { ticks++; }
void reset(void) {
    *(volatile uint32_t *)0xe000e014 = 199;
    *(volatile uint32_t *)0xe000e018 = 0;
    *(volatile uint32_t *)0xe000e010 = 7;
""",
    ).replace("work();\n    work();", "for (uint32_t i = 0; i < 50; i++) { work(); }")
    machine = boot(source)
    profile, executed = profile_of(machine, 0.02)
    handlers = [call for call in profile.calls if call.is_exception and call.function == "systick"]
    assert len(handlers) > 5
    assert {profile.calls[call.parent].function for call in handlers if call.parent} & {
        "leaf",
        "recursive",
    }
    assert all(call.end - call.begin <= 2 for call in handlers[:-1])
    assert sum(call.function == "leaf" for call in profile.calls) == 50 * 5
    found = profile.by_owner([0] * len(profile.calls))
    assert sum(cost.instructions for cost in found.values()) == executed


CONDITIONAL = """
static const uint32_t table[4] = {3, 5, 7, 9};
uint32_t sums[2];
void reset(void) {
    for (uint32_t i = 0; i < 64; i++) {
        uint32_t read = 1, last = i & 1;
        __asm__ volatile("cmp %1, #0\\n"
                         "itt ne\\n"
                         "ldrne %0, [%2]\\n"
                         "addne %0, %0, #1\\n" : "+r"(read) : "r"(last), "r"(&table[i & 3]) : "cc");
        sums[last] += read;
    }
    for (;;) { }
}
"""


def test_a_traced_core_computes_what_an_untraced_one_does(boot: Boot) -> None:
    """A hook of memory must not leave the core within the IT block whose load it has seen."""
    traced, plain = boot(CONDITIONAL), boot(CONDITIONAL)
    profile, executed = profile_of(traced)
    plain.run(0.001)
    at = plain.symbols.addresses["sums"]
    expected = (32, 16 * (5 + 1) + 16 * (9 + 1))
    assert (plain.core.word(at), plain.core.word(at + 4)) == expected
    assert (traced.core.word(at), traced.core.word(at + 4)) == expected
    assert (traced.instructions, traced.core.cycles) == (plain.instructions, plain.core.cycles)
    assert profile.instructions == executed


def test_nothing_is_traced_before_and_behind(boot: Boot) -> None:
    traced, plain = boot(PROGRAM), boot(PROGRAM)
    trace = Trace(traced.core, [])
    traced.run(0.0001)
    blocks = len(trace.take().blocks)
    traced.run(0.001)
    plain.run(0.0001)
    plain.run(0.001)
    assert blocks > 0
    assert (traced.instructions, traced.core.cycles) == (plain.instructions, plain.core.cycles)


def test_a_full_trace_says_so(boot: Boot) -> None:
    machine = boot(PROGRAM)
    trace = Trace(machine.core, [], blocks=8)
    machine.run(0.001)
    with pytest.raises(TraceFullError, match="fewer patches"):
        trace.take()
