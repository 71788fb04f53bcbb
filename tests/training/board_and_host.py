# SPDX-License-Identifier: Apache-2.0
"""The same clips on the virtual board (`pytest hil/`) and on the host (`make evaluate`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.pytest_run import run_pytest
from training.__main__ import main

CLIPS_ONLY = ("hil/suite/test_handshake.py", "hil/suite/test_clips.py")


def evaluate(model: Path, sounds: Path, out: Path, *options: str) -> dict[str, Any]:
    """The JSON of `python -m training evaluate`."""
    arguments = ["evaluate", "--model", str(model), "--data", str(sounds), "--json", str(out)]
    assert main([*arguments, *options]) == 0
    content: dict[str, Any] = json.loads(out.read_text())
    return content


def run_harness(
    model: Path, sounds: Path, build: Path, tests: tuple[str, ...], *options: str
) -> dict[str, Any]:
    """`pytest TESTS --virtual`, which must pass; its details."""
    done = run_pytest(
        *(*tests, "--board", "u585", "--virtual", "--model", str(model)),
        *("--sounds", str(sounds), "--build-dir", str(build), *options),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = build / "hil" / "u585" / "latest"
    content: dict[str, Any] = json.loads((folder / "details.json").read_text())
    return content


def assert_same_decisions(board: dict[str, Any], host: dict[str, Any], clips: int) -> None:
    """Clip for clip: truth, decision and detected classes."""
    by_host = {one["clip"]: one for one in host["decisions"]}
    assert len(board["clips"]) == clips
    for one in board["clips"]:
        other = by_host[one["clip"]]
        assert one["decision"] == other["decided"], one["clip"]
        assert list(one["detected"]) == other["detected"], one["clip"]
        assert list(one["truth"]) == other["labels"], one["clip"]
        assert one["fold"] == other["fold"], one["clip"]
