# SPDX-License-Identifier: Apache-2.0
"""Stacks as a tree: what the flame graph draws, and as text for other tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from hil.bench.attribution import FINDING_ROWS
from hil.bench.model_facts import OperatorFacts
from hil.profile.groups import title_of
from hil.profile.stacks import Frame, FrameKind, Part

NETWORK = Frame("network", FrameKind.WORK)


@dataclass(slots=True)
class Node:
    """A frame with all that ran below it."""

    frame: Frame
    order: int = 0
    """Of a layer its index: layers stand in their order, all else by size."""
    instructions: int = 0
    cycles: int = 0
    """ESTIMATED."""
    own: int = 0
    """Instructions of the frame itself."""
    children: dict[Frame, Node] = field(default_factory=dict)

    def in_order(self) -> list[Node]:
        """The children as they are drawn, from the left."""
        return sorted(
            self.children.values(), key=lambda one: (one.order, -one.instructions, one.frame.name)
        )

    def depth(self) -> int:
        """Levels, this one included."""
        return 1 + max((one.depth() for one in self.children.values()), default=0)


def stack_of(part: Part, facts: Mapping[int, OperatorFacts]) -> tuple[Frame, ...]:
    """A part's stack with what it is for on top."""
    owner = part.context.owner
    title = title_of(owner, facts)
    if owner >= 0:
        return (NETWORK, Frame(f"layer {title}", FrameKind.LAYER), *part.stack)
    if owner == FINDING_ROWS:
        return (NETWORK, Frame(title, FrameKind.LAYER), *part.stack)
    return (Frame(title, FrameKind.WORK), *part.stack)


def tree_of(parts: Iterable[Part], facts: Mapping[int, OperatorFacts], name: str) -> Node:
    """All parts below one root."""
    root = Node(Frame(name, FrameKind.WORK))
    for part in parts:
        node = root
        _add(node, part)
        for frame in stack_of(part, facts):
            if frame not in node.children:
                node.children[frame] = Node(frame)
            node = node.children[frame]
            if frame.kind is FrameKind.LAYER:
                owner = part.context.owner
                node.order = owner if owner >= 0 else len(facts)
            _add(node, part)
        node.own += part.instructions
    return root


def _add(node: Node, part: Part) -> None:
    node.instructions += part.instructions
    node.cycles += part.cycles


def folded(root: Node) -> Iterator[str]:
    """A line a stack, `frame;frame;frame count`, as Brendan Gregg's tools read them.

    An inlined function's name ends with `_[i]`, as theirs mark it. The root is left out.
    """
    for child in root.in_order():
        yield from _folded(child, "")


def _folded(node: Node, above: str) -> Iterator[str]:
    mark = "_[i]" if node.frame.kind is FrameKind.INLINED else ""
    name = node.frame.name.replace(";", ",")
    path = f"{above}{name}{mark}"
    if node.own:
        yield f"{path} {node.own}"
    for child in node.in_order():
        yield from _folded(child, f"{path};")
