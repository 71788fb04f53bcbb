# SPDX-License-Identifier: Apache-2.0
"""Run folders: atomic writes, a lock, clean-up after a killed process, digests."""

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

PARTIAL_FILE = re.compile(r"^\..+\.\d+\.part$")
SCRATCH_NAME = ".scratch"


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a temporary file beside `path`, flush it to disk, then rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode())
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def lock_run_folder(folder: Path) -> Iterator[Path]:
    """Lock a run folder for this process and remove partial files of a killed one.

    Yields a scratch folder, which is deleted at the end, or by the next run where this one is
    killed. What libraries call temporary lies there too: TensorFlow writes the code that it makes
    of Python's. Raises ToolError while another process holds the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ToolError(
            f"another process is writing into {folder}", "wait for it, or name another --run"
        ) from None
    scratch = folder / SCRATCH_NAME
    others = tempfile.tempdir
    try:
        remove_partial_files(folder)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        tempfile.tempdir = str(scratch.resolve())
        yield scratch
    finally:
        tempfile.tempdir = others
        shutil.rmtree(scratch, ignore_errors=True)
        lock.release()


def check_writable(folder: Path) -> None:
    """Create a folder and check that it is writable, before a long run; raises OSError if not."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def remove_partial_files(folder: Path) -> None:
    """Remove temporary files of `write_atomically` that a killed process left in a folder."""
    for path in folder.iterdir():
        if PARTIAL_FILE.match(path.name):
            path.unlink(missing_ok=True)


def digest_of(*parts: BaseModel | str) -> str:
    """SHA-256 over configurations and strings, in order."""
    texts = [
        json.dumps(part.model_dump(mode="json"), sort_keys=True)
        if isinstance(part, BaseModel)
        else part
        for part in parts
    ]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
