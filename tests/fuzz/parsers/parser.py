# SPDX-License-Identifier: Apache-2.0
"""A parser, what is fed to it, and what must hold for whatever comes.

A case ends in success, or in the project's own error with a message in printable text; within
bounds of processor time and memory; and nothing is written.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from hypothesis import strategies as st

from generator.errors import InputError, ToolError
from generator.plain_text import unprintable

Files = Mapping[str, bytes]
"""Contents by path in the case's folder."""

CPU_S = 2.0
MEMORY_BYTES = 300_000_000
LONGEST_MESSAGE = 110_000
SEEDS = Path(__file__).parent / "seeds"
"""What a parser's cases begin with, and what earlier runs found: a folder each."""

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Parser:
    """One parser."""

    name: str
    about: str
    cases: Callable[[], st.SearchStrategy[list[Any]]]
    """Lists of cases. Asked late: what it makes its seeds from takes a moment."""

    read: Callable[[Path, Any], object]
    """Of the case's folder and the case."""

    refusals: tuple[type[Exception], ...] = (InputError, ToolError)
    in_slice: int = 4
    """Lists of cases in `make test`."""

    is_file: bool = True
    """Whether a case is the content of a file; else bytes, texts and numbers, put together."""

    def to_bytes(self, case: Any) -> bytes:
        """A case as a file's content: bytes as they are, others as Python writes them."""
        return case if isinstance(case, bytes) else repr(case).encode("utf-8", "surrogatepass")

    def from_bytes(self, content: bytes) -> Any:
        """The case of a file's content."""
        if self.is_file:
            return content
        return ast.literal_eval(content.decode("utf-8", "surrogatepass"))


def file_parser(
    name: str,
    about: str,
    file_name: str,
    contents: Callable[[], st.SearchStrategy[list[bytes]]],
    read: Callable[[Path], object],
    *,
    beside: Files | None = None,
    in_slice: int = 4,
) -> Parser:
    """A reader of one file; `beside`: valid files that stand there as well."""

    def write_and_read(folder: Path, content: bytes) -> object:
        files = {**(beside or {}), file_name: content}
        return read_files(folder, files, lambda: folder / file_name, read)

    return Parser(name, about, contents, write_and_read, in_slice=in_slice)


def read_files(
    folder: Path, files: Files, place: Callable[[], Path], read: Callable[[Path], object]
) -> object:
    """Write the files, read, and see that they are as they were, with nothing beside them."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    try:
        return read(place())
    finally:
        found = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert found == dict(files), "the reader has written, or removed something"


class BoundError(AssertionError):
    """More time, more memory, or another end than is allowed."""


def check(parser: Parser, case: Any, folder: Path) -> bool:
    """Run one case in an empty folder; True where it was taken, False where it was refused."""
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    memory = _reset_peak()
    began_s = time.process_time()
    taken = True
    with _caught_stderr() as said:
        try:
            parser.read(folder, case)
        except parser.refusals as error:
            taken = False
            _check_message(str(error))
    used_s = time.process_time() - began_s
    if said():
        raise BoundError(f"beside its message there is more on stderr: {said()[:200]!r}")
    if used_s > CPU_S:
        raise BoundError(f"{used_s:.2f} s of processor time, {CPU_S:g} are allowed")
    grown = _peak() - memory
    if grown > MEMORY_BYTES:
        raise BoundError(f"{grown} bytes more than before, {MEMORY_BYTES} are allowed")
    return taken


@contextmanager
def _caught_stderr() -> Iterator[Callable[[], bytes]]:
    """What libraries in C write to file descriptor 2."""
    sys.stderr.flush()
    caught = _place_for_stderr()
    stderr = os.dup(2)
    os.dup2(caught.fileno(), 2)
    said = b""
    try:
        yield lambda: said
    finally:
        sys.stderr.flush()
        os.dup2(stderr, 2)
        os.close(stderr)
        if os.fstat(caught.fileno()).st_size:
            caught.seek(0)
            said = caught.read()
            caught.truncate(0)
            caught.seek(0)


@cache
def _place_for_stderr() -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=0)


def _check_message(text: str) -> None:
    odd = sorted({one for one in text if unprintable(one) and one not in "\n\t"})
    if not text.strip() or odd or len(text) > LONGEST_MESSAGE:
        raise BoundError(f"no message for people: {len(text)} characters, {odd[:5]} among them")
    if "Traceback" in text:
        raise BoundError("the message holds a traceback")


def _reset_peak() -> int:
    """Begin to measure memory anew; what is in use now. 0 where the system has no such thing."""
    if not sys.platform.startswith("linux"):
        return 0
    _CLEAR.write_text(_RESET_PEAK)
    return _peak()


def _peak() -> int:
    if not sys.platform.startswith("linux"):
        return 0
    found = re.search(rb"VmHWM:\s+(\d+)", _STATUS.read_bytes())
    return 1024 * int(found[1]) if found else 0


@contextmanager
def case_folder() -> Iterator[Path]:
    """A folder for one case after another."""
    with tempfile.TemporaryDirectory(prefix="mel2metal-fuzz-") as folder:
        yield Path(folder)


def seeds_of(name: str) -> list[Path]:
    """A parser's seeds, each a file."""
    folder = SEEDS / name
    return sorted(folder.iterdir()) if folder.is_dir() else []
