# SPDX-License-Identifier: Apache-2.0
"""libmpg123 says on stderr, line by line, what it thinks of an MP3: nobody asked it to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHERS = (
    *(b"RIFF", b"RIFX", b"RF64", b"FORM", b".snd", b"dns.", b"caff", b"riff", b"fLaC", b"OggS"),
)
"""How files begin that go to no decoder of MPEG."""

STDERR = 2


@contextmanager
def quiet_decoder(path: Path) -> Iterator[None]:
    """While a file is decoded that may be an MP3, what is written to stderr goes nowhere."""
    with path.open("rb") as stream:
        is_other = stream.read(4) in OTHERS
    if is_other:
        yield
        return
    sys.stderr.flush()
    stderr, nowhere = os.dup(STDERR), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STDERR)
        yield
    finally:
        os.dup2(stderr, STDERR)
        os.close(stderr)
        os.close(nowhere)
