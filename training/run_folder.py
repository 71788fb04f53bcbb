# SPDX-License-Identifier: Apache-2.0
"""Files of a run, each there whole or not at all; a run that was cut goes on where it stood."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel

from generator.errors import ToolError

PART = re.compile(r"^\..+\.\d+\.part$")
SCRATCH = ".scratch"


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file beside its place, flush it to disk, then rename: never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode())
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def hold_run(folder: Path) -> Iterator[Path]:
    """Keep a run's folder for this process, and rid it of what a killed one left half-written.

    Gives a folder for what is only needed until the end. Raises ToolError while another process
    writes into the same run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ToolError(
            f"another process is writing into {folder}", "wait for it, or name another --run"
        ) from None
    scratch = folder / SCRATCH
    try:
        sweep(folder)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()


def check_writable(folder: Path) -> None:
    """Make a folder and write into it; what is wrong is told before the work, not after it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def sweep(folder: Path) -> None:
    """Remove what `write_whole` of a killed process left in a folder."""
    for path in folder.iterdir():
        if PART.match(path.name):
            path.unlink(missing_ok=True)


def digest_of(*parts: BaseModel | str) -> str:
    """A hash over configurations and strings, in order: equal inputs, equal digest."""
    texts = [
        json.dumps(part.model_dump(mode="json"), sort_keys=True)
        if isinstance(part, BaseModel)
        else part
        for part in parts
    ]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
