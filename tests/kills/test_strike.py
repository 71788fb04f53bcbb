# SPDX-License-Identifier: Apache-2.0
"""The sweep of kills, with a small command in the place of a run: it strikes, and it sees."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from tests.kills.__main__ import KINDS, Journal, main, print_table
from tests.kills.kind import Kind, Outcome
from tests.kills.place import Place
from tests.kills.strike import Command, Moment, Usual, draw_moment
from tests.kills.sweep import Kill, Undisturbed, kill_and_run, run_undisturbed

WRITER = """
import os, subprocess, sys
if "inner" not in sys.argv:
    subprocess.run([sys.executable, __file__, "inner"], check=True)
if not os.path.exists("result"):
    for number in range(10):
        with open(f"{os.getpid()}-{number}" if "inner" in sys.argv else "scratch", "w") as stream:
            stream.write("x")
    for name in os.listdir("."):
        if name[0].isdigit():
            os.remove(name)
    if "inner" not in sys.argv:
        os.rename("scratch", "result")
"""
"""It clears up what was left, when it comes to it."""

FORGETFUL = WRITER.replace("os.remove(name)", "pass")


class Small(Kind):
    """A run of two processes, one below the other."""

    name = "small"
    purpose = "writes ten files, twice"

    def __init__(self, folder: Path, text: str) -> None:
        self.place = Place(folder / "root", folder / "tmp", folder / "scratch")
        for path in (self.place.root, self.place.temporary, self.place.scratch):
            path.mkdir()
        self._program = folder / "program.py"
        self._program.write_text(text)

    @property
    def command(self) -> Command:
        words = (sys.executable, str(self._program))
        return Command(words, self.place.root, dict(os.environ), self.place.root)

    def prepare(self, rng: random.Random) -> None:
        self.place.clear(*os.listdir(self.place.root))

    def outcome(self, printed: str) -> Outcome:
        return {"result": (self.place.root / "result").read_text()}


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path, WRITER)


def test_a_run_is_killed_with_its_children_at_any_write(small: Small) -> None:
    known = run_undisturbed(small)
    assert known.usual.writes > 20
    for at in (1, 5, known.usual.writes):
        small.prepare(random.Random(1))
        ended = small.command.run(small.place.scratch, Moment(write=at))
        assert ended.was_killed
        assert ended.writes == at


def test_the_next_run_is_held_against_an_undisturbed_one(small: Small) -> None:
    known = run_undisturbed(small)
    kill = kill_and_run(small, 1, 3, known)
    assert kill.faults == ()
    wrong = Undisturbed(known.usual, {"result": "y"}, known.listing | {"more"})
    faults = " ".join(kill_and_run(small, 1, 3, wrong).faults)
    assert "another outcome: result (1): y / x" in faults
    assert "missing: more (1)" in faults


def test_what_is_left_over_is_seen(tmp_path: Path) -> None:
    forgetful = Small(tmp_path, FORGETFUL)
    forgetful.prepare(random.Random(1))
    known = Undisturbed(Usual(1.0, 20), {"result": "x"}, {"result"})
    assert "left over: " in " ".join(kill_and_run(forgetful, 1, 3, known).faults)


def test_moments_are_of_the_seed_alone_and_of_both_kinds() -> None:
    usual = Usual(10.0, 500)
    drawn = [draw_moment(random.Random(f"1/x/{number}"), usual) for number in range(200)]
    assert drawn == [draw_moment(random.Random(f"1/x/{number}"), usual) for number in range(200)]
    writes = [one.write for one in drawn if one.after_s is None]
    assert 60 < len(writes) < 140
    assert all(1 <= one <= 500 for one in writes)
    assert all(0 <= one.after_s <= 10 for one in drawn if one.after_s is not None)
    assert draw_moment(random.Random(1), Usual(1.0, 0)).after_s is not None


def test_a_sweep_goes_on_where_it_ended_and_tells_hand_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.add("build", Kill(1, "at write 7", 1.0, 2.0, ()))
    journal.add("build", Kill(2, "after 1.00 s", 1.0, 2.0, ("left over: x (1)",), "printed"))
    journal.add("build", Kill(3, "after 1.00 s", 1.0, 2.0, ("another outcome: x",), "printed"))
    path.write_text(path.read_text() + '\n{"kind": "bui')  # cut short
    again = Journal(path)
    assert again.kills["build"] == journal.kills["build"]
    assert not print_table(again, ["build"], 3)
    assert capsys.readouterr().out.splitlines()[-1].split() == ["all", "3", "1", "2", "1", "1"]
    assert not print_table(again, ["build"], 2), "something is left over"
    assert not print_table(again, ["flash"], 1), "it is not done"
    assert print_table(again, ["build"], 1)


@pytest.mark.parametrize("words", [["--kinds", "bake"], ["--count", str(len(KINDS) - 1)]])
def test_a_faulty_request_is_told(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
