# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from generator.model.published import MODEL_SHA256, published_rows
from generator.repository import DEFAULT_MODEL

ST_FILE = Path("st_yamnet_256") / "yamnet_256_64x96_tl_int8.tflite"


def test_rows_stand_beside_the_file_that_they_were_measured_on() -> None:
    assert [row.engine for row in published_rows(MODEL_SHA256)] == [
        "X-CUBE-AI 7.3",
        "X-CUBE-AI 10.0",
    ]


def test_our_own_model_is_another_one() -> None:
    digest = hashlib.sha256(DEFAULT_MODEL.read_bytes()).hexdigest()
    assert published_rows(digest) == ()


def test_the_hash_is_that_of_sts_file() -> None:
    folder = os.environ.get("MODELS_DIR")
    if not folder or not (Path(folder) / ST_FILE).is_file():
        pytest.skip("MODELS_DIR holds no model of ST's")
    assert hashlib.sha256((Path(folder) / ST_FILE).read_bytes()).hexdigest() == MODEL_SHA256
