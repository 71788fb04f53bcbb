# SPDX-License-Identifier: Apache-2.0
"""The static bound of the stack against what images really use, and against changed images."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.errors import InputError, ToolError
from generator.firmware import ROW_FUNCTION
from generator.project.applications import MONITOR
from generator.project.manifest import read_project
from generator.project.names import IMAGE_FILES, MAP_FILE
from generator.toolchain.locate import Toolchain
from generator.toolchain.stack_bound.bound import StackBound, check_stack, read_stack_bound
from generator.toolchain.stack_bound.compiled_frames import frame_of, read_frames
from generator.toolchain.stack_bound.elf32 import FUNCTION, read_elf32
from generator.toolchain.stack_bound.exceptions import PRIORITIES
from generator.toolchain.stack_bound.image_functions import read_functions
from hil.virtual.machine import Machine
from tests.firmware.board_runs import Edit, Projects, build_changed
from tests.support.firmware_store import stored_firmware
from tests.support.models import OWN_MODEL

FAMILIES = ("u585", "l475", "h743")
STACK_PAINT = 0xC5C5_C5C5
DEEP = 8
"""More rings than the tiny model's chain has."""

VARIADIC = {"m2m_printf"}
"""GCC's frame leaves out what these store of their arguments; the code has it."""


def bound_of(project: Path) -> StackBound:
    info = read_project(project).info
    return read_stack_bound(
        project, nested={ROW_FUNCTION: DEEP}, is_measure=info.application == "measure"
    )


def high_water(machine: Machine, elf: Path) -> int:
    """Read from outside, as stack.c does it inside."""
    symbols = {symbol.name: symbol.value for symbol in read_elf32(elf).symbols}
    begin, end = symbols["__stack_limit"], symbols["__stack_top"]
    stack = machine.bus_memory.read(begin, end - begin)
    paint = STACK_PAINT.to_bytes(4, "little")
    untouched = next(at for at in range(0, len(stack), 4) if stack[at : at + 4] != paint)
    return end - begin - untouched


@pytest.mark.parametrize("board", FAMILIES)
def test_every_function_has_a_figure_that_its_instructions_confirm(
    tapped_projects: Projects, board: str
) -> None:
    """Compiled ones from the compiler and, counted apart, from the code: the same."""
    project = tapped_projects(board)
    elf = read_elf32(project / IMAGE_FILES[0])
    frames = read_frames(project)
    functions = read_functions(elf, project / MAP_FILE)
    assert {one.value & ~1 for one in elf.symbols if one.kind == FUNCTION and one.section} == {
        function.address for function in functions
    }
    compiled = 0
    for function in functions:
        frame = frame_of(frames, function)
        if frame is None:
            assert function.object.endswith((".S", "linker stubs", ")")), function
        elif function.name not in VARIADIC:
            assert frame.bytes == function.code.pushed_bytes, function
            compiled += 1
    assert compiled > 100


@pytest.mark.parametrize("board", FAMILIES)
def test_the_monitor_stays_below_its_bound(
    boards: dict[str, BoardSpec], toolchain: Toolchain, board: str
) -> None:
    made = stored_firmware(boards[board], OWN_MODEL, toolchain=toolchain, application=MONITOR)
    bound = made.footprint.stack
    assert bound is not None
    assert bound.bound_bytes is not None
    assert {"m2m_listen", "m2m_print_event"} <= {call.function for call in bound.deepest}
    machine = Machine(board)
    machine.load_elf(made.image.elf)
    machine.reset()
    machine.run(seconds=1.0)
    used = high_water(machine, made.image.elf)
    assert 256 < used <= bound.bound_bytes <= bound.linked_bytes


@pytest.mark.parametrize("board", FAMILIES)
def test_priorities_are_those_that_the_firmware_sets(
    boards: dict[str, BoardSpec], toolchain: Toolchain, board: str
) -> None:
    made = stored_firmware(boards[board], OWN_MODEL, toolchain=toolchain, application=MONITOR)
    machine = Machine(board)
    machine.load_elf(made.image.elf)
    machine.reset()
    machine.run(seconds=0.5)
    nvic = machine.nvic
    elf = read_elf32(made.image.elf)
    names = {one.value & ~1: one.name for one in elf.symbols if one.kind == FUNCTION}
    table = next(section for section in elf.sections if section.name == ".vectors")
    content = elf.bytes_of(table)
    seen = {}
    for exception in nvic.enabled:
        handler = int.from_bytes(content[4 * exception : 4 * exception + 4], "little") & ~1
        seen[names[handler]] = nvic.priority(exception) >> 4
    assert seen == {name: at for name, at in PRIORITIES.items() if name != "systick_handler"}


@pytest.fixture
def changed(
    tapped_projects: Projects, toolchain: Toolchain, boards: dict[str, BoardSpec], tmp_path: Path
) -> Callable[..., StackBound]:
    """Build the tapped project of the U585 with edits; return its bound."""

    def build(*edits: Edit) -> StackBound:
        target = tmp_path / "changed"
        shutil.rmtree(target, ignore_errors=True)
        build_changed(tapped_projects("u585"), target, edits, boards["u585"], toolchain)
        return bound_of(target)

    return build


IN_IMAGE = "const uint8_t *image_begin(void) {\n"
RECURSION = """static __attribute__((noinline)) uint32_t dig(uint32_t depth) {
    volatile uint8_t kept[8] = {0};
    kept[depth & 7u] = (uint8_t)depth;
    return depth == 0u ? kept[0] : dig(depth - 1u) + kept[depth & 7u];
}
"""

ANY_SIZE = """    volatile uint8_t some[image_bytes() & 31u];
    some[0] = 0u;
    if (some[0] != 0u) {
        return __image_end;
    }
"""


def in_image(before: str, inside: str) -> Edit:
    return Edit("core/image.c", IN_IMAGE, f"{before}{IN_IMAGE}{inside}")


def test_a_larger_local_array_raises_the_bound_by_its_size(
    tapped_projects: Projects, changed: Callable[..., StackBound]
) -> None:
    before = bound_of(tapped_projects("u585"))
    begin = "    session_begin(&facts);"
    array = "    volatile uint8_t spare[512];\n    spare[0] = 1u;\n    (void)spare[0];\n"
    after = changed(Edit("app/main.c", begin, f"{array}{begin}"))
    assert before.bound_bytes is not None
    assert after.bound_bytes == before.bound_bytes + 512
    assert after.calls_bytes == before.calls_bytes + 512


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            in_image(
                "extern void (*volatile hook)(void);\nvoid (*volatile hook)(void);\n", "hook();"
            ),
            "image_begin (core/image) calls through a pointer, and nobody knows",
        ),
        (
            in_image(RECURSION, "if (dig(image_bytes()) == 1u) { return __image_end; }"),
            "dig -> dig: recursion, whose depth nobody knows",
        ),
        (
            in_image("", ANY_SIZE),
            "its frame has no fixed size",
        ),
    ],
    ids=["pointer", "recursion", "array of any size"],
)
def test_what_has_no_bound_is_refused(
    changed: Callable[..., StackBound], boards: dict[str, BoardSpec], edit: Edit, words: str
) -> None:
    bound = changed(edit)
    assert bound.bound_bytes is None
    with pytest.raises(ToolError, match=re.escape(words)):
        check_stack(bound, boards["u585"], must_be_known=True)
    check_stack(bound, boards["u585"], must_be_known=False)  # of a user's own C it is told


def test_a_stack_below_its_bound_is_refused(
    tapped_projects: Projects, boards: dict[str, BoardSpec]
) -> None:
    bound = bound_of(tapped_projects("u585"))
    assert bound.bound_bytes is not None
    small = replace(bound, linked_bytes=bound.bound_bytes - 4)
    check_stack(replace(bound, linked_bytes=bound.bound_bytes), boards["u585"], must_be_known=True)
    with pytest.raises(InputError, match=r"u585\.budgets\.stack_bytes.*too small") as refused:
        check_stack(small, boards["u585"], must_be_known=True)
    assert "write stack_bytes: 2056" in str(refused.value)
    assert "main " in str(refused.value)
