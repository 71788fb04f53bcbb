# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from generator.model.published import CLIPS_SHA256, MODEL_SHA256, hash_clips, published_rows
from generator.repository import DEFAULT_MODEL
from sounds.layouts import read_sounds
from tests.support.esc10 import ESC10_CLIPS

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


def test_accuracy_is_shown_for_the_clips_of_esc_10_alone() -> None:
    assert hash_clips(ESC10_CLIPS) == hash_clips(reversed(ESC10_CLIPS)) == CLIPS_SHA256
    of_esc10 = published_rows(MODEL_SHA256, CLIPS_SHA256)
    assert [row.accuracy_percent for row in of_esc10] == [94.6, 94.9]
    relabelled = [(ESC10_CLIPS[0][0], "cat"), *ESC10_CLIPS[1:]]
    for other in ("", hash_clips(ESC10_CLIPS[1:]), hash_clips(relabelled), hash_clips([])):
        rows = published_rows(MODEL_SHA256, other)
        assert [row.accuracy_percent for row in rows] == [None, None]
        assert [row.footprint_kib for row in rows] == [row.footprint_kib for row in of_esc10]
    assert published_rows("ab" * 32, CLIPS_SHA256) == ()


def test_the_clips_here_are_among_those_of_esc_10() -> None:
    folder = os.environ.get("ESC10_DIR")
    if not folder:
        pytest.skip("ESC10_DIR names no data set")
    here = {(sound.name, sound.category) for sound in read_sounds(Path(folder)).sounds}
    assert here and here <= set(ESC10_CLIPS)
