# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from training.config import TrainingConfig, load_config
from training.configs import DEFAULT_CONFIG


def test_the_shipped_configuration_never_touches_fold_5() -> None:
    assert load_config(DEFAULT_CONFIG).folds == (1, 2, 3, 4)


def test_left_out_keys_have_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("seed: 7\n")
    assert load_config(path) == TrainingConfig(seed=7)


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("sede: 7\nfit: {epochs: -1}\naugment: {mix_probability: 2}\n")
    with pytest.raises(InputError) as caught:
        load_config(path)
    places = sorted(fault.where for fault in caught.value.faults)
    assert places == ["a.yaml:1: sede", "a.yaml:2: fit.epochs", "a.yaml:3: augment.mix_probability"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"fit: [1, 2\n", r"a\.yaml:2: is not YAML"),
        (b"name: caf\xe9\n", "not UTF-8 text"),
        (b"- 1\n", "holds no setting"),
        (b"", "holds no setting"),
        (b"seed: 1\nseed: 2\n", r"a\.yaml:2: seed: duplicate key"),
        (b"augment: {gain_db_low: .nan}\n", r"augment\.gain_db_low: Input should be a finite"),
        (b"fit: {learning_rate: .inf}\n", r"fit\.learning_rate: Input should be a finite"),
        (b"augment: {gain_db_low: 9}\n", "gain_db_low is above augment.gain_db_high"),
        (b"augment: {mask_bands: 65}\n", "mask_bands is wider than the patch"),
        (b"fit: {epochs: 1}\n", "fit.warmup_epochs 1 is not below fit.epochs 1: the rate"),
        (b"fit: {epochs: 4, warmup_epochs: 4.5}\n", "warmup_epochs 4.5 is not below fit.epochs 4"),
        (b"input: {step_frames: 48}\n", "step_frames must be that of the firmware"),
        (b"input: {bands: 40}\n", r"input\.bands: Input should be 64"),
    ],
)
def test_what_is_no_configuration_is_refused(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        load_config(path)


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.yaml: cannot be read: No such file"):
        load_config(tmp_path / "a.yaml")


def test_the_head_alone_needs_no_warm_up(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("fit: {epochs: 0}\n")
    assert load_config(path).fit.epochs == 0


def test_the_example_for_own_sounds_is_a_configuration() -> None:
    example = load_config(DEFAULT_CONFIG.with_name("own_sounds.yaml"))
    assert (example.data.folder, example.data.other) == ("sounds", "other")
    assert example.decision.threshold == "auto"
    assert example.folds == (1, 2, 3, 4)
