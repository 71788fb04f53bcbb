# SPDX-License-Identifier: Apache-2.0
"""The limits in a user's pyproject.toml: the table `[tool.mel2metal]`."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from generator.boards.record import RunLimits
from generator.errors import Fault

PROJECT_FILE = "pyproject.toml"
TABLE = "tool.mel2metal"


class ProjectSettings(RunLimits):
    """The keys of `[tool.mel2metal]`: those of `budgets:` that concern a run, and one more."""

    require_sounds: bool = False
    """Whether a run without a data set is an error."""


def read_project_settings(root: Path, faults: list[Fault]) -> ProjectSettings:
    """The table of `root/pyproject.toml`; empty where there is no file, no table, or a fault."""
    path = root / PROJECT_FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ProjectSettings()
    except (OSError, ValueError, RecursionError) as error:  # ValueError: TOML, UTF-8, a number
        reason = "nested too deep" if isinstance(error, RecursionError) else error
        faults.append(Fault(str(path), f"cannot be read: {reason}", "mend it"))
        return ProjectSettings()
    tool = content.get("tool", {})
    table = tool.get("mel2metal", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        faults.append(Fault(f"{path}: {TABLE}", "is no table", f"write [{TABLE}]"))
        return ProjectSettings()
    try:
        return ProjectSettings.model_validate(table)
    except ValidationError as error:
        faults += [_fault(path, detail) for detail in error.errors(include_url=False)]
        return ProjectSettings()


def _fault(path: Path, detail: Any) -> Fault:
    key = ".".join(map(str, detail["loc"]))
    where = f"{path}: {TABLE}.{key}"
    if detail["type"] != "extra_forbidden":
        return Fault(where, f"{detail['msg']}, found {detail['input']!r}", "mend the value")
    known = list(ProjectSettings.model_fields)
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(sorted(known))}"
    return Fault(where, "unknown key", remedy)
