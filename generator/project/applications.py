# SPDX-License-Identifier: Apache-2.0
"""The applications: what becomes `app/` of a project, and the parts that are compiled with it.

Two come with mel2metal: `measure` answers the host over the link, `monitor` listens by itself. A
folder of the user's own C is a third (`generator/project/user_application.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

APP_PART = "app"
LIBRARY_PART = "library"

CONTINUOUS_FILES = (
    *(f"library/continuous.{ending}" for ending in "ch"),
    *(f"library/event_rule.{ending}" for ending in "ch"),
    *(f"library/events.{ending}" for ending in "ch"),
    *(f"host/host_continuous.{ending}" for ending in "ch"),
    "host/host_continuous_main.c",
)
"""What listens without end, for the part and for the host: a project has all of it, or none."""

_BELOW = ("core", "port")
_ABOVE = (LIBRARY_PART, "frontend", "cmsis_dsp", "network")
_BOARD_PARTS = ("board", "microphone")


@dataclass(frozen=True, slots=True)
class Application:
    """One application over the library."""

    name: str
    folders: tuple[str, ...] = ()
    """Folders of `firmware_templates/` that become `app/`."""
    parts: tuple[str, ...] = (*_BELOW, *_BOARD_PARTS, APP_PART, *_ABOVE)
    """Folders of the project that are compiled for the target, in the image's order."""
    library: tuple[str, ...] = ()
    """Files of `library/` that it needs, without their endings; none named: all."""
    actions: bool = False
    """It does what `<model>.m2m.yaml` says (`generator/actions.py`)."""
    actions_file: Path | None = None
    """That file, where another one was named."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The user's own sources by their names in `app/`."""
    folder: Path | None = None
    """Where these lie."""

    @property
    def has_board(self) -> bool:
        """It runs on `board/`: microphone, LEDs and buttons, text on the UART; no link."""
        return _BOARD_PARTS[0] in self.parts

    @property
    def is_users(self) -> bool:
        """Its sources are the user's own."""
        return self.folder is not None

    def without_idle_library(self, templates: Mapping[str, Path]) -> dict[str, Path]:
        """Leave out the parts of the library that this application never calls."""
        kept = {f"{LIBRARY_PART}/{name}" for name in self.library}
        return {
            path: source
            for path, source in templates.items()
            if not kept
            or not (path.startswith(f"{LIBRARY_PART}/") or path in CONTINUOUS_FILES)
            or path.rpartition(".")[0] in kept
        }


MEASURE = Application(
    name="measure",
    folders=("applications/measure",),
    parts=(*_BELOW, APP_PART, *_ABOVE),
    library=(
        *("classes", "crc32", "cycles", "decision", "decision_rule", "listener", "patches"),
        *("weights", "weights_tables"),
    ),
)
"""Answers the host over the link: what the harness plays clips to."""

MONITOR = Application(name="monitor", folders=("applications/monitor",), actions=True)
"""Listens by itself, and prints what it hears."""

LIBRARY = Application(name="library", parts=_ABOVE)
"""No application: the library alone, for firmware of others (`generator/library_package.py`)."""

APP_HELP = (
    f"{MEASURE.name} (default): answers the harness over the link; {MONITOR.name}: listens by "
    "itself and prints what it hears; or a folder of your own C (docs/your-own-application.md)"
)

ACTIONS_HELP = f"what {MONITOR.name} does when a class begins (default: <model>.m2m.yaml beside it)"

OWN_APPLICATIONS: Mapping[str, Application] = {one.name: one for one in (MEASURE, MONITOR)}
