# SPDX-License-Identifier: Apache-2.0
"""The `events:` section of the decision file that a new one replaces: it is the user's, and stays.

`make evaluate EVENTS=1 --write` or a hand wrote it; training and quantising know thresholds alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from generator.errors import InputError
from generator.model.decision_file import DecisionSettings, read_settings, settings_path


def with_earlier_events(
    settings: DecisionSettings | None,
    model: Path,
    labels: Sequence[str],
    on_message: Callable[[str], None],
) -> DecisionSettings | None:
    """The settings with the events of the file beside `model`, where this model can have them.

    Where it cannot, the file moves to a name of its own, and is named.
    """
    path = settings_path(model)
    if not path.is_file():
        return settings
    try:
        events = read_settings(model).events
    except InputError as error:
        on_message(f"note: {path.name} cannot be read ({error.faults[0].what}); {_kept(path)}")
        return settings
    if events is None:
        return settings
    if unknown := sorted(set(events.classes) - set(labels)):
        what = f"its events: name what is no class of this model, {', '.join(unknown)}"
        on_message(f"note: {path.name}: {what}; {_kept(path)}")
        return settings
    on_message(f"note: the events: of {path.name} stay as they were")
    return (settings or DecisionSettings()).model_copy(update={"events": events})


def _kept(path: Path) -> str:
    kept = path.with_name(f"{path.stem}.kept-{time.strftime('%Y%m%d-%H%M%S')}.yaml")
    path.rename(kept)
    return f"kept as {kept.name}"
