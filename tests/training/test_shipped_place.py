# SPDX-License-Identifier: Apache-2.0
"""A model of other sounds or folds does not take the shipped model's place.

It is refused before TensorFlow is started, and so tested without.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from generator.errors import EXIT_INPUT, InputError
from generator.repository import DEFAULT_MODEL, REPO_ROOT
from tests.training.synthetic import write_folders
from training.__main__ import main
from training.config import TrainingConfig, load_config
from training.configs import CAUSAL_CONFIG, DEFAULT_CONFIG
from training.dataset import Clip, DataSet
from training.paths import MODELS
from training.shipped import ESC10_CLIPS_A_FOLD, check_folds_of_shipped, check_sounds_of_shipped

LABELS = tuple(DEFAULT_MODEL.with_suffix(".labels.txt").read_text(encoding="utf-8").split())
SHIPPED = load_config(DEFAULT_CONFIG)


def make_esc10(clips: int, *, name: str = "1-100-A-0") -> DataSet:
    made = tuple(Clip(Path(f"{name}.wav"), name, 1 + at % 4, (0,), name) for at in range(clips))
    return DataSet(Path("somewhere"), LABELS, made, has_table=True)


@pytest.fixture
def own_sounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ESC10_DIR", raising=False)
    monkeypatch.delenv("MODELS_DIR", raising=False)
    return write_folders(tmp_path / "mine", {"tone": 6, "burst": 6}, duration_s=0.5)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "is of ESC-10; a model of {mine} would overwrite it"),
        (("--folds", "1,2"), "is of folds 1, 2, 3, 4; a model of folds 1, 2 would overwrite it"),
        (("--folds", "5"), "is of folds 1, 2, 3, 4; a model of folds 5 would overwrite it"),
        (("--out", str(MODELS)), "is of ESC-10; a model of {mine} would overwrite it"),
    ],
)
def test_other_sounds_and_folds_are_refused(
    own_sounds: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    complaint: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = DEFAULT_MODEL.read_bytes()
    run = tmp_path / "run"
    assert main(["train", "--data", str(own_sounds), "--run", str(run), *options]) == EXIT_INPUT
    printed = capsys.readouterr().err
    assert f"models/{DEFAULT_MODEL.name}: {complaint.format(mine=own_sounds)}" in printed
    assert "remedy: train with a configuration of your own (make train CONFIG=mine.yaml" in printed
    assert "--out FOLDER" in printed
    assert not run.exists()
    assert DEFAULT_MODEL.read_bytes() == before


def test_esc10_itself_may_go_there() -> None:
    check_folds_of_shipped(MODELS, SHIPPED)
    check_sounds_of_shipped(MODELS, SHIPPED, make_esc10(4 * ESC10_CLIPS_A_FOLD))


def test_part_of_esc10_may_not() -> None:
    with pytest.raises(InputError, match="a model of 319 of its 320 clips would overwrite it"):
        check_sounds_of_shipped(MODELS, SHIPPED, make_esc10(319))


def test_every_shipped_model_is_protected() -> None:
    causal = load_config(CAUSAL_CONFIG)
    check_folds_of_shipped(MODELS, causal)
    check_sounds_of_shipped(MODELS, causal, make_esc10(4 * ESC10_CLIPS_A_FOLD))
    with pytest.raises(InputError, match=r"models/yamnet_256_esc10_causal\.tflite: is of folds"):
        check_folds_of_shipped(MODELS, causal.model_copy(update={"folds": (5,)}))
    with pytest.raises(InputError, match="a model of 319 of its 320 clips would overwrite it"):
        check_sounds_of_shipped(MODELS, causal, make_esc10(319))


def test_another_folder_or_name_takes_anything(tmp_path: Path) -> None:
    elsewhere = SHIPPED.model_copy(update={"folds": (5,)})
    check_folds_of_shipped(tmp_path, elsewhere)
    check_sounds_of_shipped(tmp_path, elsewhere, make_esc10(3, name="dog"))
    named = TrainingConfig(name="mine", folds=(1, 2))
    check_folds_of_shipped(MODELS, named)
    check_sounds_of_shipped(MODELS, named, make_esc10(3, name="dog"))


@pytest.mark.parametrize("command", ["train", "cv", "quantize", "evaluate"])
def test_make_passes_sounds_and_folds_on(command: str) -> None:
    printed = subprocess.run(
        ["make", "-n", command, "SOUNDS=my sounds", "FOLDS=1,2"],
        cwd=REPO_ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [one for one in printed.splitlines() if f"-m mel2metal {command}" in one]
    assert ["--check" in line for line in lines] == (
        [False] if command == "evaluate" else [True, False]
    )
    for line in lines:
        whole = printed[printed.index(line) :]
        assert '--data "my sounds" --folds "1,2"' in whole.partition("\n.")[0]
