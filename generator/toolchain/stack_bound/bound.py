# SPDX-License-Identifier: Apache-2.0
"""The most stack that an image can use, and whether the linked one holds it.

From reset down all calls, then all interrupts that can stand on one another, then a fault. Frames
are the compiler's (`-fstack-usage`), and no less than what the instructions take: of assembly and
of libraries there is nothing else. Calls are those of the linked code. Every function of the image
has a figure, or there is no bound.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.boards.record import BoardSpec
from generator.errors import Fault, InputError, ToolError
from generator.project.names import IMAGE_FILES, MAP_FILE, OUTPUT_DIR
from generator.toolchain.linker_map import read_placed
from generator.toolchain.stack_bound.call_depth import Depths, Node, UnknownDepthError
from generator.toolchain.stack_bound.compiled_frames import frame_of, read_frames
from generator.toolchain.stack_bound.elf32 import Elf32, read_elf32
from generator.toolchain.stack_bound.exceptions import (
    Interrupt,
    deepest_interrupts,
    frame_on_top,
    vector_table,
)
from generator.toolchain.stack_bound.image_functions import (
    Function,
    code_outside_functions,
    read_functions,
)
from generator.toolchain.stack_bound.indirect_calls import matching, places_of
from generator.toolchain.stack_bound.taken_addresses import Taken, read_taken

STACK_SECTION, FAULT_STACK_SECTION = ".stack", ".fault_stack"


@dataclass(frozen=True, slots=True)
class Call:
    """One function of the deepest chain."""

    function: str
    bytes: int


@dataclass(frozen=True, slots=True)
class StackBound:
    """What the stacks hold, and the most that is ever on them."""

    linked_bytes: int
    bound_bytes: int | None
    """Calls, interrupts and a fault's frame; None where nobody knows."""
    calls_bytes: int
    """Of `bound_bytes`, the deepest chain of calls from reset on."""
    deepest: tuple[Call, ...]
    interrupts: tuple[Interrupt, ...]
    fault_linked_bytes: int
    fault_bound_bytes: int | None
    unknown_because: str = ""
    """Why there is no bound."""


def read_stack_bound(project: Path, *, nested: Mapping[str, int], is_measure: bool) -> StackBound:
    """The bound of the image in `project`; without one, `unknown_because` says why.

    `nested`: how many calls may stand at once of each function that calls itself.
    """
    elf = read_elf32(project / IMAGE_FILES[0])
    sizes = {section.name: section.size for section in elf.sections}
    linked, fault_linked = sizes.get(STACK_SECTION, 0), sizes.get(FAULT_STACK_SECTION, 0)
    try:
        depths = Depths(_nodes(project, elf, is_measure), nested)
        reset, handlers = vector_table(elf)
        calls = depths.below(reset) if depths.nodes[reset].takes_other_stack else depths.of(reset)
        interrupts = deepest_interrupts(depths, handlers)
        faults = [one for one in handlers if depths.nodes[one].takes_other_stack]
        fault_bytes = max((depths.below(one).bytes for one in faults), default=0)
    except UnknownDepthError as error:
        return StackBound(linked, None, 0, (), (), fault_linked, None, str(error))
    bound = calls.bytes + frame_on_top(calls)
    bound += sum(one.handler_bytes + one.frame_bytes for one in interrupts)
    chain = [depths.nodes[address] for address in calls.chain]
    return StackBound(
        linked_bytes=linked,
        bound_bytes=bound,
        calls_bytes=calls.bytes,
        deepest=tuple(Call(one.name, one.frame_bytes * nested.get(one.name, 1)) for one in chain),
        interrupts=tuple(interrupts),
        fault_linked_bytes=fault_linked,
        fault_bound_bytes=fault_bytes,
    )


def check_stack(bound: StackBound, board: BoardSpec, *, must_be_known: bool) -> None:
    """Raise `InputError` where a linked stack is smaller than its bound.

    `must_be_known`: raise `ToolError` where there is no bound. Of a user's own C and of a vendor's
    library there may be none.
    """
    if bound.bound_bytes is None:
        if must_be_known:
            raise ToolError(
                f"no bound for the stack: {bound.unknown_because}",
                "say what it calls in generator/toolchain/stack_bound/indirect_calls.py, or write "
                "it so that its stack is known",
            )
        return
    if bound.bound_bytes > bound.linked_bytes:
        chain = " -> ".join(f"{call.function} {call.bytes}" for call in bound.deepest)
        missing = bound.bound_bytes - bound.linked_bytes
        needed = -(-(board.budgets.stack_bytes + missing) // 8) * 8
        raise InputError(
            [
                Fault(
                    f"boards.yaml: {board.id}.budgets.stack_bytes",
                    f"the stack of {bound.linked_bytes} bytes is too small: calls take up to "
                    f"{bound.calls_bytes} bytes ({chain}), interrupts on top "
                    f"{bound.bound_bytes - bound.calls_bytes}",
                    f"write stack_bytes: {needed} into the board's record, or keep large arrays "
                    "off the stack (static)",
                )
            ]
        )
    fault_bytes = bound.fault_bound_bytes or 0
    if must_be_known and fault_bytes > bound.fault_linked_bytes:
        raise ToolError(
            f"a fault's report takes up to {fault_bytes} bytes of stack, and "
            f"{bound.fault_linked_bytes} are linked for it",
            "enlarge .fault_stack in firmware_templates/core/link.ld.j2",
        )


def _nodes(project: Path, elf: Elf32, is_measure: bool) -> dict[int, Node]:
    """Every function with its frame and what it may call."""
    functions = read_functions(elf, project / MAP_FILE)
    outside = code_outside_functions(elf, functions)
    if outside:
        raise UnknownDepthError(f"code at 0x{outside[0]:08x} lies in no function")
    frames = read_frames(project)
    placed = {one.object for one in read_placed(project / MAP_FILE)}  # of tables alone as well
    compiled = {name for name in placed if (project / _object_file(name)).is_file()}
    taken = read_taken(project, compiled, {one.name for one in functions})
    nodes = {}
    for function in functions:
        code = function.code
        frame = frame_of(frames, function)
        place = frame.place if frame is not None else function.object
        node = Node(
            function.name,
            # GCC leaves out what a function with "..." stores of its arguments: the code has it.
            max(code.pushed_bytes, 0 if frame is None else frame.bytes),
            uses_fpu=code.uses_fpu,
            takes_other_stack=code.takes_other_stack,
        )
        if (frame is None and code.moves_by_register) or (
            frame is not None and not frame.is_bounded
        ):
            node.unknown = f"{function.name} ({place}): its frame has no fixed size"
        nodes[function.address] = node
    callees = _Callees(functions, taken, is_measure)
    for function in functions:
        node = nodes[function.address]
        node.callees = callees.of(function)
        if function.code.indirect and not callees.by_address(function):
            node.unknown = (
                f"{function.name} ({function.object}) calls through a pointer, and nobody knows "
                "which functions that reaches"
            )
    return nodes


def _object_file(name: str) -> str:
    return f"{OUTPUT_DIR}/{name}.o"


class _Callees:
    """What a function may call, by addresses."""

    def __init__(self, functions: list[Function], taken: list[Taken], is_measure: bool) -> None:
        self._functions = functions
        self._starts = [one.address for one in functions]
        self._taken, self._is_measure = taken, is_measure
        self._by_name: dict[str, list[Function]] = {}
        for function in functions:
            self._by_name.setdefault(function.name, []).append(function)

    def of(self, function: Function) -> list[int]:
        found = []
        inside = range(function.address, function.address + function.size)
        jumps = [target for target in function.code.jumps if target not in inside]
        for target in (*function.code.calls, *jumps):
            index = bisect_right(self._starts, target) - 1
            if index < 0 or target >= self._starts[index] + self._functions[index].size:
                raise UnknownDepthError(f"{function.name} goes to 0x{target:08x}, where nothing is")
            found.append(self._starts[index])
        return list(dict.fromkeys([*found, *self.by_address(function)]))

    def by_address(self, function: Function) -> list[int]:
        """What its calls through pointers may reach."""
        if not function.code.indirect:
            return []
        patterns = places_of(function.object, is_measure=self._is_measure)
        return [
            one.address
            for taken in matching(self._taken, patterns)
            for one in self._by_name.get(taken.function, ())
            if taken.defined_in in ("", one.object)
        ]
