# SPDX-License-Identifier: Apache-2.0
"""A model measured on the clips that trained it is named so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from generator.repository import DEFAULT_MODEL
from hil.clips.model_card import Provenance, read_provenance

CARD = {
    "files": {"tflite": {"m.tflite": "ab"}},
    "data": {"folds": [1, 2]},
    "cross_validation": {
        "int8_all": {"correct": 303, "total": 320, "low": 0.916578, "high": 0.96657}
    },
}


def test_card_of_the_shipped_model_is_understood() -> None:
    sha256 = hashlib.sha256(DEFAULT_MODEL.read_bytes()).hexdigest()
    found = read_provenance(DEFAULT_MODEL, sha256)
    card = json.loads(DEFAULT_MODEL.with_suffix(".json").read_text())
    assert list(found.folds) == card["data"]["folds"] != []
    assert f"of {card['cross_validation']['int8_all']['total']} clips" in found.cross_validated


def test_card_of_other_bytes_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text(json.dumps(CARD))
    found = read_provenance(tmp_path / "m.tflite", "ab")
    assert found == Provenance((1, 2), "94.69 % (91.66 to 96.66 %) of 320 clips")
    assert read_provenance(tmp_path / "m.tflite", "cd") == Provenance()
    assert read_provenance(tmp_path / "other.tflite", "ab") == Provenance()


def test_thresholds_of_its_own_are_told_of(tmp_path: Path) -> None:
    asks = CARD | {"config": {"decision": {"threshold": 0.6}}}
    by_thresholds = {"int8_all": {"correct": 288, "total": 320, "low": 0.8622, "high": 0.9282}}
    for card, said in (
        (asks, "94.69 % (91.66 to 96.66 %) of 320 clips, without its thresholds"),
        (asks | {"thresholded": by_thresholds}, "90.00 % (86.22 to 92.82 %) of 320 clips"),
    ):
        (tmp_path / "m.json").write_text(json.dumps(card))
        assert read_provenance(tmp_path / "m.tflite", "ab").cross_validated == said


@pytest.mark.parametrize("total", [0, None, "many", []])
def test_a_card_of_no_clips_says_nothing(tmp_path: Path, total: object) -> None:
    share = {"correct": 0, "total": total, "low": 0.0, "high": 1.0}
    card = CARD | {"cross_validation": {"int8_all": share}}
    (tmp_path / "m.json").write_text(json.dumps(card))
    assert read_provenance(tmp_path / "m.tflite", "ab") == Provenance()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"files": {"tflite": 3}}',
        "\xff",
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_file_that_is_no_card_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.json").write_text(text, encoding="latin-1")
    assert read_provenance(tmp_path / "m.tflite", "ab") == Provenance()
