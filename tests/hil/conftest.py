# SPDX-License-Identifier: Apache-2.0
"""A small model with a folder for what is built from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tiny_model import TINY_LABELS, tiny_model


@pytest.fixture(scope="session")
def tiny_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for builds, with `m.tflite` and its labels in it."""
    folder = tmp_path_factory.mktemp("build")
    (folder / "m.tflite").write_bytes(tiny_model())
    (folder / "m.labels.txt").write_text("\n".join(TINY_LABELS) + "\n")
    return folder
