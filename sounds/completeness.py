# SPDX-License-Identifier: Apache-2.0
"""Whether a sound file has all that it says it has: decoders take what is there without a word."""

from __future__ import annotations

import re
from pathlib import Path

import soundfile

_SIZES = re.compile(
    r"^\s*(data|SSND|Data Size|riff|Riff size)\s*:\s*(\d+) \(should be (\d+)\)", re.M
)
"""libsndfile's log of a chunk that is larger than the rest of its file."""

_WHOLE_FILE = {"riff": ("W64",), "Riff size": ("RF64",)}
"""Sizes of the whole file count for these formats alone, whose log has no other."""

UNKNOWN_BYTES = 0x7FFF_F000
"""Sizes from here on are what programs write that do not know the length yet (ffmpeg, sox)."""

UNKNOWN_FRAMES = 1 << 62
MPEG_SLACK_FRAMES = 3
"""At the ends of an MP3, which encoders count in different ways."""

_OGG_HEAD = 27
_OGG_LAST_PAGE = 4
_LARGEST_PAGE = _OGG_HEAD + 255 + 255 * 255


def missing_end(file: soundfile.SoundFile, path: Path, frames: int) -> str:
    """What a file lacks of which `frames` could be decoded; empty if nothing."""
    for name, told, there in _SIZES.findall(file.extra_info):
        formats = _WHOLE_FILE.get(name)
        if int(there) < int(told) < UNKNOWN_BYTES and (formats is None or file.format in formats):
            return f"its end is missing: it says that it has {told} bytes, and {there} are there"
    if file.format == "OGG":
        return _missing_end_of_ogg(path)
    slack = 0
    if file.format == "MP3":
        if not _has_length(path):
            return ""
        slack = MPEG_SLACK_FRAMES * (1152 if file.samplerate >= 32_000 else 576)
    if frames + slack < file.frames < UNKNOWN_FRAMES:
        what = "its end is missing: it says that it has"
        return f"{what} {file.frames} samples, and {frames} are there"
    return ""


def _missing_end_of_ogg(path: Path) -> str:
    """The last page is marked as such, and whole (RFC 3533, section 6)."""
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _LARGEST_PAGE))
        tail = stream.read()
    at = tail.rfind(b"OggS")
    page = tail[at:] if at >= 0 else b""
    if len(page) > _OGG_HEAD and len(page) > _OGG_HEAD + page[26]:
        segments = page[_OGG_HEAD : _OGG_HEAD + page[26]]
        is_whole = _OGG_HEAD + len(segments) + sum(segments) <= len(page)
        if is_whole and page[5] & _OGG_LAST_PAGE:
            return ""
    return "its end is missing: its last page is cut, or is not marked as the last"


def _has_length(path: Path) -> bool:
    """Whether an MP3 says how long it is; of others the decoder makes a guess."""
    with path.open("rb") as stream:
        head = stream.read(10)
        if head[:3] == b"ID3" and len(head) == 10:
            size = 0
            for byte in head[6:]:
                size = size << 7 | byte & 0x7F
            stream.seek(size, 1)
            head = b""
        head += stream.read(4096)
    return any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))
