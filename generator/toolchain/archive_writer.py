# SPDX-License-Identifier: Apache-2.0
"""A static library of one object, as `ar rcsD` writes it: the pinned compiler comes without `ar`.

The format is the System V one that GNU's tools read: a magic line, then members of a header of 60
characters and their content, padded to even lengths. The first member, `/`, is the index: a count
and for each name the offset of its member, 32 bits big endian, and the names with a zero behind
each. There are no times, users and modes, so that the same object gives the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

MAGIC = b"!<arch>\n"
HEADER_BYTES = 60


def archive_of(name: str, content: bytes, public: Sequence[str]) -> bytes:
    """The archive of one member; `public`: the names that it defines for others."""
    names = b"".join(f"{one}\0".encode() for one in public)
    index_bytes = 4 + 4 * len(public) + len(names)
    first = len(MAGIC) + HEADER_BYTES + index_bytes + index_bytes % 2
    index = struct.pack(f">I{len(public)}I", len(public), *[first] * len(public)) + names
    return MAGIC + _member("/", index) + _member(f"{name}/", content)


def _member(name: str, content: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'644':<8}{len(content):<10}`\n".encode()
    assert len(header) == HEADER_BYTES
    return header + content + b"\n" * (len(content) % 2)
