# SPDX-License-Identifier: Apache-2.0
"""A first application for the user to go on from: a class lights an LED. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.boards.record import BoardSpec
from generator.errors import Fault, InputError
from generator.model.labels import class_identifiers
from generator.project.render import make_environment
from generator.project.user_application import name_faults

FILES = ("main.c", "README.md")
FIRST_CHOICE = "DOG"
"""The class that the example waits for; a model without it gives its first one."""


def write_application(folder: Path, board: BoardSpec, labels: Sequence[str]) -> tuple[Path, ...]:
    """Write `folder` with the example for this board and these classes; returns what was written.

    Raises `InputError` where something is there already, or the name will not do.
    """
    name = folder.resolve().name
    faults = list(name_faults(str(folder), name))
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        faults.append(Fault(str(folder), "is there already, and no folder", "name another one"))
    elif folder.exists() and any(folder.iterdir()):
        faults.append(Fault(str(folder), "is there already, and not empty", "name another one"))
    if faults:
        raise InputError(faults)
    identifiers = class_identifiers(labels)
    label = FIRST_CHOICE if FIRST_CHOICE in identifiers else identifiers[0]
    led = next(iter(board.leds), None)
    context = {
        "name": name,
        "path": folder.as_posix(),
        "board_id": board.id,
        "label": f"M2M_CLASS_{label}",
        "led": {"name": led, "constant": f"M2M_LED_{led.upper()}"} if led else None,
    }
    environment = make_environment()
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file in FILES:
        text = environment.get_template(f"new_app/{file}.j2").render(context)
        with (folder / file).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        written.append(folder / file)
    return tuple(written)
