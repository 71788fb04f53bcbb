# SPDX-License-Identifier: Apache-2.0
"""A run that is killed at its worst moments ends, when started again, with the same model."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")

from tests.training.killed_in_write import Trainings
from tests.training.synthetic import TINY_CONFIG, write_folders
from training.card import Card, read_card

pytestmark = pytest.mark.slow


KILLED_IN_WRITE = (
    (3, "fold-1.checkpoint.npz"),  # of its second epoch
    (4, "fold-1.json"),
    (7, "fold-2.json"),
    (4, "cross_validation.json"),
    (6, "train.checkpoint.npz"),
    (15, "tiny.tflite"),  # the second of the finished files
)
"""Each counted from the start of its own process, which goes on where the one before was cut.
The first write of each is the configuration."""

FINISHED = {"tiny.keras", "tiny.tflite", "tiny.frontend.yaml", "tiny.labels.txt",
            "tiny.decision.yaml", "tiny.json", "tiny.md"}  # fmt: skip


@pytest.fixture
def trainings(tmp_path: Path) -> Iterator[Trainings]:
    started = Trainings(tmp_path)
    yield started
    started.close()


def run(trainings: Trainings, folder: Path, name: str, kill_in: int | None = None) -> int:
    """Train into `folder / name`; the exit code, negative for a signal."""
    arguments = [
        "train", "--config", str(folder / "tiny.yaml"), "--run", str(folder / name / "run"),
        "--out", str(folder / name / "out"), "--threads", "1",
    ]  # fmt: skip
    code, printed = trainings.run(arguments, kill_in)
    assert code in (0, -signal.SIGKILL), printed
    assert "Traceback" not in printed
    return code


def without_keras_hash(card: Card) -> Card:
    """The .keras file holds the time of its writing, so its hash is another each time."""
    files = card.files.model_copy(update={"keras": {}})
    return card.model_copy(update={"files": files})


def test_a_run_killed_again_and_again_ends_with_the_same_model(
    tmp_path: Path, trainings: Trainings
) -> None:
    write_folders(tmp_path / "sounds", {"tone": 15, "other": 15}, duration_s=1.0)
    (tmp_path / "tiny.yaml").write_text(TINY_CONFIG)
    assert run(trainings, tmp_path, "uncut") == 0
    for number, name in KILLED_IN_WRITE:
        assert run(trainings, tmp_path, "cut", number) == -signal.SIGKILL, (
            f"was to be killed in {name}"
        )
        (part,) = (tmp_path / "cut").rglob("*.part")
        assert part.name.startswith(f".{name}."), "killed in the middle of this write"
    cut, uncut = tmp_path / "cut" / "out", tmp_path / "uncut" / "out"
    assert not (cut / "tiny.json").exists(), "the card is the last to come"
    assert run(trainings, tmp_path, "cut") == 0
    assert {path.name for path in cut.iterdir()} == FINISHED
    for name in FINISHED - {"tiny.keras", "tiny.json", "tiny.md"}:
        assert (cut / name).read_bytes() == (uncut / name).read_bytes(), name
    cards = [without_keras_hash(read_card(out / "tiny.json")) for out in (cut, uncut)]
    assert cards[0] == cards[1]
    left = {path.name for path in (tmp_path / "cut" / "run").iterdir()}
    assert left == {path.name for path in (tmp_path / "uncut" / "run").iterdir()}
    assert not [name for name in left if name.endswith((".part", ".npz")) or name == ".scratch"]
