# SPDX-License-Identifier: Apache-2.0
"""The published files that training starts from: where they are, their hashes, how to fetch them.

`mel2metal models`, or `make models`, brings them to `data/models`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError
from generator.locks import hold_lock
from generator.repository import WORK_DIR

MODELS_VARIABLE = "MODELS_DIR"
DEFAULT_PLACE = Path("data") / "models"
"""Relative to the repository, as the sounds in `data/ESC-50`."""

SOURCE = (
    "https://raw.githubusercontent.com/STMicroelectronics/stm32ai-modelzoo-services/"
    "9bb116e25886680c82280aa8ff680ecddfd6dcb4"
)
"""Release 3.0.0 of ST's model zoo services, by its commit: its files never change."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file: its path below the source and below the place on this machine."""

    source: str
    path: Path
    sha256: str
    what: str


BACKBONE_FILE = PublishedFile(
    source="audio_event_detection/src/models/yamnet/yamnet_256_f32.h5",
    path=Path("st_yamnet_256") / "yamnet_256_f32.h5",
    sha256="dfa6066b3f3bece880e9813b05cffb6a8328fe3da832f62401ce553dd380d2b3",
    what="Yamnet-256 without a head, float32: the backbone of `make train` and `make cv`",
)
LICENCE = PublishedFile(
    source="audio_event_detection/src/LICENSE.md",
    path=Path("st_yamnet_256") / "LICENSE",
    sha256="cdea73c629778a5eb6f59aca554babaf0e3e89e56240f0dbcc6451acbe1c03e8",
    what="its licence, Apache-2.0",
)
FILES = (LICENCE, BACKBONE_FILE)
"""In the order in which they are fetched: where the backbone is, its licence is too."""


def fetch_models(
    place: Path = WORK_DIR / DEFAULT_PLACE,
    source: str = SOURCE,
    on_message: Callable[[str], None] = lambda line: None,
) -> tuple[Path, ...]:
    """Bring every file to `place`, checked by its SHA-256; returns where they are.

    What is there and right is not fetched again; a download that broke off goes on where it
    stopped. `source`: the address that the files' paths follow, of a mirror for example.
    `on_message` receives a line for each file. Raises ToolError, OSError.
    """
    try:
        from sounds.download import download, has_sha256
    except ModuleNotFoundError as error:
        raise ToolError(
            f"{error.name} is not installed", "use `make models`, which installs what it needs"
        ) from error
    found = []
    with hold_lock(place.parent, place.name):
        for one in FILES:
            path = place / one.path
            if has_sha256(path, one.sha256):
                on_message(f"{path}: there already, SHA-256 as published")
            else:
                download(f"{source}/{one.source}", path, title=path.name, sha256=one.sha256)
                on_message(f"{path}: {one.what}")
            found.append(path)
    return tuple(found)
