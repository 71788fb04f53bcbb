# SPDX-License-Identifier: Apache-2.0
"""Recordings with their labels beside them: read whole, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import InputError
from sounds.recording import Occurrence, labels_text, read_labels, read_recordings

RATE_HZ = 16_000


def write_sound(path: Path, seconds: float = 2.0) -> None:
    soundfile.write(path, np.zeros(round(seconds * RATE_HZ), np.int16), RATE_HZ)


def faults_of(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [f"{fault.where}: {fault.what}" for fault in error.value.faults]


def test_sounds_are_read_with_their_labels_in_order(tmp_path: Path) -> None:
    for name in ("street", "home"):
        write_sound(tmp_path / f"{name}.wav")
    (tmp_path / "street.txt").write_text("1.0\t1.5\train\n0.25\t9.0\tdog\n\\\t100.0\t200.0\n\n")
    (tmp_path / "home.txt").write_text("")
    (tmp_path / "notes.md").write_text("not a sound")
    home, street = read_recordings(tmp_path, RATE_HZ)
    assert (home.name, home.occurrences, home.seconds) == ("home", (), 2.0)
    assert street.occurrences == (Occurrence(0.25, 2.0, "dog"), Occurrence(1.0, 1.5, "rain"))
    assert street.samples.dtype == np.int16


def test_every_fault_is_reported(tmp_path: Path) -> None:
    write_sound(tmp_path / "a.wav")
    write_sound(tmp_path / "b.wav")
    (tmp_path / "c.wav").write_bytes(b"no sound")
    (tmp_path / "c.txt").write_text("")
    lines = ["0.1 0.2 dog", "x\t1\tdog", "1\t0.5\tdog", "0\t1\t ", "5\t6\tdog", "nan\t1\tdog"]
    (tmp_path / "b.txt").write_text("\n".join(lines))
    with pytest.raises(InputError) as error:
        read_recordings(tmp_path, RATE_HZ)
    text = "\n".join(faults_of(error))
    assert "a.txt: there are no labels" in text
    for number in range(1, 7):
        assert f"b.txt:{number}: " in text
    assert "c.wav: cannot be decoded" in text


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_a_folder_without_recordings_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no such folder|holds no recording"):
        read_recordings(tmp_path / name, RATE_HZ)


def test_labels_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe0\t1\tdog")
    with pytest.raises(InputError, match="cannot be read"):
        read_labels(path, 2.0)


MILLISECONDS = st.integers(0, 59_999)


@given(
    st.lists(
        st.builds(
            lambda begin, length, label: Occurrence(
                begin / 1000, min(begin + length, 60_000) / 1000, label
            ),
            MILLISECONDS,
            MILLISECONDS,
            st.sampled_from(["dog", "sea waves", "Öl, heiß"]),
        ),
        max_size=6,
    )
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, occurrences: list[Occurrence]
) -> None:
    path = tmp_path_factory.mktemp("labels") / "a.txt"
    path.write_text(labels_text(tuple(occurrences)), encoding="utf-8")
    expected = sorted(occurrences, key=lambda one: (one.begin_s, one.end_s, one.label))
    assert list(read_labels(path, 60.0)) == expected
