# SPDX-License-Identifier: Apache-2.0
"""A new decision file keeps the `events:` of the one before it, or that one stays beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.model.decision_file import DecisionSettings, read_settings, settings_text
from training.earlier_events import with_earlier_events

NEW = DecisionSettings(threshold=0.7)
EVENTS = "events:\n  begin: 0.8\n  classes:\n    dog:\n      begin: 0.9\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "net.decision.yaml").write_text(f"threshold: 0.5\n{EVENTS}")
    return tmp_path / "net.tflite"


@pytest.mark.parametrize("new", [NEW, None])
def test_events_stay_and_thresholds_are_the_new_ones(
    model: Path, new: DecisionSettings | None
) -> None:
    said: list[str] = []
    earlier = read_settings(model).events
    whole = with_earlier_events(new, model, ["dog", "rain"], said.append)
    assert whole is not None
    assert whole.events == earlier
    assert whole.threshold == (new.threshold if new else None)
    assert said == ["note: the events: of net.decision.yaml stay as they were"]
    assert "begin: 0.9" in settings_text(whole)


@pytest.mark.parametrize(
    ("text", "labels", "told"),
    [
        (EVENTS, ["cat"], "its events: name what is no class of this model, dog"),
        ("events: [1\n", ["dog"], "cannot be read ("),
    ],
)
def test_what_cannot_stay_is_kept_beside(
    model: Path, text: str, labels: list[str], told: str
) -> None:
    path = model.with_name("net.decision.yaml")
    path.write_text(text)
    said: list[str] = []
    assert with_earlier_events(NEW, model, labels, said.append) == NEW
    (kept,) = model.parent.iterdir()
    assert kept.read_text() == text
    assert kept.name.startswith("net.decision.kept-")
    assert told in said[0]
    assert said[0].endswith(f"kept as {kept.name}")


def test_without_events_nothing_is_said(model: Path) -> None:
    model.with_name("net.decision.yaml").write_text("threshold: 0.5\n")
    said: list[str] = []
    assert with_earlier_events(NEW, model, ["dog"], said.append) == NEW
    model.with_name("net.decision.yaml").unlink()
    assert with_earlier_events(None, model, ["dog"], said.append) is None
    assert said == []
