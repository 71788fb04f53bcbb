# SPDX-License-Identifier: Apache-2.0
"""What made a report: version, commit, and what else took part."""

from __future__ import annotations

import platform
import subprocess
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from generator.repository import REPO_ROOT
from hil.report.model import Tool

GIT_TIMEOUT_S = 20
"""Longest wait for git: a checkout on a network drive is no reason to lose a report."""


@cache
def describe_tool() -> Tool:
    """This process's mel2metal."""
    commit, dirty = read_commit(REPO_ROOT)
    versions = tool_versions()
    return Tool(
        version=versions.get("mel2metal", "unknown"),
        commit=commit,
        dirty=dirty,
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        packages={name: text for name, text in versions.items() if name != "mel2metal"},
    )


def tool_versions() -> dict[str, str]:
    """Versions of what took part, of what is installed; the compiler's is in the report."""
    versions = {"python": platform.python_version()}
    for name in ("mel2metal", "pytest", "pyocd", "unicorn"):
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def read_commit(root: Path) -> tuple[str | None, bool | None]:
    """The commit of the checkout at `root`, and whether a tracked file differs from it.

    (None, None) where `root` is no checkout of its own (an installed package may lie within
    somebody else's), or where there is no git.
    """
    if not (root / ".git").exists():
        return None, None
    commit = _git(root, "rev-parse", "HEAD")
    if commit is None:
        return None, None
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return commit, None if changed is None else bool(changed)


def _git(root: Path, *arguments: str) -> str | None:
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=GIT_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
