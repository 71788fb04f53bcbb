# SPDX-License-Identifier: Apache-2.0
"""Which mel2metal this is: its version, and the commit where it runs in a checkout."""

from __future__ import annotations

import argparse
import subprocess
from importlib import metadata
from typing import Any

from generator.repository import IN_CHECKOUT, SOURCE_ROOT

SECONDS_TO_ANSWER = 10


def version() -> str:
    """The version of the installed package, such as `0.1.0`."""
    try:
        return metadata.version("mel2metal")
    except metadata.PackageNotFoundError:
        return "not installed"


def commit() -> str | None:
    """The checkout's commit, with `-dirty` where files differ from it; None outside a checkout."""
    if not IN_CHECKOUT:
        return None
    command = ["git", "-C", str(SOURCE_ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    command += ["--exclude=*"]  # the commit alone, whatever tags there are
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=SECONDS_TO_ANSWER
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def describe_version() -> str:
    """One line for people: `mel2metal 0.1.0, commit 1f2e3d…`."""
    known = commit()
    return f"mel2metal {version()}, commit {known}" if known else f"mel2metal {version()}"


class ShowVersion(argparse.Action):
    """`--version`: print and exit; git is asked only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the line and exit with code 0."""
        print(describe_version())
        parser.exit()
