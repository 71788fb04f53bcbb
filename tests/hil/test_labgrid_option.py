# SPDX-License-Identifier: Apache-2.0
"""`--lg-env` is labgrid's option where its plug-in is loaded, and ours where it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT

pytestmark = pytest.mark.slow

LABGRIDS_PLUGIN = """
def pytest_addoption(parser):
    parser.getgroup("labgrid").addoption("--lg-env", dest="lg_env", help="labgrid's own")
"""


@pytest.mark.parametrize("ours_first", [True, False])
def test_labgrids_own_option_and_ours_do_not_meet(tmp_path: Path, ours_first: bool) -> None:
    (tmp_path / "labgrids_plugin.py").write_text(LABGRIDS_PLUGIN)
    info = tmp_path / "labgrid-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: labgrid\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\nlabgrid = labgrids_plugin\n")
    first = ["-p", "mel2metal" if ours_first else "labgrid"]
    no_labgrid = ["-p", "no:labgrid"]
    for given, text in ((first, "labgrid's own"), (no_labgrid, "labgrid's environment")):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *given, "--help"],
            env={**os.environ, "PYTHONPATH": f"{tmp_path}:{REPO_ROOT}"},
            cwd=REPO_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("--lg-env") == 1
        assert text in done.stdout
