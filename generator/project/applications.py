# SPDX-License-Identifier: Apache-2.0
"""The applications: what becomes `app/` of a project, and the parts that are compiled with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Application:
    """One application over the library."""

    name: str
    folders: tuple[str, ...]
    """Folders of `firmware_templates/` that become `app/`."""
    parts: tuple[str, ...]
    """Folders of the project that are compiled for the target, in the image's order."""
    library: tuple[str, ...] = ()
    """Files of `library/` that it needs, without their endings; none named: all."""

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
    parts=("core", "port", APP_PART, LIBRARY_PART, "frontend", "cmsis_dsp", "network"),
    library=("classes", "cycles", "decision", "decision_rule", "listener", "patches"),
)
"""Answers the host over the link: what the harness plays clips to."""
