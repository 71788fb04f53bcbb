# SPDX-License-Identifier: Apache-2.0
"""How deep the calls below a function go, in bytes; recursion only as often as it is known to be.

A call's frame stands while the one that it calls has its own. What is jumped to at a function's
end replaces its frame; here it is added all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    """A function: what it takes itself, and what it may call."""

    name: str
    frame_bytes: int
    callees: list[int] = field(default_factory=list)
    """Addresses."""
    uses_fpu: bool = False
    takes_other_stack: bool = False
    """What it calls stands on another stack."""
    unknown: str = ""
    """Why nobody knows how deep it goes; "" where that is known."""


@dataclass(frozen=True, slots=True)
class Depth:
    """The deepest chain of calls from one function on."""

    bytes: int
    chain: tuple[int, ...] = ()
    """Addresses, the function itself first; one that calls itself stands once."""
    uses_fpu: bool = False
    """Some function below needs the FPU, on the deepest chain or beside it."""


class UnknownDepthError(Exception):
    """No bound can be given; the text says why."""


@dataclass(slots=True)
class Depths:
    """Depths by address; each is computed once."""

    nodes: Mapping[int, Node]
    nested: Mapping[str, int]
    """How many calls of a function may stand at once, for those that call themselves."""
    _known: dict[int, Depth] = field(default_factory=dict)

    def of(self, root: int) -> Depth:
        """The depth from `root` on; raises UnknownDepthError."""
        return self._depth(root, [])

    def below(self, root: int) -> Depth:
        """The depth of what a function calls that takes a stack of its own first."""
        return self._deepest(root, self.nodes[root].callees, [root])

    def _depth(self, address: int, path: list[int]) -> Depth:
        if address in self._known:
            return self._known[address]
        if address in path:
            names = [self.nodes[one].name for one in [*path[path.index(address) :], address]]
            raise UnknownDepthError(f"{' -> '.join(names)}: recursion, whose depth nobody knows")
        node = self.nodes[address]
        if node.unknown:
            raise UnknownDepthError(node.unknown)
        callees: Sequence[int] = node.callees
        times = 1
        if address in callees and node.name in self.nested:
            times = self.nested[node.name]
            callees = [one for one in callees if one != address]
        deepest = Depth(0)
        if not node.takes_other_stack:
            deepest = self._deepest(address, callees, [*path, address])
        found = Depth(
            times * node.frame_bytes + deepest.bytes,
            (address, *deepest.chain),
            node.uses_fpu or deepest.uses_fpu,
        )
        self._known[address] = found
        return found

    def _deepest(self, address: int, callees: Sequence[int], path: list[int]) -> Depth:
        below = [self._depth(one, path) for one in dict.fromkeys(callees)]
        deepest = max(below, key=lambda one: one.bytes, default=Depth(0))
        return Depth(deepest.bytes, deepest.chain, any(one.uses_fpu for one in below))
