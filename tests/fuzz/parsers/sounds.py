# SPDX-License-Identifier: Apache-2.0
"""Sounds: files of every format, ESC-50's table, folders of classes, the archive of ESC-50."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import soundfile
from hypothesis import strategies as st

from sounds.decode import read_samples
from sounds.fetch_esc50 import extract_esc10
from sounds.layouts import read_sounds
from tests.fuzz.parsers.mutations import changed_bytes, changed_text, several, text_of
from tests.fuzz.parsers.parser import Parser, file_parser, read_files, seeds_of

RATE_HZ = 16_000
NOISE = np.random.default_rng(0).integers(-9999, 9999, 1600).astype(np.int16)
FORMATS = (
    ("WAV", "PCM_16"),
    ("WAV", "IMA_ADPCM"),
    ("WAV", "FLOAT"),
    ("WAVEX", "PCM_24"),
    ("AIFF", "PCM_16"),
    ("AU", "PCM_16"),
    ("CAF", "PCM_16"),
    ("W64", "PCM_16"),
    ("RF64", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
)


def encoded(kind: str, subtype: str, rate_hz: int = RATE_HZ) -> bytes:
    """A tenth of a second of noise."""
    stream = io.BytesIO()
    soundfile.write(stream, NOISE, rate_hz, format=kind, subtype=subtype)
    return stream.getvalue()


@cache
def small_wav() -> bytes:
    """The smallest kind."""
    return encoded("WAV", "PCM_16")


@cache
def small_sounds() -> tuple[bytes, ...]:
    """One of each format."""
    return tuple(encoded(kind, subtype) for kind, subtype in FORMATS)


def sound_files() -> st.SearchStrategy[list[bytes]]:
    """Damaged files; and a WAV whose header says anything."""
    seeds = [*small_sounds(), *(one.read_bytes() for one in seeds_of("sound"))]
    return st.one_of(changed_bytes(seeds), changed_bytes(seeds), several(_header))


def _header(random: Random) -> bytes:
    sizes = (random.randrange(300), random.randrange(300), 0x7FFFF000, 0x7FFFFFFF, 0xFFFFFFFF)
    rates = (0, 1, 99, 100, 8000, 16_000, 16_000, 44_100, 999_999, 1_000_000, 1 << 31)
    format_ = (
        random.choice((1, 1, 2, 3, 6, 7, 17, 49, 85, 0xFFFE, 0)),
        random.choice((0, 1, 1, 2, 6, 255, 1024, 65535)),
        random.choice(rates),
        random.choice((1, 2, 4, random.randrange(65536))),
        random.choice((0, 1, 8, 12, 16, 16, 24, 32, 64, 65535)),
    )
    told = (random.choice(sizes), random.choice(sizes))
    return _wav(told, format_, random.randbytes(random.randrange(200)))


def _wav(sizes: tuple[int, int], format_: tuple[int, ...], data: bytes) -> bytes:
    """`format_`: kind, channels, rate, bytes of a frame, bits of a sample."""
    riff, size = sizes
    kind, channels, rate_hz, align, bits = format_
    fmt = struct.pack("<HHIIHH", kind, channels, rate_hz, rate_hz, align, bits)
    head = b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + struct.pack("<I", 16) + fmt
    return head + b"data" + struct.pack("<I", size) + data


TABLE = (
    "filename,fold,target,category,esc10,src_file,take\n"
    "1-100032-A-0.wav,1,0,dog,True,100032,A\n"
    "2-100210-A-36.wav,2,36,rain,True,100210,A\n"
    "3-1-A-3.wav,3,3,cow,False,1,A\n"
)
CELLS = (
    "../../etc/passwd",
    "/etc/passwd",
    "a/b.wav",
    "",
    ".",
    "x" * 300,
    '"',
    '""',
    "True",
    "1e3",
    "dog+rain",
    "+",
    " ",
    "\r",
    "\n",
    ",",
    ",,,,",
    "\ufeff",
    "=1+1",
    "nul\0",
)


def tables() -> st.SearchStrategy[list[bytes]]:
    """Changed tables of ESC-50."""
    return changed_text([TABLE], CELLS)


def _read_table(folder: Path, content: bytes) -> object:
    sounds = {f"audio/{name}": b"x" for name in ("1-100032-A-0.wav", "2-100210-A-36.wav")}
    files = {"meta/esc50.csv": content, **sounds}
    return read_files(folder, files, lambda: folder, read_sounds)


NAMES = (
    "dog",
    "rain",
    "cow",
    "dog+rain",
    "Dog",
    "dog ",
    "+",
    ".hidden",
    "__pycache__",
    "a.wav",
    "x.flac",
    "a--1.wav",
    "a--2.wav",
    "--.wav",
    "notes.txt",
    "a.MP3",
    "x" * 255,
    "meta",
    "audio",
    "\x1b[2J",
)
KINDS = ("file", "file", "file", "file", "folder", "link", "loop", "pipe")


def folders() -> st.SearchStrategy[list[list[tuple[list[str], str]]]]:
    """Folders of whatever names, with files, links to nowhere and pipes in them."""

    def entry(random: Random) -> tuple[list[str], str]:
        if random.randrange(2):
            names = [random.choice(NAMES[:4]), f"{random.randrange(9)}.wav"]
            return names, "file"
        depth = random.randrange(1, 4)
        names = [
            random.choice(NAMES) if random.randrange(3) else text_of(random) or "y"
            for _ in range(depth)
        ]
        return names, random.choice(KINDS)

    return several(entry).map(lambda some: [some[at : at + 1 + at % 5] for at in range(len(some))])


def _read_folders(folder: Path, case: list[tuple[list[str], str]]) -> object:
    root = folder / "sounds"
    root.mkdir()
    for parts, kind in case:
        try:
            path = root.joinpath(*(part.replace("/", "_") for part in parts))
            if root not in path.parents or ".." in path.parts:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if kind == "folder":
                path.mkdir()
            elif kind in ("link", "loop"):
                path.symlink_to("nowhere" if kind == "link" else root)
            elif kind == "pipe":
                os.mkfifo(path)
            else:
                with path.open("xb") as file:  # not into a pipe of that name, which would wait
                    file.write(b"x")
        except (OSError, ValueError):  # no such name on this file system, or another's
            continue
    before = sorted(map(str, folder.rglob("*")))
    try:
        return read_sounds(root)
    finally:
        assert sorted(map(str, folder.rglob("*"))) == before, "something was written"


@cache
def small_archive() -> bytes:
    """An archive in ESC-50's layout, of three rows: refused, but for its table."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ESC-50-master/meta/esc50.csv", _whole_table())
        for name in ("1-0-A-0.wav", "1-1-A-1.wav"):
            archive.writestr(f"ESC-50-master/audio/{name}", small_wav()[:200])
        archive.writestr("ESC-50-master/LICENSE", "CC BY-NC")
    return stream.getvalue()


def _whole_table() -> str:
    rows = ["filename,fold,target,category,esc10,src_file,take"]
    for index in range(2000):
        is_ten = index < 400
        name = f"1-{index}-A-{index % 10}.wav"
        rows.append(
            f"{name},{index // 10 % 5 + 1},{index % 10},class{index % 10},{is_ten},{index},A"
        )
    return "\n".join(rows) + "\n"


def archives() -> st.SearchStrategy[list[bytes]]:
    """Damaged archives."""
    return changed_bytes([small_archive()])


def _read_archive(folder: Path, content: bytes) -> object:
    """Unpacking writes, by its purpose: only below the folder that it is told."""
    path, fresh = folder / "ESC-50.zip", folder / "in" / "fresh"
    path.write_bytes(content)
    try:
        extract_esc10(path, fresh)
        return None
    finally:
        there = [one for one in folder.rglob("*") if one.is_file() and fresh not in one.parents]
        assert there == [path] and path.read_bytes() == content, f"written elsewhere: {there}"


PARSERS = (
    file_parser(
        "sound",
        "sound files of thirteen formats",
        "a.sound",
        sound_files,
        lambda path: read_samples(path, RATE_HZ),
    ),
    Parser("esc50-table", "ESC-50's table", tables, _read_table),
    Parser("class-folders", "one folder a class", folders, _read_folders, is_file=False),
    Parser("dataset-archive", "the archive of ESC-50", archives, _read_archive),
)
