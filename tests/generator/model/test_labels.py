# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from generator.model.labels import class_identifiers, find_labels
from generator.wire.capacity import check_capacity


def test_labels_stand_beside_the_model(tmp_path: Path) -> None:
    (tmp_path / "m.labels.txt").write_text("dog\ncat \n\n")
    labels = find_labels(tmp_path / "m.tflite", None, 2)
    assert labels.names == ("dog", "cat")
    assert labels.source == tmp_path / "m.labels.txt"


def test_named_labels_win(tmp_path: Path) -> None:
    (tmp_path / "m.labels.txt").write_text("dog\ncat\n")
    (tmp_path / "other.txt").write_text("hund\nkatze\n")
    labels = find_labels(tmp_path / "m.tflite", tmp_path / "other.txt", 2)
    assert labels.names == ("hund", "katze")


def test_without_labels_some_are_made_up(tmp_path: Path) -> None:
    labels = find_labels(tmp_path / "m.tflite", None, 3)
    assert labels.names == ("class_0", "class_1", "class_2")
    assert labels.source is None


def test_made_up_labels_are_never_refused_for_their_length(tmp_path: Path) -> None:
    for classes in (1, 90, 91, 120, 240):
        labels = find_labels(tmp_path / "m.tflite", None, classes).names
        assert len(set(labels)) == classes
        assert not list(check_capacity("m", labels))


def test_all_faults_of_a_label_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "l.txt"
    path.write_text(f"dog\n\ndog\n{'x' * 33}\ncat\n")
    with pytest.raises(InputError) as caught:
        find_labels(tmp_path / "m.tflite", path, 4)
    told = str(caught.value)
    for said in ("5 labels, but the model has 4", ":2: is empty", "repeats 'dog'", "longer than"):
        assert said in told


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_unreadable_labels(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "l.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        find_labels(tmp_path / "m.tflite", path, 4)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("dog", "crying_baby", "clock tick"), ("DOG", "CRYING_BABY", "CLOCK_TICK")),
        (("Säge", "été", "naïve-bird!"), ("SAGE", "ETE", "NAIVE_BIRD")),
        (("鳥", "...", "7"), ("0", "1", "7")),
        (("dog", "Dog", "dog 2", "DOG_2"), ("DOG", "DOG_2", "DOG_2_2", "DOG_2_3")),
        (("1", "鳥"), ("1", "1_2")),
    ],
)
def test_labels_become_identifiers(labels: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert class_identifiers(labels) == expected


@given(st.lists(st.text(max_size=12), max_size=12))
def test_any_labels_become_identifiers_of_their_own(labels: list[str]) -> None:
    identifiers = class_identifiers(labels)
    assert len(identifiers) == len(set(identifiers)) == len(labels)
    assert all(re.fullmatch(r"M2M_CLASS_[A-Z0-9_]+", f"M2M_CLASS_{one}") for one in identifiers)


def test_a_byte_order_mark_belongs_to_no_label(tmp_path: Path) -> None:
    path = tmp_path / "l.txt"
    path.write_bytes("\ufeffdog\nSäge\n".encode())
    assert find_labels(tmp_path / "m.tflite", path, 2).names == ("dog", "Säge")


@pytest.mark.parametrize(
    ("label", "holds"),
    [
        ("\x1b[31mred", "U+001B"),
        ("a\0b", "U+0000"),
        ("bell\x07", "U+0007"),
        ("\u202egod", "U+202E"),
        ("do\ufeffg", "U+FEFF"),
    ],
)
def test_a_label_is_one_line_of_plain_text(tmp_path: Path, label: str, holds: str) -> None:
    path = tmp_path / "l.txt"
    path.write_text(f"{label}\nrain\n", "utf-8")
    with pytest.raises(InputError) as raised:
        find_labels(tmp_path / "m.tflite", path, 2)
    (fault,) = raised.value.faults
    assert fault.where == f"{path}:1"
    assert fault.what == f"holds {holds}: a label is one line of plain text"
