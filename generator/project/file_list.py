# SPDX-License-Identifier: Apache-2.0
"""The list of a project's files with their hashes: what mel2metal wrote, and nothing else.

`files.sha256` is text as `sha256sum -c files.sha256` reads it, with a hash over its own lines in
front: a list that somebody edited, or that is not whole, is none. Only the standard library.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from generator.project.names import FILE_LIST

TITLE = "# Files as mel2metal wrote them: `sha256sum -c files.sha256` shows what was changed since."
OWN_HASH = "# SHA-256 of the lines below: "
LINE = re.compile(r"([0-9a-f]{64})  (.+)")

READ_BYTES = 1 << 20


def write_file_list(directory: Path) -> None:
    """List every file that is in `directory` now; the same files give the same list."""
    hashes = {path: file_hash(directory / path) for path in files_in(directory)}
    lines = "".join(
        f"{value}  {path}\n" for path, value in sorted(hashes.items()) if path != FILE_LIST
    )
    text = f"{TITLE}\n{OWN_HASH}{_hash(lines.encode())}\n{lines}"
    fresh = directory / f".{FILE_LIST}"
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(directory / FILE_LIST)


def read_file_list(directory: Path) -> dict[str, str] | None:
    """SHA-256 by path, as the list in `directory` has them; None without a list that is whole."""
    path = directory / FILE_LIST
    try:
        if path.is_symlink():
            return None
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    title, _, rest = text.partition("\n")
    own, _, lines = rest.partition("\n")
    if title != TITLE or own != f"{OWN_HASH}{_hash(lines.encode())}":
        return None
    matches = [LINE.fullmatch(line) for line in lines.split("\n")]
    return {match[2]: match[1] for match in matches if match is not None}


def files_in(directory: Path) -> Iterator[str]:
    """Everything below `directory` that is no folder, by its path with slashes; links are files."""
    for place, folders, names in os.walk(directory):
        at = Path(place)
        links = [name for name in folders if (at / name).is_symlink()]
        yield from ((at / name).relative_to(directory).as_posix() for name in (*names, *links))


def empty_folders_in(directory: Path) -> Iterator[str]:
    """Folders below `directory` with nothing in them, by their paths with slashes."""
    for place, folders, names in os.walk(directory):
        if not folders and not names and Path(place) != directory:
            yield Path(place).relative_to(directory).as_posix()


def file_hash(path: Path) -> str | None:
    """SHA-256 of a file; None for what is no plain file, or cannot be read."""
    try:
        # O_NONBLOCK: a pipe that took the file's place must not hold us up.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # a folder could not even be wrapped
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as stream:
        digest = hashlib.sha256()
        try:
            while chunk := stream.read(READ_BYTES):
                digest.update(chunk)
        except OSError:
            return None
        return digest.hexdigest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
