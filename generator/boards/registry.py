# SPDX-License-Identifier: Apache-2.0
"""The families of parts, found by their folders.

Each folder below `families/` has a module `family` with one `FAMILY`. Nothing else names them: a
new folder is a new family.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from generator.boards import families
from generator.boards.family import Family


@cache
def known_families() -> Mapping[str, Family]:
    """Import every family; return them by name, sorted.

    Raises `ImportError` where a folder holds no `family` module, `TypeError` where that module has
    no `FAMILY` of the folder's name: mistakes of the family's author.
    """
    found: dict[str, Family] = {}
    for folder in sorted(pkgutil.iter_modules(families.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{families.__name__}.{folder.name}.family")
        family = getattr(module, "FAMILY", None)
        if not isinstance(family, Family) or family.name != folder.name:
            raise TypeError(f"{module.__name__} has no FAMILY named {folder.name!r}")
        found[family.name] = family
    return MappingProxyType(found)


def family_of(name: str) -> Family:
    """Return the family `name`; KeyError if there is none."""
    return known_families()[name]
