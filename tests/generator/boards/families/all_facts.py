# SPDX-License-Identifier: Apache-2.0
"""The facts of every family, by name."""

from __future__ import annotations

from tests.generator.boards.families import h7_facts, l4_facts, u5_facts
from tests.generator.boards.families.facts import Facts

FACTS: dict[str, Facts] = {
    "h7": h7_facts.FACTS,
    "l4": l4_facts.FACTS,
    "u5": u5_facts.FACTS,
}
