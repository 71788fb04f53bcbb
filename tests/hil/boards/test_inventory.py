# SPDX-License-Identifier: Apache-2.0
"""The local inventory: what it may say, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from generator.repository import REPO_ROOT
from hil.boards.attachment import Attachment
from hil.boards.inventory import default_inventory, propose_inventory, read_inventory
from hil.probe.attached import Attached, AttachedProbe

BOARDS = ("u585", "u575", "h743")

GOOD = """\
- board: u585
  probe: "0042"
  port: /dev/ttyACM0
  power_cycle: uhubctl -l 1-1 -p 2 -a cycle
- board: u585
  probe: virtual:u585-2
- board: h743
  probe: remote:rack
  port: rfc2217://rack:4000
- board: u575
  port: socket://localhost:5000
"""


def read(tmp_path: Path, text: str) -> list[Attachment]:
    path = tmp_path / "boards.local.yaml"
    path.write_text(text)
    return read_inventory(path, BOARDS)


def faults_of(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    return [str(fault) for fault in caught.value.faults]


def test_each_way_to_reach_a_board(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == [
        Attachment("u585", "0042", "/dev/ttyACM0", "uhubctl -l 1-1 -p 2 -a cycle"),
        Attachment("u585", "virtual:u585-2", "virtual://u585-2"),
        Attachment("h743", "remote:rack:5555", "rfc2217://rack:4000"),
        Attachment("u575", None, "socket://localhost:5000"),
    ]


def test_all_faults_come_together_with_their_lines(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        """\
- board: u999
  probe: "1"
- board: u585
  probe: 2
  prot: COM3
- board: u585
- board: u575
  probe: remote:rack
- word
- board: h743
  probe: "1"
- board: h743
  board: h743
  probe: "7"
""",
    )
    text = "\n".join(faults)
    assert "boards.local.yaml:1: 0.board: no board 'u999'" in text
    assert "one of u585, u575, h743" in text
    assert "boards.local.yaml:4: 1.probe: is no text, found 2\n    remedy: put it in quotes" in text
    assert "boards.local.yaml:5: 1.prot: unknown key" in text
    assert "boards.local.yaml:6: 2: neither probe nor port" in text
    assert "boards.local.yaml:7: 3: a remote probe's port cannot be found" in text
    assert "boards.local.yaml:9: 4: is no entry" in text
    assert "boards.local.yaml:11: 5.probe: 1 is in boards.local.yaml:2: 0.probe" in text
    assert "boards.local.yaml:13: 6.board: duplicate key" in text
    assert len(faults) == 8


@pytest.mark.parametrize(
    "entries",
    [
        "- {board: u585, probe: 'remote:rack', port: 'socket://a:1'}\n"
        "- {board: u585, probe: 'remote:rack:5555', port: 'socket://a:2'}\n",
        "- {board: u585, probe: 'virtual:u585-2'}\n- {board: u585, port: 'virtual://u585-2'}\n",
    ],
)
def test_the_same_place_in_other_words_is_the_same_place(tmp_path: Path, entries: str) -> None:
    (fault,) = faults_of(tmp_path, entries)
    assert "is in boards.local.yaml:1" in fault


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{board: u585, probe: 'virtual:u575'}", "virtual:u575 is no virtual u585"),
        ("{board: u585, probe: 'virtual:u58'}", "give virtual:u585 or virtual:u585-NAME"),
        ("{board: u585, probe: 'virtual:u585 2'}", "is no virtual u585"),
        ("{board: u585, port: 'virtual://h743'}", "give virtual://u585 or virtual://u585-NAME"),
        ("{board: u585, probe: ' 0042'}", "blanks around it"),
        ("{board: u585, probe: 'remote:', port: 'socket://a:1'}", "remote:HOST:PORT"),
        ("{board: u585, probe: 'remote:a:x', port: 'socket://a:1'}", "remote:HOST:PORT"),
        ("{board: u585, probe: 'remote:a:65536', port: 'socket://a:1'}", "from 1 to 65535"),
    ],
)
def test_a_place_that_cannot_be_one_is_refused(tmp_path: Path, entry: str, told: str) -> None:
    (fault,) = faults_of(tmp_path, f"- {entry}\n")
    assert told in fault


def test_a_virtual_board_may_be_named_by_its_port(tmp_path: Path) -> None:
    named = read(tmp_path, "- {board: u585, port: 'virtual://u585-2'}\n")
    assert named == [Attachment("u585", "virtual:u585-2", "virtual://u585-2")]


@pytest.mark.parametrize("text", ["", "board: u585\n", "- [\n", "[]\n"])
def test_what_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    assert len(faults_of(tmp_path, text)) == 1


def test_a_proposal_can_be_read_back(tmp_path: Path) -> None:
    attached = Attached(
        probes=(
            AttachedProbe("004200253156", product="STLINK-V3", board_id="0887", ports=("/dev/x",)),
            AttachedProbe("0669", product="STM32 STLink", ports=("/dev/y",)),
            AttachedProbe("77", product="two boards of that number", board_id="0836"),
            AttachedProbe("78", product="two ports", board_id="0886", ports=("/dev/a", "/dev/b")),
        ),
        virtual=(AttachedProbe("virtual:u585"),),
    )
    numbers = {"u585": "0887", "u575": "0886", "h743": "0836", "mine": "0836"}
    text = propose_inventory(attached, numbers)
    assert read(tmp_path, text) == [Attachment("u585", "004200253156", "/dev/x")]
    assert '# - board: NAME\n#   probe: "0669"\n' in text
    assert "# - board: h743 or mine\n" in text
    assert '#   port: "/dev/a"\n#   port: "/dev/b"\n' in text
    assert "virtual" not in text


def test_the_default_stands_beside_the_boards_file(tmp_path: Path) -> None:
    assert default_inventory(tmp_path / "boards.yaml") is None
    (tmp_path / "boards.local.yaml").touch()
    assert default_inventory(tmp_path / "boards.yaml") == tmp_path / "boards.local.yaml"


def test_a_link_to_an_inventory_that_is_gone_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "boards.local.yaml").symlink_to(tmp_path / "gone.yaml")
    path = default_inventory(tmp_path / "boards.yaml")
    assert path is not None
    with pytest.raises(InputError, match="cannot be read"):
        read_inventory(path, BOARDS)


def test_the_inventory_of_the_guide_is_a_right_one(tmp_path: Path) -> None:
    page = (REPO_ROOT / "docs" / "inventory.md").read_text(encoding="utf-8")
    example = page.partition("## The inventory")[2].partition("```yaml\n")[2].partition("```")[0]
    entries = read(tmp_path, example)
    assert [entry.board for entry in entries] == ["u585", "u585", "h743", "u585"]
    assert entries[0].power_cycle == "uhubctl -l 1-1 -p 2 -a cycle"
