# SPDX-License-Identifier: Apache-2.0
"""Labels in a .tflite's own metadata, written here as TensorFlow Lite Support writes them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import flatbuffers
import pytest

from generator.errors import InputError
from generator.model.labels_within import METADATA_NAME, LabelsWithin, labels_within
from generator.network import read_network
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model

DESCRIPTIONS, AXIS_LABELS = 1, 2

File = tuple[str, int, str]
"""Name, type, locale."""


def _vector(builder: flatbuffers.Builder, tables: Sequence[int]) -> int:
    builder.StartVector(4, len(tables), 4)
    for table in reversed(tables):
        builder.PrependUOffsetTRelative(table)
    return int(builder.EndVector())


def metadata_of(files: Sequence[File]) -> bytes:
    """ModelMetadata of one subgraph with one output, which these files belong to."""
    builder = flatbuffers.Builder(256)
    tables = []
    for name, kind, locale in files:
        texts = [builder.CreateString(one) for one in (name, locale)]
        builder.StartObject(5)
        builder.PrependUOffsetTRelativeSlot(0, texts[0], 0)
        builder.PrependInt8Slot(2, kind, 0)
        if locale:
            builder.PrependUOffsetTRelativeSlot(3, texts[1], 0)
        tables.append(builder.EndObject())
    inner = _vector(builder, tables)
    for fields, slot in ((7, 6), (6, 3), (8, 3)):  # TensorMetadata, SubGraphMetadata, ModelMetadata
        builder.StartObject(fields)
        builder.PrependUOffsetTRelativeSlot(slot, inner, 0)
        table = builder.EndObject()
        inner = table if fields == 8 else _vector(builder, [table])
    builder.Finish(inner, file_identifier=b"M001")
    return bytes(builder.Output())


def with_files(model: bytes, files: Mapping[str, str]) -> bytes:
    """The model with a zip archive behind it."""
    packed = io.BytesIO(model)
    with zipfile.ZipFile(packed, "a") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def model_with(files: Mapping[str, str], named: Sequence[File] = ()) -> bytes:
    builder = ModelBuilder(16, 64).conv(4, stride=(2, 2)).head(3)
    if named:
        builder.metadata = {METADATA_NAME: metadata_of(named)}
    return with_files(builder.to_bytes(), files)


LABELS = {"labels.txt": "dog\ncat\nbird\n"}


def test_the_outputs_file_of_labels_is_found_among_others() -> None:
    files = {"about.txt": "x", "de.txt": "Hund\n", "labels.txt": "dog\n"}
    named = [("about.txt", DESCRIPTIONS, ""), ("de.txt", AXIS_LABELS, "de")]
    entry = metadata_of([*named, ("labels.txt", AXIS_LABELS, "")])
    found = labels_within(with_files(b"model", files), {METADATA_NAME: entry})
    assert found == LabelsWithin("labels.txt", b"dog\n")


def test_an_archives_only_text_needs_no_entry() -> None:
    assert labels_within(with_files(b"model", LABELS), {}) is not None
    assert labels_within(with_files(b"model", {"a.txt": "x", "b.txt": "y"}), {}) is None
    assert labels_within(b"model", {METADATA_NAME: metadata_of([("a", AXIS_LABELS, "")])}) is None


def test_damaged_metadata_has_no_labels_and_never_fails() -> None:
    whole, chance = metadata_of([("labels.txt", AXIS_LABELS, "")]), random.Random(5)
    packed = with_files(b"model", {"labels.txt": "dog\n", "about.txt": "x"})
    assert labels_within(packed, {METADATA_NAME: whole}) is not None
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        labels_within(packed, {METADATA_NAME: bytes(damaged)})
        labels_within(packed, {METADATA_NAME: whole[: chance.randrange(len(whole))]})
    for _ in range(300):
        damaged = bytearray(packed)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        labels_within(bytes(damaged), {METADATA_NAME: whole})


def test_a_model_brings_its_labels(tmp_path: Path) -> None:
    content = model_with(LABELS, [("labels.txt", AXIS_LABELS, "")])
    network = read_network(write_model(tmp_path / "m.tflite", content))
    assert network.labels.names == ("dog", "cat", "bird")
    assert str(network.labels.source) == "m.tflite, labels.txt"


def test_labels_beside_the_model_win(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.tflite", model_with(LABELS), ["a", "b", "c"])
    assert read_network(path).labels.names == ("a", "b", "c")
    other = tmp_path / "other.txt"
    other.write_text("x\ny\nz\n")
    assert read_network(path, other).labels.names == ("x", "y", "z")


def test_labels_of_another_number_are_refused_with_the_files_name(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.tflite", model_with({"labels.txt": "dog\ncat\n"}))
    with pytest.raises(InputError) as caught:
        read_network(path)
    (fault,) = caught.value.faults
    assert fault.where == "m.tflite, labels.txt"
    assert "2 labels, but the model has 3 classes" in fault.what
    assert "m.labels.txt beside the model or by --labels" in fault.remedy
