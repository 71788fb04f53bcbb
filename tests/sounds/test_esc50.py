# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.errors import InputError
from hil.clips.clip_set import load_clips
from sounds.layouts import read_sounds

HEADER = "filename,fold,target,category,esc10,src_file,take\n"
ROWS = (
    "1-7-A-0.wav,1,0,dog,True,7,A\n"
    "1-7-B-0.wav,1,0,dog,True,7,B\n"
    "2-8-A-1.wav,2,1,rain,True,8,A\n"
    "2-9-A-2.wav,2,2,engine,False,9,A\n"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "meta").mkdir()
    (tmp_path / "audio").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text(HEADER + ROWS)
    for row in ROWS.splitlines():
        (tmp_path / "audio" / row.partition(",")[0]).touch()
    return tmp_path


def test_rows_of_esc10_are_taken_with_their_folds_and_recordings(root: Path) -> None:
    found = read_sounds(root)
    assert [(one.name, one.fold, one.recording) for one in found.sounds] == [
        ("1-7-A-0", 1, "7"),
        ("1-7-B-0", 1, "7"),
        ("2-8-A-1", 2, "8"),
    ]
    assert found.classes == ("dog", "rain")
    assert found.table == root / "meta" / "esc50.csv"


def test_the_other_rows_come_when_asked_for(root: Path) -> None:
    assert read_sounds(root, whole=True).classes == ("dog", "engine", "rain")


def test_classes_do_not_depend_on_the_folds_and_other_files_are_not_looked_for(root: Path) -> None:
    (root / "audio" / "2-8-A-1.wav").unlink()
    found = read_sounds(root, [1])
    assert len(found.sounds) == 2
    assert found.classes == ("dog", "rain")


def test_a_table_as_spreadsheets_write_it_is_read(root: Path) -> None:
    text = "\ufefffilename, fold, category\n1-7-A-0.wav, 2 , dog\n"
    (root / "meta" / "esc50.csv").write_text(text, encoding="utf-8")
    (sound,) = read_sounds(root).sounds
    assert (sound.name, sound.fold, sound.classes) == ("1-7-A-0", 2, ("dog",))


def test_a_table_of_ones_own_needs_three_columns(root: Path) -> None:
    (root / "audio" / "a.wav").touch()
    (root / "meta" / "esc50.csv").write_text("filename,fold,category\na.wav,3,dog + rain\n")
    (sound,) = read_sounds(root).sounds
    assert (sound.fold, sound.classes, sound.recording) == (3, ("dog", "rain"), "a")


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("filename,label\na.wav,dog\n", "no column fold, category"),
        (HEADER + "b.wav,1\nc.wav\n", r"line 2; [^$]*line 3: the row is cut short"),
        (HEADER + "b.wav,1,0, + ,True,,A\n", "line 2: no category"),
        (HEADER + "a.wav,one,0,dog,True,,A\n", r"a\.wav: fold 'one' is no number"),
        (HEADER + "a.wav,²,0,dog,True,,A\n", r"a\.wav: fold '²' is no number"),
        (HEADER + "a.wav,1,0,dog,True,,A\na.wav,2,0,dog,True,,A\n", r"a\.wav: is in 2 rows"),
        (
            HEADER + "a.wav,1,0,dog,True,7,A\nb.wav,2,0,dog,True,7,A\n",
            "src_file 7: pieces of one recording are in folds 1, 2",
        ),
        (HEADER, "no row of ESC-10"),
        (HEADER.encode() + b"\xff\xfe,1,0,dog,True,,A\n", "is no CSV in UTF-8"),
        (HEADER + '"' + "x" * 200_000, "is no CSV in UTF-8: field larger"),
    ],
    ids=[
        "columns",
        "short",
        "category",
        "fold",
        "digit",
        "double",
        "leak",
        "empty",
        "not-utf-8",
        "endless-cell",
    ],
)
def test_corrupt_tables_are_told(root: Path, table: str | bytes, complaint: str) -> None:
    content = table if isinstance(table, bytes) else table.encode()
    (root / "meta" / "esc50.csv").write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        read_sounds(root)


def test_all_faults_come_together(root: Path) -> None:
    for name in ("1-7-A-0.wav", "2-8-A-1.wav"):
        (root / "audio" / name).unlink()
    with pytest.raises(InputError) as caught:
        read_sounds(root, [1, 2, 5])
    assert [Path(fault.where).name for fault in caught.value.faults] == [
        "1-7-A-0.wav", "2-8-A-1.wav", "esc50.csv"
    ]  # fmt: skip
    assert "no clip in fold 5" in str(caught.value)


def test_sounds_of_the_same_name_in_two_folders_or_formats_are_all_there(root: Path) -> None:
    names = ("x/1.ogg", "y/1.ogg", "a.wav", "a.flac")
    for name in names:
        (root / "audio" / name).parent.mkdir(exist_ok=True)
        (root / "audio" / name).touch()
    rows = "".join(f"{name},{1 + (name[0] == 'y')},dog\n" for name in names)
    (root / "meta" / "esc50.csv").write_text(f"filename,fold,category\n{rows}")
    found = read_sounds(root).sounds
    assert [one.name for one in found] == ["x/1", "y/1", "a.wav", "a.flac"]
    assert [one.recording for one in found] == ["x/1", "y/1", "a", "a"]
    assert {clip.name for clip in load_clips(root).clips} == {one.name for one in found}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (f"{'n' * 300}.wav,1,dog\n", "the name has more than 255 bytes"),
        (f"a.wav,{'1' * 5000},dog\n", "fold '1{80}…' is no number"),
        ("../../a.wav,1,dog\n", "leads out of the folder audio"),
        ("x/../../a.wav,1,dog\n", "leads out of the folder audio"),
        ("/etc/passwd,1,dog\n", "leads out of the folder audio"),
        (",1,dog\n", "the file has no name"),
        ("./a.wav,1,dog\na.wav,1,dog\n", r"a\.wav: is in 2 rows"),
        ("a\x1b.wav,1,dog\n", "cannot be printed"),
        ('a.wav,1,dog\n"b.wav,1,dog\nc.wav,1,dog\n', "is no CSV in UTF-8: unexpected end"),
        ('"b.wav,1,dog\nc.wav",1,dog\n', "line 3: a quotation mark is open"),
        ("a.wav,1,dog\n" * 800_000, "more than 8 MiB"),
    ],
    ids=[
        *("long-name", "huge-fold", "upwards", "inner-upwards", "absolute", "nameless"),
        *("same-file", "escape", "open-quote", "swallowed-row", "huge"),
    ],
)
def test_rows_that_name_what_cannot_be_a_sound_are_told(
    root: Path, rows: str, complaint: str
) -> None:
    (root / "audio" / "a.wav").touch()
    (root.parent / "a.wav").touch()
    (root / "meta" / "esc50.csv").write_text("filename,fold,category\n" + rows)
    with pytest.raises(InputError, match=complaint):
        read_sounds(root)


def test_what_is_no_file_is_told_and_not_opened(root: Path) -> None:
    (root / "audio" / "2-8-A-1.wav").unlink()
    os.mkfifo(root / "audio" / "2-8-A-1.wav")
    with pytest.raises(InputError, match="is a pipe, no file"):
        read_sounds(root)
    (root / "meta" / "esc50.csv").unlink()
    os.mkfifo(root / "meta" / "esc50.csv")
    with pytest.raises(InputError, match=r"esc50\.csv: is a pipe, no file"):
        read_sounds(root)
