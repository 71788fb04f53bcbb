# SPDX-License-Identifier: Apache-2.0
"""Objects of images that tests build, kept by what they were compiled from.

Two images of one core have most of their C in common. An object is taken where its source, the
flags, the compiler and every file that the source included are the same, by the compiler's own list
of them (`.d`); the rest is compiled. What a test says of compiling itself does not go this way:
only images that are run or read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from generator import firmware
from generator.boards.record import BoardSpec
from generator.engines.engine import FOREIGN_PART
from generator.project.applications import APP_PART
from generator.project.manifest import Project
from generator.project.names import COMPILER_FILE, OUTPUT_DIR, SOURCE_SUFFIXES
from generator.toolchain.build import FirmwareImage, compile_project
from generator.toolchain.locate import Toolchain
from tests.support.store import STORE, digest

OBJECTS = STORE / "objects"
ENDINGS = (".o", ".d", ".su")
INCLUDED = "included.json"
"""Files of the project by their hashes, the source among them."""

_FLAGS = re.compile(r"^CPU := .*?^LINK := ", re.DOTALL | re.MULTILINE)


@contextmanager
def kept_objects(store: Path = OBJECTS) -> Iterator[None]:
    """Within it `make_firmware` takes the objects that are there, and leaves those it compiled.

    For the built-in engine: headers of a vendor's are not in the compiler's lists.
    """

    def compile_rest(
        project: Project,
        board: BoardSpec,
        toolchain: Toolchain,
        on_line: Callable[[str], None] = lambda line: None,
        **more: Any,
    ) -> FirmwareImage:
        kept = KeptObjects(project.directory, toolchain, store)
        kept.take()
        image = compile_project(project, board, toolchain, on_line, **more)
        kept.leave()
        return image

    names = vars(firmware)
    before = names["compile_project"]
    names["compile_project"] = compile_rest
    try:
        yield
    finally:
        names["compile_project"] = before


class KeptObjects:
    """The objects of one project."""

    def __init__(self, project: Path, toolchain: Toolchain, store: Path) -> None:
        self._project, self._store, self._toolchain = project, store, toolchain
        makefile = (project / "Makefile").read_text(encoding="utf-8")
        flags = _FLAGS.search(makefile)
        assert flags is not None, "the Makefile has another form"
        size = toolchain.gcc.stat().st_size
        # Headers that count as the system's are not in the compiler's lists.
        others = digest(*sorted((project / "cmsis_dsp").rglob("*.h")))
        self._flags = f"{flags[0]}{toolchain.description}{toolchain.gcc}{size}{others}"
        self._hash = cache(self._hash_of)

    def take(self) -> None:
        """Put what is there into the project's `out/`, where make would compile."""
        out = self._project / OUTPUT_DIR
        out.mkdir(exist_ok=True)
        if not (self._project / COMPILER_FILE).exists():
            (self._project / COMPILER_FILE).write_text(f"{self._toolchain.description}\n")
        for source in self._sources():
            if self._is_fresh(source):
                continue
            for entry in sorted(self._place(source).glob("[0-9a-f]*")):
                included = json.loads((entry / INCLUDED).read_text())
                if all(self._hash(path) == value for path, value in included.items()):
                    stem = out / self._stem(source)
                    stem.parent.mkdir(parents=True, exist_ok=True)
                    for path in entry.glob("object.*"):
                        shutil.copyfile(path, f"{stem}{path.suffix}")
                    os.utime(entry.parent)
                    break

    def leave(self) -> None:
        """Keep what was compiled and is not there yet."""
        for source in self._sources():
            stem = self._project / OUTPUT_DIR / self._stem(source)
            if not self._is_fresh(source) or not Path(f"{stem}.d").is_file():
                continue
            rule = Path(f"{stem}.d").read_text().replace("\\\n", " ").splitlines()[0]
            words = rule.split(": ", 1)[1].split()
            paths = sorted({source, *(one for one in words if not one.startswith("/"))})
            included = {os.path.normpath(path): self._hash(path) for path in paths}
            entry = self._place(source) / digest(json.dumps(included))
            if entry.is_dir() or not all(included.values()):
                continue
            entry.parent.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(prefix=".", dir=entry.parent))
            for ending in ENDINGS:
                if Path(f"{stem}{ending}").is_file():
                    shutil.copyfile(f"{stem}{ending}", scratch / f"object{ending}")
            (scratch / INCLUDED).write_text(json.dumps(included))
            try:
                scratch.rename(entry)
            except OSError:  # another process was first
                shutil.rmtree(scratch, ignore_errors=True)

    def _sources(self) -> Iterator[str]:
        """But of a user's own C, whose warnings are to be told, and not with a vendor's headers."""
        if (self._project / FOREIGN_PART).exists():
            return
        is_users = "USERS_WARNINGS" in self._flags
        for path in self._project.rglob("*"):
            source = path.relative_to(self._project).as_posix()
            if path.suffix in SOURCE_SUFFIXES and not (
                is_users and source.startswith(f"{APP_PART}/")
            ):
                yield source

    def _is_fresh(self, source: str) -> bool:
        """Whether it was compiled after all that make looks at, headers apart."""
        made = Path(f"{self._project / OUTPUT_DIR / self._stem(source)}.o")
        before = (source, "Makefile", COMPILER_FILE)
        return made.is_file() and all(
            made.stat().st_mtime_ns >= (self._project / path).stat().st_mtime_ns for path in before
        )

    def _stem(self, source: str) -> str:
        return source.removesuffix(".c")  # the .S stays in the name

    def _place(self, source: str) -> Path:
        return self._store / digest(self._flags, source, self._hash(source))

    def _hash_of(self, path: str) -> str:
        file = self._project / path
        return digest(file.read_bytes()) if file.is_file() else ""
