# SPDX-License-Identifier: Apache-2.0
"""YAML of strangers: what it may hold is bounded, and everything it raises is a YAMLError.

PyYAML's safe loader makes no objects of the file's choice, but follows any nesting, repeats an
alias as often as the file says, and computes integers of any length. Nothing else here reads YAML.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

LARGEST_CHARACTERS = 256 << 10
"""boards.yaml has 14,000."""

DEEPEST = 20
"""Keys one in another: far more than any file here has; a mapping that holds itself has no end."""

MOST_NODES = 20_000
"""Keys and values, those of an alias counted again each time. boards.yaml has 1,400."""

MOST_ALIASES = 1000

LONGEST_NUMBER = 64
"""Characters of an integer. Python refuses to print one of 4,300 digits."""

Tags = Mapping[str, Callable[[yaml.SafeLoader, yaml.Node], object]]
"""What makes values of a file's own tags."""


class NoValueError(yaml.MarkedYAMLError):
    """A scalar that has the form of a value, and is none: a date of month 99."""


class _Bounds:
    """For a loader of PyYAML: counts while the nodes are made, before any value is."""

    def __init__(self, text: str) -> None:
        if len(text) > LARGEST_CHARACTERS:
            problem = f"larger than {LARGEST_CHARACTERS >> 10} KiB"
            raise yaml.MarkedYAMLError(problem=problem)
        super().__init__(text)  # type: ignore[call-arg]
        self._nodes = 0
        self._aliases = 0
        self._open_heights: list[int] = [0]
        """Of each node that is being made: the levels below it so far."""
        self._sizes: dict[int, tuple[int, int]] = {}
        """Nodes in each finished node, and its levels, by its identity."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[attr-defined]
        mark = event.start_mark
        is_alias = isinstance(event, yaml.AliasEvent)
        before = self._nodes
        self._count(0 if is_alias else 1, mark)
        self._open_heights.append(0)
        self._check_depth(0, mark)
        node = super().compose_node(parent, index)  # type: ignore[misc]
        height = self._open_heights.pop()
        if is_alias:
            self._aliases += 1
            if self._aliases > MOST_ALIASES:
                raise yaml.MarkedYAMLError(
                    problem=f"more than {MOST_ALIASES} aliases", problem_mark=mark
                )
            if id(node) not in self._sizes:
                raise _too_deep(mark)
            size, height = self._sizes[id(node)]
            self._count(size, mark)
            self._check_depth(height, mark)
        else:
            self._sizes[id(node)] = (self._nodes - before, height)
        self._open_heights[-1] = max(self._open_heights[-1], height + 1)
        return node

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)  # type: ignore[misc]
        except (ValueError, LookupError, AttributeError, ArithmeticError, TypeError) as error:
            what = f"has a value that is none: {error}"
            raise NoValueError(problem=what, problem_mark=node.start_mark) from error

    def _count(self, nodes: int, mark: yaml.Mark) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            problem = f"more than {MOST_NODES} keys and values, with those of its aliases"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=mark)

    def _check_depth(self, height: int, mark: yaml.Mark) -> None:
        if len(self._open_heights) + height > DEEPEST + 2:  # the root, and the one that is no node
            raise _too_deep(mark)


class _Values(_Bounds, yaml.SafeLoader):
    """Values as YAML 1.1 has them."""


class _Words(_Bounds, yaml.BaseLoader):
    """Every value a text as it stands."""


def _too_deep(mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem="nested too deep, or in itself", problem_mark=mark)


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    if len(node.value) > LONGEST_NUMBER:
        what = f"has a value that is none: an integer of {len(node.value)} digits"
        raise NoValueError(problem=what, problem_mark=node.start_mark)
    return loader.construct_yaml_int(node)


_Values.add_constructor("tag:yaml.org,2002:int", _integer)


def load_yaml(
    text: str, *, words: bool = False, tags: Tags | None = None
) -> tuple[object, yaml.Node | None]:
    """The document of a text, and its root node; None for a text without any.

    `words`: every key and value is a text as it stands. Raises yaml.YAMLError for what is no YAML,
    goes beyond the bounds above, or has a value that is none.
    """
    kind: type[Any] = _Words if words else _Values
    if tags:
        kind = type("_Tagged", (kind,), {})
        for tag, make in tags.items():
            kind.add_constructor(tag, make)
    loader = kind(text)
    try:
        root = loader.get_single_node()
        return (None if root is None else loader.construct_document(root)), root
    finally:
        loader.dispose()
