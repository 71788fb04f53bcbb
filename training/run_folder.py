# SPDX-License-Identifier: Apache-2.0
"""Files of a run, each there whole or not at all; a run that was cut goes on where it stood."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from pydantic import BaseModel


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
