# SPDX-License-Identifier: Apache-2.0
"""Count circles of imports: `python -m tools.import_circles [--root DIR] [PACKAGE ...]`.

A circle of modules: each can be reached from each other by imports. A circle of rooms: the same for
what stands side by side in one folder, a module or a whole subfolder. Every import statement
counts, wherever it stands: at the top, in a function, or under TYPE_CHECKING, because a reader
follows them all. Exit code 1 where there is a circle.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

PACKAGES = (
    "cross_check", "generator", "hil", "mel2metal", "scoring", "sounds", "tools", "training",
)  # fmt: skip

Graph = Mapping[str, frozenset[str]]
"""Names to the names that each imports."""


def find_modules(root: Path, packages: Sequence[str]) -> dict[str, Path]:
    """Dotted names of all modules below `root` in `packages`; a package by its `__init__`."""
    modules: dict[str, Path] = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def read_imports(modules: Mapping[str, Path]) -> dict[str, frozenset[str]]:
    """The imports of each module among these modules."""
    return {
        name: frozenset(_imports_of(ast.parse(path.read_text(encoding="utf-8")), modules)) - {name}
        for name, path in modules.items()
    }


def _imports_of(tree: ast.Module, modules: Mapping[str, Path]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            wanted = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in wanted:
            found = name
            while found and found not in modules:  # a name from within a module: the module
                found = found.rpartition(".")[0]
            if found:
                yield found


def rooms_of(imports: Graph) -> dict[str, dict[str, frozenset[str]]]:
    """For each folder: what stands in it, and what of the same folder each part imports."""
    folders: dict[str, dict[str, set[str]]] = {}
    for importer, imported in imports.items():
        for target in imported:
            one, other = importer.split("."), target.split(".")
            shared = 0
            while shared < min(len(one), len(other)) and one[shared] == other[shared]:
                shared += 1
            if shared == min(len(one), len(other)):  # a folder's own __init__ is no part of it
                continue
            parts = folders.setdefault(".".join(one[:shared]), {})
            ends = (".".join(one[: shared + 1]), ".".join(other[: shared + 1]))
            parts.setdefault(ends[1], set())
            parts.setdefault(ends[0], set()).add(ends[1])
    return {
        folder: {name: frozenset(targets) for name, targets in parts.items()}
        for folder, parts in sorted(folders.items())
    }


def find_circles(graph: Graph) -> list[list[str]]:
    """Strongly connected components of two or more names (R. Tarjan, 1972), each sorted."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    circles: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for target in sorted(graph.get(name, ())):
            if target not in order:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in path:
                lowest[name] = min(lowest[name], order[target])
        if lowest[name] == order[name]:
            at = path.index(name)
            if len(path) - at > 1:
                circles.append(sorted(path[at:]))
            del path[at:]

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return sorted(circles)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: print each circle, then how many there are."""
    parser = argparse.ArgumentParser(prog="python -m tools.import_circles", description=__doc__)
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="where the packages stand")
    options = parser.parse_args(arguments)
    imports = read_imports(find_modules(options.root, options.packages))
    of_modules = find_circles(imports)
    of_rooms = [circle for parts in rooms_of(imports).values() for circle in find_circles(parts)]
    for kind, circles in (("modules", of_modules), ("rooms", of_rooms)):
        for circle in circles:
            print(f"circle of {len(circle)} {kind}: {', '.join(circle)}")
    print(f"{len(imports)} modules, {len(of_modules)} circles of modules, {len(of_rooms)} of rooms")
    return 1 if of_modules or of_rooms else 0


if __name__ == "__main__":
    sys.exit(main())
