# SPDX-License-Identifier: Apache-2.0
"""What the parts of the pytest plug-in share in one run, on pytest's `config.stash`.

Read in every pytest run of an environment where mel2metal is installed: it imports nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hil.boards.recovery import Retry
    from hil.clips.clip_set import ClipSet
    from hil.options import Options
    from hil.report.journal import StoredJournal
    from hil.report.run import RunReport

OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
"""Missing: no board was named."""

CLIPS: pytest.StashKey[ClipSet] = pytest.StashKey()

RUN: pytest.StashKey[RunReport] = pytest.StashKey()
"""In the process that writes the report, where a board was named."""

RESUMED: pytest.StashKey[dict[str, StoredJournal]] = pytest.StashKey()
"""In the process that writes the report: the run that `--resume` goes on with, of each board."""

PENDING: pytest.StashKey[list[dict[str, Any]]] = pytest.StashKey()
"""Records that no test's report has carried home yet."""

FATAL: pytest.StashKey[list[tuple[str, int]]] = pytest.StashKey()
"""Why the run cannot go on, and its exit code."""

RETRIES: pytest.StashKey[list[tuple[str, Retry]]] = pytest.StashKey()
"""Steps of recovery that no test's report has carried home yet, each with its board."""


def is_controller(config: pytest.Config) -> bool:
    """Whether this process is no worker of pytest-xdist."""
    return not hasattr(config, "workerinput")
