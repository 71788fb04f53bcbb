# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError, ToolError
from training.config import TrainingConfig, load_config
from training.places import DEFAULT_CONFIG


def test_the_shipped_configuration_never_touches_fold_5() -> None:
    assert load_config(DEFAULT_CONFIG).folds == (1, 2, 3, 4)


def test_left_out_keys_have_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("seed: 7\n")
    assert load_config(path) == TrainingConfig(seed=7)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("sede: 7\nfit: {epochs: -1}\naugment: {mix_probability: 2}\n")
    with pytest.raises(InputError) as caught:
        load_config(path)
    places = [fault.where.rpartition(", ")[2] for fault in caught.value.faults]
    assert sorted(places) == ["augment.mix_probability", "fit.epochs", "sede"]


def test_text_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("fit: [1, 2\n")
    with pytest.raises(InputError, match="is no YAML"):
        load_config(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no training configuration"):
        load_config(tmp_path / "a.yaml")
