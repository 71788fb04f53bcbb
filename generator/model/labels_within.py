# SPDX-License-Identifier: Apache-2.0
"""Labels that a .tflite carries itself: a text file in the zip archive behind its flatbuffer.

The metadata entry "TFLITE_METADATA" holds a flatbuffer of its own (schema ModelMetadata, identifier
M001), which says for each output which of the archive's files names the places along its axis. Only
the few fields on the way there are read, each within the entry's bounds.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

METADATA_NAME = "TFLITE_METADATA"
IDENTIFIER = b"M001"

# Numbers of fields in their tables, from metadata_schema.fbs of TensorFlow Lite Support.
SUBGRAPHS_OF_MODEL = 3
OUTPUTS_OF_SUBGRAPH = 3
FILES_OF_TENSOR = 6
NAME_OF_FILE, TYPE_OF_FILE, LOCALE_OF_FILE = 0, 2, 3
TENSOR_AXIS_LABELS = 2

MOST_BYTES = 1 << 20
"""Of a file of labels, unpacked."""


UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, OSError, EOFError),
    *(ValueError, RuntimeError, NotImplementedError),
)
"""What zipfile raises of a damaged, encrypted or unusual archive."""


@dataclass(frozen=True, slots=True)
class LabelsWithin:
    """A file of labels in a model."""

    name: str
    content: bytes


def labels_within(data: bytes, metadata: Mapping[str, bytes]) -> LabelsWithin | None:
    """The labels of a model's output: `data` is the whole .tflite; None where it has none.

    Without a metadata entry that names the file it is the archive's only text file. Metadata that
    contradicts itself, or an archive that cannot be read, has no labels.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts = [one for one in archive.infolist() if one.filename.lower().endswith(".txt")]
            named = _named(metadata.get(METADATA_NAME, b""))
            if named:
                texts = [one for one in archive.infolist() if one.filename == named]
            if len(texts) != 1 or texts[0].file_size > MOST_BYTES:
                return None
            return LabelsWithin(texts[0].filename, archive.read(texts[0]))
    except UNREADABLE:
        return None


def _named(content: bytes) -> str:
    """The file that names the classes of the first output; empty where the entry says none."""
    if content[4:8] != IDENTIFIER:
        return ""
    try:
        root = _Table(content, struct.unpack_from("<I", content)[0])
        found = [
            file
            for subgraph in root.tables(SUBGRAPHS_OF_MODEL, most=1)
            for tensor in subgraph.tables(OUTPUTS_OF_SUBGRAPH, most=1)
            for file in tensor.tables(FILES_OF_TENSOR)
            if file.byte(TYPE_OF_FILE) == TENSOR_AXIS_LABELS
        ]
        plain = [one for one in found if not one.text(LOCALE_OF_FILE)] or found
        return plain[0].text(NAME_OF_FILE) if plain else ""
    except (struct.error, UnicodeDecodeError):
        return ""


@dataclass(frozen=True, slots=True)
class _Table:
    """A flatbuffer's table: struct.error where it points out of its buffer."""

    content: bytes
    position: int

    def byte(self, field: int) -> int:
        """A field of one byte; 0 where it is not set."""
        place = self._place(field)
        return self._read("<B", place) if place else 0

    def text(self, field: int) -> str:
        """A string; empty where it is not set."""
        place = self._place(field)
        if not place:
            return ""
        start = place + self._read("<I", place)
        return self.content[start + 4 : start + 4 + self._read("<I", start)].decode("utf-8")

    def tables(self, field: int, most: int = 64) -> Iterator[_Table]:
        """The tables of a vector, up to so many."""
        place = self._place(field)
        if place:
            start = place + self._read("<I", place)
            for at in range(start + 4, start + 4 + 4 * min(self._read("<I", start), most), 4):
                yield _Table(self.content, at + self._read("<I", at))

    def _place(self, field: int) -> int:
        """Where a field stands; 0 where it is not set."""
        fields = self.position - self._read("<i", self.position)
        entry = 4 + 2 * field
        if entry >= self._read("<H", fields):
            return 0
        offset = self._read("<H", fields + entry)
        return self.position + offset if offset else 0

    def _read(self, form: str, place: int) -> int:
        if place < 0:
            raise struct.error("before the buffer's start")
        return int(struct.unpack_from(form, self.content, place)[0])
