# SPDX-License-Identifier: Apache-2.0
"""The words of the project: few terms of its own, and the field's words for everything else."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest

from generator.repository import REPO_ROOT
from tests.test_house_rules import tracked_texts

MOST_OWN_TERMS = 15
GLOSSARY = (REPO_ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
TERM = re.compile(r"^\| \*\*([^*]+)\*\*", re.M)

INSTEAD = {
    r"played again": "retried",
    r"sent again": "resent",
    r"\bunsure\b": "undecided",
    r"\banew\b": "again",
    r"\bgreet(?:s|ed|ings?)?\b": "handshake, HELLO",
    r"\baffair\b": "the part that is responsible",
    r"\bwitness\b": "independent check, evidence",
    r"\bladder\b": "recovery steps",
    r"\bsecond opinion\b": "check, comparison",
    r"\bthe bill\b": "footprint, cost",
    r"\bin vain\b": "without success, timed out",
    r"\bstands? (?:twice|still)\b": "duplicate; is stopped, is halted",
    r"\btold apart\b": "distinguished",
    r"\bmade-up\b": "simulated, synthetic",
    r"\bin the place of\b": "instead of",
    r"\ba folder a class\b": "one folder per class",
    r"\bone a line\b": "one per line",
    r"\bshares of one whole\b": "probabilities that sum to 1",
    r"\bthe two judges\b": "the two reference implementations",
    r"measured on the board\b": "say what was measured, and on which board",
}
"""Riddles, and what is said instead: in pages and in what people read of the tool."""

PAGES = re.compile(
    r"^(?:README\.md|docs/.*\.md|docs/ci/.*|models/.*\.md|boards\.yaml|pyproject\.toml)$"
)
TEXTS = re.compile(
    r"^(?:firmware_templates/|generator/|hil/|sounds/|scoring/|mel2metal/|cross_check/)"
)


def own_terms(glossary: str) -> list[str]:
    """The terms of the first table, those in the project's own sense."""
    return TERM.findall(glossary.partition("\n## ")[0])


def riddles(text: str) -> list[str]:
    """Words that are not used, each with what is said instead."""
    found = []
    for word, better in INSTEAD.items():
        for match in re.finditer(word, text, re.I):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"line {line}: {match.group()!r}; say: {better}")
    return found


def texts(paths: re.Pattern[str]) -> dict[PurePosixPath, str]:
    """The tracked texts whose paths match."""
    return {path: text for path, text in tracked_texts().items() if paths.match(str(path))}


def test_few_terms_are_the_projects_own() -> None:
    terms = own_terms(GLOSSARY)
    assert 5 < len(terms) <= MOST_OWN_TERMS
    assert len(set(terms)) == len(terms)
    assert len(own_terms(GLOSSARY + "| **late** | x |\n")) == len(terms)
    assert own_terms("| **a** | x |\n| **b c** | y |\n\n## Other\n| **d** | z |\n") == ["a", "b c"]


def test_each_term_is_used_somewhere() -> None:
    pages = {path: text for path, text in texts(PAGES).items() if path.name != "glossary.md"}
    prose = "\n".join(pages.values()).lower()
    unused = [term for term in own_terms(GLOSSARY) if not re.search(rf"\b{term}s?\b", prose)]
    assert unused == []


@pytest.mark.parametrize("paths", [PAGES, TEXTS], ids=["pages", "code and templates"])
def test_no_text_speaks_in_riddles(paths: re.Pattern[str]) -> None:
    found = [f"{path}: {what}" for path, text in texts(paths).items() for what in riddles(text)]
    assert not found, "\n".join(found)


def test_each_riddle_is_found() -> None:
    text = "2 clips played again\nbelow it: Unsure; the counter stands still\n"
    assert riddles(text) == [
        "line 1: 'played again'; say: retried",
        "line 2: 'Unsure'; say: undecided",
        "line 2: 'stands still'; say: duplicate; is stopped, is halted",
    ]
    assert riddles("retried, resent, undecided, again; the operand stands for 0\n") == []
