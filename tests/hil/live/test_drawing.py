# SPDX-License-Identifier: Apache-2.0
"""From a state to text, at several sizes, with and without colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.live.course import column_of, score_course, spectrogram
from hil.live.drawing import Look, draw
from hil.live.large_text import columns_of, large
from hil.live.observations import EventSeen, FrameSeen, LoadSeen, PatchSeen
from hil.live.shades import ASCII_SHADES, EIGHTHS, UPPER_HALF, ascii_image, course, half_blocks
from hil.live.state import SHOWN_S, LiveState
from tests.hil.live.listening_parts import SETUP, counts

COLOURS, GREY, ASCII = Look(True, False), Look(False, False), Look(False, True)
LABELS = ("chainsaw", "clock_tick", "crackling_fire", "crying_baby", "dog", "helicopter")


def state(labels: tuple[str, ...] = LABELS, seconds: float = 5.0) -> LiveState:
    """A tone that rises while the dog's score does; rain-like noise of score before."""
    one = LiveState(replace(SETUP, labels=labels, source="dog.wav"))
    for number in range(round(100 * seconds)):
        cells = np.full(64, -128, np.int8)
        cells[number % 64] = 127
        one.frame(FrameSeen((number + 1) / 100, cells))
    for number in range(1, round(seconds / 0.72)):
        shares = [0.0] * len(labels)
        shares[min(4, len(labels) - 1)] = min(1.0, 0.2 * number)
        one.patch(PatchSeen(0.72 * number, tuple(shares)))
    one.load(LoadSeen(seconds, 24.3))
    return one


@pytest.mark.parametrize("look", [COLOURS, GREY, ASCII], ids=["colours", "grey", "ascii"])
@pytest.mark.parametrize("size", [(60, 24), (80, 24), (120, 50), (200, 60), (20, 10), (80, 5)])
def test_nothing_is_larger_than_the_screen(look: Look, size: tuple[int, int]) -> None:
    width, height = size
    lines = draw(state(), width, height, look)
    assert 0 < len(lines) <= height
    assert all(line.cell_len <= width for line in lines)
    if look is ASCII:
        assert all(line.plain.isascii() for line in lines)
    if width >= 60 and height >= 24:
        text = "\n".join(line.plain for line in lines)
        assert all(label in text for label in LABELS)
        assert "dog.wav" in text and "5.0 s" in text and "CPU 24 %" in text
        assert "mel bands" in text


def test_a_class_that_sounds_is_large_and_its_score_is_beside_it() -> None:
    one = state()
    one.event(EventSeen(3.0, "dog", True, 0.93))
    text = "\n".join(line.plain for line in draw(one, 60, 24, GREY))
    first = (large("dog", ascii_only=False) or [""])[0]
    assert f"{first}   dog 0.93" in text
    one.event(EventSeen(4.0, "dog", False))
    text = "\n".join(line.plain for line in draw(one, 60, 24, GREY))
    assert first not in text
    assert (large("listening", ascii_only=False) or [""])[0] in text


def test_of_two_classes_the_newer_one_is_large_and_both_are_named() -> None:
    one = state()
    one.event(EventSeen(3.0, "dog", True, 0.93))
    one.event(EventSeen(4.0, "chainsaw", True, 0.61))
    text = "\n".join(line.plain for line in draw(one, 80, 24, GREY))
    assert "chainsaw 0.61, dog 0.93" in text


@pytest.mark.parametrize("label", ["ein sehr langer Name einer Klasse", "犬", "köter"])
def test_a_class_that_cannot_be_drawn_large_is_written(label: str) -> None:
    one = state((label, "b"))
    one.event(EventSeen(3.0, label, True, 0.93))
    text = "\n".join(line.plain for line in draw(one, 60, 24, GREY))
    assert label.upper() in text


def test_with_more_classes_than_lines_those_that_were_highest_are_shown() -> None:
    labels = tuple(f"class{number:03}" for number in range(200))
    one = LiveState(replace(SETUP, labels=labels))
    one.patch(PatchSeen(1.0, tuple(number / 200 for number in range(200))))
    text = "\n".join(line.plain for line in draw(one, 80, 30, GREY))
    assert "class199" in text and "class000" not in text


def test_what_went_wrong_is_told() -> None:
    one = state()
    one.counts(5.0, counts(late_s=1.25, worst_late_s=2.5, late_pieces=7, resent=3, recoveries=1))
    text = "\n".join(line.plain for line in draw(one, 80, 24, GREY))
    for words in ("late 1.25 s (worst 2.50)", "late pieces 7", "resent 3", "recovered 1"):
        assert words in text
    one.counts(5.0, counts(dropped_samples=8000, overruns=2, board_dropped=5))
    text = "\n".join(line.plain for line in draw(one, 120, 24, GREY))
    for words in ("dropped 0.50 s", "overruns 2", "lines lost 5"):
        assert words in text


def test_the_load_of_long_ago_is_not_shown() -> None:
    one = state()
    one.counts(60.0, counts())
    assert "CPU - %" in "\n".join(line.plain for line in draw(one, 80, 24, GREY))


def test_a_line_for_the_user_stays_until_the_next() -> None:
    one = state()
    one.told(5.0, "the board restarted")
    assert "the board restarted" in draw(one, 80, 24, GREY)[-1].plain


# -- spectrogram and scores over the columns ----------------------------------------------------


def test_the_newest_sound_is_in_the_last_column_and_what_is_older_leaves_on_the_left() -> None:
    assert column_of(8.0, 8.0, 80, 8.0) == 79
    assert column_of(0.0, 8.0, 80, 8.0) == -1
    columns = [column_of(now_s - 1.0, now_s, 80, 8.0) for now_s in np.arange(2.0, 9.0, 0.013)]
    assert set(columns) <= {68, 69, 70}


def test_low_bands_are_at_the_bottom_and_silence_is_dark() -> None:
    cells = np.full(64, -128, np.int8)
    cells[0] = 127
    image = spectrogram([FrameSeen(8.0, cells)], 8.0, 16, 80, 8.0)
    assert image[-1, -1] == 1.0
    assert image.sum() == 1.0


def test_a_column_and_a_row_hold_the_loudest_of_what_falls_into_them() -> None:
    quiet, loud = np.full(64, -100, np.int8), np.full(64, -100, np.int8)
    loud[63] = 27
    image = spectrogram([FrameSeen(7.99, loud), FrameSeen(7.995, quiet)], 7.999, 4, 8, 8.0)
    assert image[0, -1] == pytest.approx((27 + 128) / 255)
    assert image[1, -1] == pytest.approx((-100 + 128) / 255)


@settings(max_examples=50, deadline=None)
@given(bands=st.integers(1, 90), rows=st.integers(1, 80))
def test_any_bands_fit_any_rows(bands: int, rows: int) -> None:
    cells = np.arange(bands).astype(np.int8)
    image = spectrogram([FrameSeen(1.0, cells)], 1.0, rows, 1, 1.0)
    heights = image[::-1, 0]
    assert np.all(np.diff(heights) >= 0)
    assert heights[-1] == (bands - 1 + 128) / 255


def test_a_score_holds_until_the_next_patch() -> None:
    patches = [PatchSeen(4.0, (0.25,)), PatchSeen(6.0, (0.75,))]
    levels = score_course(patches, 0, 8.0, 8, 8.0)
    assert levels.tolist() == [0, 0, 0, 0.25, 0.25, 0.75, 0.75, 0.75]
    assert score_course(patches[:1], 0, 60.0, 4, 8.0).tolist() == [0.25] * 4


def test_the_state_keeps_what_is_on_the_screen_and_one_patch_before() -> None:
    one = state(seconds=30.0)
    assert one.frames[0].time_s >= 30.0 - SHOWN_S
    assert one.patches[0].time_s < 30.0 - SHOWN_S <= one.patches[1].time_s
    assert len(one.frames) <= 100 * SHOWN_S + 1


# -- characters ---------------------------------------------------------------------------------


def test_levels_become_shades() -> None:
    ramp = np.linspace(0, 1, 9)
    assert course(ramp, ascii_only=False) == EIGHTHS
    assert course(np.linspace(0, 1, 10), ascii_only=True) == ASCII_SHADES
    assert [line.plain for line in ascii_image(np.array([[0.0, 1.0], [1.0, 0.0]]))] == [" @", "@ "]


def test_two_rows_of_an_image_share_a_line_of_half_blocks_in_their_colours() -> None:
    levels = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    first, second = half_blocks(levels)
    assert first.plain == second.plain == UPPER_HALF * 3
    assert len(first.spans) == 2  # two cells of one style, and one of another
    style = first.spans[0].style
    assert not isinstance(style, str)
    assert style.color is not None and style.bgcolor is not None
    assert sum(style.color.get_truecolor()) > sum(style.bgcolor.get_truecolor())


def test_large_letters_have_their_width() -> None:
    for word in (*LABELS, "a", "0123456789"):
        for ascii_only in (True, False):
            lines = large(word, ascii_only=ascii_only)
            assert lines is not None
            assert {len(line) for line in lines} == {columns_of(word)}
    assert large("ä", ascii_only=True) is None
