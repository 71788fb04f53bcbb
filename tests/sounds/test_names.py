# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sounds.names import names_of

PATHS = st.lists(
    st.builds(
        lambda folder, stem, suffix: PurePosixPath(folder) / f"{stem}{suffix}",
        st.sampled_from(("", "x", "y", "x/y")),
        st.sampled_from(("a", "b", "a.wav", ".a")),
        st.sampled_from(("", ".wav", ".flac", ".wav.ogg")),
    ),
    unique=True,
)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (("1-7-A-0.ogg", "1-7-B-0.ogg"), ["1-7-A-0", "1-7-B-0"]),
        (("x/1.ogg", "y/1.ogg"), ["x/1", "y/1"]),
        (("a.wav", "a.flac", "b.wav"), ["a.wav", "a.flac", "b"]),
        (("a", "a.wav"), ["a", "a.wav"]),
        (("x.wav", "x.flac", "x.wav.flac"), ["x.wav", "x.flac", "x.wav.flac"]),
    ],
)
def test_a_sound_is_called_by_its_path(paths: tuple[str, ...], names: list[str]) -> None:
    assert names_of([PurePosixPath(path) for path in paths]) == names


@given(PATHS)
def test_no_two_sounds_share_a_name(paths: list[PurePosixPath]) -> None:
    names = names_of(paths)
    assert len(set(names)) == len(paths)
    assert all(str(path).startswith(name) for path, name in zip(paths, names, strict=True))
