# SPDX-License-Identifier: Apache-2.0
"""JSON lines, recordings, the view in a terminal, and the summary."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from rich.console import Console

from generator.errors import InputError
from hil.live import recording as recording_module
from hil.live.json_lines import JsonLines
from hil.live.observations import EventSeen, FrameSeen, LoadSeen, Observers, PatchSeen
from hil.live.recording import Recording, WavWriter
from hil.live.summary import summary_lines
from hil.live.view import REDRAW_S, View
from tests.hil.live.listening_parts import LABELS, RATE_HZ, SETUP, counts, join, noise

SHARES = tuple(index / 10 for index in range(len(LABELS)))


def tell(observer: Any) -> None:
    """A little of everything."""
    observer.start(SETUP)
    observer.frame(FrameSeen(0.5, np.zeros(64, np.int8)))
    observer.patch(PatchSeen(0.98, SHARES))
    observer.event(EventSeen(1.7, "label3", True, 0.934567))
    observer.load(LoadSeen(1.7, 24.34, None))
    observer.told(2.0, "the board restarted")
    observer.event(EventSeen(3.4, "label3", False, 0.2, 1.7))
    observer.load(LoadSeen(4.0, 43, 57))
    observer.finish(4.5, counts(late_s=0.25, dropped_samples=3), interrupted=True)


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_lines_have_a_time_and_an_event_each() -> None:
    out = io.StringIO()
    tell(JsonLines(out.write))
    start, patch, begin, load, note, end, asleep, summary = lines_of(out.getvalue())
    assert (start["event"], start["labels"][3], start["sample_rate_hz"]) == (
        "start",
        "label3",
        16_000,
    )
    assert patch == {
        "time_s": 0.98,
        "event": "patch",
        "scores": dict(zip(LABELS, SHARES, strict=True)),
    }
    assert begin == {"time_s": 1.7, "event": "begin", "class": "label3", "score": 0.9346}
    assert load == {"time_s": 1.7, "event": "load", "cpu_percent": 24.3}
    assert note == {"time_s": 2.0, "event": "note", "text": "the board restarted"}
    assert end["event"] == "end" and end["begin_s"] == 1.7
    assert asleep["asleep_percent"] == 57
    assert (summary["event"], summary["interrupted"], summary["late_s"]) == ("summary", True, 0.25)


def test_a_recording_is_the_sound_and_the_same_lines(tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    recording = Recording(folder, with_sound=True)
    pieces = noise(1.3)
    recording.start(SETUP)
    for piece in pieces:
        recording.sound(piece)
    recording.event(EventSeen(1.0, "label3", True, 0.9))
    recording.finish(1.3, counts(), interrupted=False)
    samples, rate_hz = soundfile.read(folder / "sound.wav", dtype="int16")
    assert rate_hz == RATE_HZ
    assert np.array_equal(samples, join(pieces))
    kinds = [line["event"] for line in lines_of((folder / "results.jsonl").read_text())]
    assert kinds == ["start", "begin", "summary"]


def test_a_recording_whose_writer_is_killed_opens_with_all_but_the_last_second(
    tmp_path: Path,
) -> None:
    recording = Recording(tmp_path, with_sound=True)
    recording.start(SETUP)
    pieces = noise(3.5)
    for piece in pieces:
        recording.sound(piece)
    recording.event(EventSeen(1.0, "label3", True, 0.9))  # never finished
    samples, _ = soundfile.read(tmp_path / "sound.wav", dtype="int16")
    assert len(samples) >= 2.5 * RATE_HZ
    assert np.array_equal(samples, join(pieces)[: len(samples)])
    assert len(lines_of((tmp_path / "results.jsonl").read_text())) == 2


@pytest.mark.parametrize("name", ["sound.wav", "results.jsonl"])
def test_a_file_that_is_there_is_never_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(InputError, match=name):
        Recording(tmp_path, with_sound=True)
    assert (tmp_path / name).read_bytes() == b"mine"


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "walk").write_bytes(b"mine")
    with pytest.raises(InputError, match="is a file"):
        Recording(tmp_path / "walk", with_sound=True)


def test_a_file_that_came_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    recording = Recording(tmp_path, with_sound=True)
    (tmp_path / "sound.wav").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        recording.start(SETUP)
    assert (tmp_path / "sound.wav").read_bytes() == b"mine"


def test_sound_of_the_board_alone_leaves_no_wav(tmp_path: Path) -> None:
    recording = Recording(tmp_path, with_sound=False)
    tell(recording)
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]


def test_sound_beyond_what_a_header_counts_goes_into_the_next_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "LONGEST_BYTES", 4096)
    recording = Recording(tmp_path, with_sound=True)
    recording.start(SETUP)
    pieces = noise(0.3)
    for piece in pieces:
        recording.sound(piece)
    recording.finish(0.3, counts(), interrupted=False)
    parts = [tmp_path / "sound.wav", tmp_path / "sound-2.wav", tmp_path / "sound-3.wav"]
    read = [soundfile.read(path, dtype="int16")[0] for path in parts]
    assert np.array_equal(np.concatenate(read), join(pieces))


def test_a_wav_without_sound_is_whole(tmp_path: Path) -> None:
    WavWriter(tmp_path / "none.wav", RATE_HZ).close()
    assert len(soundfile.read(tmp_path / "none.wav")[0]) == 0


# -- view ---------------------------------------------------------------------------------------


def make_view(clock: list[float]) -> tuple[View, io.StringIO]:
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=True,
        width=80,
        height=30,
        color_system="truecolor",
        legacy_windows=False,
    )
    return View(console, SETUP, lambda: clock[0]), out


def test_the_view_keeps_events_as_lines_and_gives_the_terminal_back() -> None:
    view, out = make_view([0.0])
    tell(view)
    text = out.getvalue()
    assert "1.70 s label3 0.93" in text and "3.40 s label3 ends" in text
    assert "the board restarted" in text
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l")  # the cursor is shown again
    assert "4.50 s of sound, at most 0.00 s late" in text


def test_the_view_is_drawn_ten_times_a_second_at_most() -> None:
    clock = [0.0]
    view, _ = make_view(clock)
    drawn = []
    view._draw_now = view._draw  # type: ignore[attr-defined]

    def draw() -> None:
        drawn.append(clock[0])
        view._draw_now()  # type: ignore[attr-defined]

    view._draw = draw  # type: ignore[method-assign]
    view.start(SETUP)
    for _ in range(1000):
        clock[0] += 0.01
        view.counts(clock[0], counts())
    view.close()
    assert 90 <= len(drawn) <= 101
    assert min(np.diff(drawn)) >= REDRAW_S - 1e-9


def test_all_observers_finish_even_where_one_fails(tmp_path: Path) -> None:
    class Broken(JsonLines):
        def finish(self, *_: object, **__: object) -> None:
            raise BrokenPipeError

    recording = Recording(tmp_path, with_sound=True)
    both = Observers(Broken(lambda line: None), recording)
    both.start(SETUP)
    both.sound(noise(0.1)[0])
    with pytest.raises(BrokenPipeError):
        both.finish(0.1, counts(), interrupted=True)
    assert len(soundfile.read(tmp_path / "sound.wav")[0]) > 0
    assert lines_of((tmp_path / "results.jsonl").read_text())[-1]["event"] == "summary"


def test_the_summary_says_what_went_wrong_and_nothing_else() -> None:
    assert list(summary_lines(SETUP, 4.5, counts())) == ["4.50 s of sound, at most 0.00 s late"]
    bad = counts(
        late_pieces=3, dropped_samples=8000, overruns=1, board_dropped=2, resent=1, recoveries=2
    )
    text = "\n".join(summary_lines(SETUP, 4.5, bad))
    for words in (
        "3 pieces came late",
        "0.50 s of the microphone's sound were dropped",
        "1 overruns",
        "2 lines were lost",
        "resent 1 time after",
        "failed 2 times",
    ):
        assert words in text
