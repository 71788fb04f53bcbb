# SPDX-License-Identifier: Apache-2.0
"""The facts of every family, by name: each has a module `<family>_facts` here."""

from __future__ import annotations

import importlib

from generator.boards.registry import known_families
from tests.generator.boards.families.facts import Facts

FACTS: dict[str, Facts] = {
    name: importlib.import_module(f"{__package__}.{name}_facts").FACTS for name in known_families()
}
