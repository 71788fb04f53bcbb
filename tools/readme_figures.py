# SPDX-License-Identifier: Apache-2.0
"""The figures of README.md, from the records of docs/figures/ and the JSON files of the repository.

`python -m tools.readme_figures --check`   1 and a list where README.md says something else
`python -m tools.readme_figures --write`   write them into README.md
`python -m tools.readme_figures --record hil-u585 --command "make hil ..." --log FILE --report DIR
    --project build/u585`                  make a record of a run: its output, and its report
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from generator.model.published import CLIPS_SHA256, MODEL_SHA256, published_rows
from generator.repository import DEFAULT_MODEL, REPO_ROOT
from tools.figure_records import FOLDER, Record, make_record, read_record, wrong_numbers

README = REPO_ROOT / "README.md"
PICTURE = REPO_ROOT / "docs" / "images" / "report.png"
PICTURE_OF = "hil-u585-st"
"""The record whose report.png README shows."""

_BLOCK = re.compile(r"(<!-- figures: ([\w-]+) -->\n)(.*?)(<!-- end of figures -->)", re.S)
_LEFT_OUT = (
    (r"rendering", r"The network alone"),
    (r"Everything linked", r"image: "),
    (r"compiler", r"model|SHA-256"),
    (r"classes ", r"patches"),
    (r"features ", r"stack"),
)
"""Of an output: from a line that begins so, to the next that begins so."""

_FIELD = re.compile(r"\{(\w+)\}")


def block_names(readme: str) -> list[str]:
    """The records that README shows, in order."""
    return [name for _, name, _, _ in _BLOCK.findall(readme)]


def block_text(record: Record) -> str:
    """The record's output as README shows it: `...` for what is left out."""
    shown: list[str] = []
    stop = ""
    for line in record["printed"]:
        if not stop or re.match(stop, line):
            stop = next((last for first, last in _LEFT_OUT if re.match(first, line)), "")
        if not stop:
            shown.append(line)
        elif shown[-1] != "...":
            shown.append("...")
    return "```text\n" + "\n".join(shown) + "\n```\n"


def _percent(value: float) -> str:
    return f"{100 * value:.2f}"


def _cross_validated() -> dict[str, str]:
    card: dict[str, Any] = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text("utf-8"))
    scores = card["cross_validation"]
    if scores["float32_all"] != scores["int8_all"]:
        raise ValueError("README says that float and int8 are alike; the card says otherwise")
    share = scores["int8_all"]
    return {
        "accuracy": _percent(share["correct"] / share["total"]),
        "low": _percent(share["low"]),
        "high": _percent(share["high"]),
    }


def _published() -> dict[str, str]:
    first, second = published_rows(MODEL_SHA256, CLIPS_SHA256)
    return {"first": str(first.accuracy_percent), "second": str(second.accuracy_percent)}


def _played() -> dict[str, str]:
    return {"clips": str(read_record(PICTURE_OF)["report"]["clips"])}


PHRASES: tuple[tuple[str, Callable[[], dict[str, str]]], ...] = (
    ("cross-validated accuracy is {accuracy} % ({low} to {high} %)", _cross_validated),
    ("a clip accuracy of {first} and {second} % on a random", _published),
    ("on the virtual U585, {clips} clips of ESC-10", _played),
)
"""Sentences of README with figures, and where these come from."""


def with_figures(readme: str) -> str:
    """README's text with every block and phrase as the records have it.

    Raises ValueError where a phrase is no longer in README.
    """

    def filled(match: re.Match[str]) -> str:
        return f"{match[1]}{block_text(read_record(match[2]))}{match[4]}"

    text = _BLOCK.sub(filled, readme)
    for phrase, values in PHRASES:
        pattern = re.compile(_pattern_of(phrase))
        if not pattern.search(text):
            raise ValueError(f"README.md has no sentence like: {phrase}")
        text = pattern.sub(_worded(phrase.format(**values())), text)
    return text


def _pattern_of(phrase: str) -> str:
    parts = (
        r"[\d.,]+" if index % 2 else re.escape(part)
        for index, part in enumerate(_FIELD.split(phrase))
    )
    return "".join(parts).replace(r"\ ", r"\s")


def _worded(words: str) -> Callable[[re.Match[str]], str]:
    """Puts the words in a match's place, with its line breaks."""

    def replace(found: re.Match[str]) -> str:
        spaces = [*re.findall(r"\s", found.group()), ""]
        return "".join(f"{word}{space}" for word, space in zip(words.split(), spaces, strict=True))

    return replace


def findings(readme: str) -> list[str]:
    """What is wrong with README's figures and with the records."""
    names = block_names(readme)
    found = [f"{name}: {what}" for name in names for what in wrong_numbers(read_record(name))]
    if with_figures(readme) != readme:
        found.append("README.md differs from docs/figures/: python -m tools.readme_figures --write")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the three; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.record:
        if not (options.command and options.log and options.report):
            parser.error("--record needs --command, --log and --report")
        try:
            log = options.log.read_text(encoding="utf-8")
            record = make_record(options.command, log, options.report, options.project)
        except (OSError, ValueError) as error:
            parser.error(str(error))
        FOLDER.mkdir(exist_ok=True)
        text = json.dumps(record, indent=1, ensure_ascii=False)
        (FOLDER / f"{options.record}.json").write_text(text + "\n", encoding="utf-8")
        if options.record == PICTURE_OF:
            shutil.copyfile(options.report / "report.png", PICTURE)
        return 0
    readme = README.read_text(encoding="utf-8")
    if options.write:
        README.write_text(with_figures(readme), encoding="utf-8")
        return 0
    found = findings(readme)
    print("\n".join(found) or "README.md says what docs/figures/ says")
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.readme_figures", description="The figures of README.md."
    )
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument("--check", action="store_true", help="compare README.md with the records")
    task.add_argument("--write", action="store_true", help="write the figures into README.md")
    task.add_argument("--record", metavar="NAME", help="make docs/figures/NAME.json of a run")
    parser.add_argument("--command", metavar="TEXT", help="what was run, for --record")
    parser.add_argument("--log", type=Path, metavar="FILE", help="what it printed, for --record")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="its report or project, for --record"
    )
    parser.add_argument(
        "--project", type=Path, metavar="DIR", help="the project that ran, beside a report"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
