# SPDX-License-Identifier: Apache-2.0
"""Which mel2metal made a report."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hil.report.tool import describe_tool, read_commit


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *author, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one file, committed."""
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_commit_of_a_checkout_and_whether_a_tracked_file_differs(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    (checkout / "untracked").write_text("no matter")
    assert read_commit(checkout) == (commit, False)
    (checkout / "file").write_text("two")
    assert read_commit(checkout) == (commit, True)


def test_an_installed_package_within_a_checkout_has_none(checkout: Path) -> None:
    package = checkout / "venv" / "site-packages"
    package.mkdir(parents=True)
    assert read_commit(package) == (None, None)


def test_without_git_there_is_none(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(checkout))
    assert read_commit(checkout) == (None, None)


def test_a_checkout_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert read_commit(tmp_path) == (None, None)


def test_it_names_version_platform_and_python() -> None:
    tool = describe_tool()
    assert tool.version != "unknown"
    assert tool.packages.keys() >= {"python", "pytest"}
    assert tool.platform
