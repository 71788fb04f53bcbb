# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import InputError
from sounds.folds import FOLDS, assign_folds
from sounds.layouts import read_sounds

NAMES = st.text("abcdefghijklmnop0123456789", min_size=1, max_size=8)


def make(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def test_folders_are_classes_and_files_are_named_by_their_path(tmp_path: Path) -> None:
    make(tmp_path, "rain/roof.flac", "dog/1.wav", "dog/notes.txt", "dog/.hidden.wav", "README.md")
    found = read_sounds(tmp_path)
    assert [(one.name, one.classes) for one in found.sounds] == [
        ("dog/1", ("dog",)),
        ("rain/roof", ("rain",)),
    ]
    assert found.classes == ("dog", "rain")
    assert found.table is None


def test_several_classes_in_one_sound(tmp_path: Path) -> None:
    make(tmp_path, "dog+rain/a.wav", "dog/b.wav")
    found = read_sounds(tmp_path)
    assert found.classes == ("dog", "rain")
    assert {one.name: one.classes for one in found.sounds} == {
        "dog+rain/a": ("dog", "rain"), "dog/b": ("dog",)
    }  # fmt: skip


def test_pieces_of_a_recording_share_a_fold_also_across_classes(tmp_path: Path) -> None:
    make(
        tmp_path,
        *(f"dog/kitchen/{number}.wav" for number in range(9)),
        *(f"dog/garden--{number}.wav" for number in range(9)),
        *(f"rain/kitchen/{number}.wav" for number in range(3)),
        *(f"rain/{number}.wav" for number in range(9)),
        *(f"dog/{number}.wav" for number in range(9)),
    )
    folds: defaultdict[str, set[int]] = defaultdict(set)
    for one in read_sounds(tmp_path).sounds:
        folds[one.recording].add(one.fold)
    assert all(len(own) == 1 for own in folds.values())
    assert {"kitchen", "garden", "rain/3", "dog/3"} <= set(folds)
    assert len(folds) == 2 + 9 + 9


def test_folds_can_be_chosen_and_the_unseen_one_left(tmp_path: Path) -> None:
    make(tmp_path, *(f"dog/{number}.wav" for number in range(10)))
    whole, part = read_sounds(tmp_path), read_sounds(tmp_path, [2, 5])
    assert Counter(one.fold for one in whole.sounds) == dict.fromkeys(FOLDS, 2)
    assert [one for one in whole.sounds if one.fold in (2, 5)] == list(part.sounds)


@settings(deadline=None)
@given(st.dictionaries(NAMES, st.sets(st.sampled_from("xyz"), min_size=1, max_size=1), min_size=1))
def test_every_fold_has_its_share_of_every_class(recordings: dict[str, set[str]]) -> None:
    assigned = assign_folds(recordings)
    assert assigned == assign_folds(dict(reversed(recordings.items())))
    for name in "xyz":
        count = Counter(assigned[one] for one, classes in recordings.items() if name in classes)
        counts = [count[fold] for fold in FOLDS]
        assert max(counts) - min(counts) <= 1


def test_all_faults_of_the_folders_come_together(tmp_path: Path) -> None:
    make(tmp_path, "dog/a.wav", "dog/a.flac", "Dog/b.wav", "rain/notes.txt", "stray.wav", "+/c.wav")
    make(tmp_path, "x+y/a.wav", "y+x/a.wav")
    with pytest.raises(InputError) as caught:
        read_sounds(tmp_path, [1, 9])
    told = {Path(fault.where).name: fault.what for fault in caught.value.faults}
    assert told == {
        "stray.wav": "is in no class's folder",
        "dog": "clashes with 'Dog': the same label but for case, spaces or order",
        "y+x": "clashes with 'x+y': the same label but for case, spaces or order",
        "+": "names no class",
        "rain": "the class has no sound",
        "a": "2 files differ in nothing but their suffix",
        "folds": "there is no fold 9",
    }
    assert all(fault.remedy for fault in caught.value.faults)


def test_a_folder_with_nothing_in_it_is_told_both_layouts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither ESC-50's layout .* nor one folder per class"):
        read_sounds(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder of sounds"):
        read_sounds(tmp_path / "nowhere")


def test_the_rule_of_dealing_does_not_change() -> None:
    recordings = {f"dog/{number}": ["dog"] for number in range(6)} | {"kitchen": ["dog", "rain"]}
    assert assign_folds(recordings) == {
        "dog/0": 5, "dog/1": 1, "dog/2": 2, "dog/3": 3, "dog/4": 1, "dog/5": 4, "kitchen": 2
    }  # fmt: skip


def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    make(tmp_path, "dog/a.wav")
    Path(os.fsdecode(os.fsencode(tmp_path / "dog") + b"/caf\xe9.wav")).touch()
    with pytest.raises(InputError, match=r"caf\\xe9\.wav: its name is not UTF-8"):
        read_sounds(tmp_path)


def test_what_is_no_file_is_told_and_not_left_out(tmp_path: Path) -> None:
    make(tmp_path, "dog/a.wav", "dog/.hidden/b.wav", "elsewhere/c/d.txt", "dog/x.wav/e.wav")
    (tmp_path / "elsewhere").rename(tmp_path / ".elsewhere")
    (tmp_path / "dog" / "gone.wav").symlink_to("nowhere.wav")
    (tmp_path / "dog" / "more").symlink_to(tmp_path / ".elsewhere" / "c")
    os.mkfifo(tmp_path / "dog" / "pipe.wav")
    (tmp_path / "stray.wav").symlink_to("nowhere.wav")
    with pytest.raises(InputError) as caught:
        read_sounds(tmp_path)
    told = {Path(fault.where).name: fault.what for fault in caught.value.faults}
    assert told == {
        "gone.wav": "is a link to nowhere.wav, which is not there",
        "more": "is a link to a folder, which is not followed",
        "pipe.wav": "is a pipe, no file",
        "x.wav": "is a folder, no file",
        "stray.wav": "is a link to nowhere.wav, which is not there",
    }
    assert all(fault.remedy for fault in caught.value.faults)
