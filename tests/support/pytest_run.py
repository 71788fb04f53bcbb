# SPDX-License-Identifier: Apache-2.0
"""A second pytest, and sounds for it to play."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from generator.repository import REPO_ROOT
from hil.option_table import prefixed_arguments

NO_MODEL = b"\x1c\x00\x00\x00TFL3"
"""The beginning of a .tflite, and nothing of one."""

KEPT_OBJECTS_HOOK = REPO_ROOT / "tests" / "support" / "with_kept_objects"
"""Firmware that the run builds takes objects that are kept."""

LEAN = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest")  # which takes a second to import


def python_path() -> str:
    """PYTHONPATH of processes whose builds take kept objects."""
    folders = (str(KEPT_OBJECTS_HOOK), str(REPO_ROOT), os.environ.get("PYTHONPATH", ""))
    return os.pathsep.join(filter(None, folders))


def run_pytest(
    *arguments: str, cwd: Path = REPO_ROOT, theirs: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """`pytest -q ARGUMENTS THEIRS` to its end, whatever that is.

    Of `arguments` this project's options are given by the names that they have beside any other
    plug-in; `theirs` are another plug-in's, and stay as they are.
    """
    ours = prefixed_arguments(arguments)
    command = [sys.executable, "-m", "pytest", "-q", *LEAN, *ours, *theirs]
    environment = {**os.environ, "PYTHONPATH": python_path()}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def write_noise(folder: Path, labels: Iterable[str], samples: int) -> Path:
    """A folder a label, each with one clip of noise of its own; returns `folder`."""
    for number, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        noise = np.random.default_rng(number).normal(0.0, 0.2, samples)
        soundfile.write(folder / label / "take.wav", np.clip(noise, -1, 1), 16_000)
    return folder
