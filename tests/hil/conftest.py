# SPDX-License-Identifier: Apache-2.0
"""A small model with a folder for what is built from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.model_files import write_model
from tests.support.tiny_model import TINY_LABELS, tiny_model


@pytest.fixture(scope="session")
def tiny_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for builds, with `m.tflite`, its record and its labels in it."""
    folder = tmp_path_factory.mktemp("build")
    write_model(folder / "m.tflite", tiny_model(), TINY_LABELS)
    return folder
