# SPDX-License-Identifier: Apache-2.0
"""The guide quotes messages as the code has them: its tables of lines and of symptoms."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from generator.repository import REPO_ROOT

GUIDE = (REPO_ROOT / "docs" / "hil.md").read_text(encoding="utf-8")
VALUE = re.compile(
    r"…|<\w+>|\bN\b|\bu?\d+\b|\bh743\b|STM32\w+|/dev/\w+|remote:|rfc2217://|labgrid-client"
    r"|HardFault|%|×|\b(?:test|time)s\b|: "
)
"""What stands in a quotation for a value of the message."""
OF_THE_SYSTEM = ("Permission denied", "Could not exclusively lock port", "Device or resource busy")
LEAST_ROWS = 20


def rows(heading: str) -> list[tuple[str, ...]]:
    """The cells of the table below a heading."""
    section = GUIDE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in table[1:]]


def quotations(heading: str) -> list[str]:
    return [text for row in rows(heading) for text in re.findall(r"`([^`]+)`", row[0])]


@cache
def messages() -> str:
    """Every text of the harness, one a line, with … in the places of values."""
    found = []
    sources = sorted((REPO_ROOT / "hil").rglob("*.py"))
    for path in (*sources, REPO_ROOT / "generator" / "wire" / "limits.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (one.value if isinstance(one, ast.Constant) else "…" for one in node.values)
                found.append("".join(map(str, parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return "\n".join(found)


def unknown_parts(quotation: str) -> list[str]:
    """The parts of a quotation that no message has."""
    parts = (part.strip(" :,()") for part in VALUE.split(quotation))
    known = (*OF_THE_SYSTEM, messages())
    return [part for part in parts if part and not any(part in text for text in known)]


@pytest.mark.parametrize("quotation", quotations("Symptoms") + quotations("What is printed"))
def test_a_quoted_message_is_one_of_the_code(quotation: str) -> None:
    assert unknown_parts(quotation) == []


def test_there_are_symptoms_enough_and_each_has_a_cure() -> None:
    table = rows("Symptoms")
    filled = [row for row in table if not row[0].startswith("**")]
    assert len(filled) >= LEAST_ROWS
    assert all(len(row) == 3 and all(row) for row in filled)


def test_a_message_that_the_code_has_no_more_is_found() -> None:
    assert unknown_parts("the probe … does not sing") == ["does not sing"]
