# SPDX-License-Identifier: Apache-2.0
"""`mel2metal boards`: what it lists, and what it writes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from generator.repository import DEFAULT_BOARDS_FILE, REPO_ROOT
from hil.boards.attachment import Attachment
from hil.boards.inventory import read_inventory
from hil.boards.locks import hold_any
from hil.probe.attached import Attached, AttachedProbe
from mel2metal.__main__ import main

ATTACHED = Attached(
    probes=(
        AttachedProbe("0042", "ST", "STLINK-V3", "0887", "V3J10M3", ("/dev/acm-u585",)),
        AttachedProbe("0669", "ST", "STM32 STLink", complaint="too old\n    remedy: upgrade"),
        AttachedProbe("0777", "ST", "STLINK-V3", "9999"),
    ),
    virtual=(AttachedProbe("virtual:u585"), AttachedProbe("virtual:h743")),
)


@pytest.fixture
def boards_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEL2METAL_LOCK_DIR", str(tmp_path / "locks"))
    return Path(shutil.copy(DEFAULT_BOARDS_FILE, tmp_path / "boards.yaml"))


def run(boards_file: Path, *arguments: str, attached: Attached = ATTACHED) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("hil.boards.command.look", lambda: attached)
        return main(["boards", "--boards-file", str(boards_file), *arguments])


def test_it_lists_probe_port_board_and_user(
    boards_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_any(["0042"], "u585", 0):
        assert run(boards_file) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "u585  B-U585I-IOT02A",
        "    probe  0042  STLINK-V3 V3J10M3",
        "    port   /dev/acm-u585",
    ]
    assert lines[3].startswith("    in use by ")
    assert "(process " in lines[3]
    assert "a board that its probe does not name" in lines
    assert "        remedy: upgrade" in lines
    assert "board 9999, which is not in boards.yaml" in lines
    assert lines[-1] == "without a cable (--virtual): h743, u585"
    assert not any("in use" in line for line in lines[4:])


def test_a_probe_in_use_is_named_by_its_user(
    boards_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_any(["0669"], "l475", 0):
        assert run(boards_file) == 0
    assert "\nl475  by its user\n    probe  0669  STM32 STLink\n" in capsys.readouterr().out


def test_it_lists_what_only_the_inventory_has(
    boards_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (boards_file.parent / "boards.local.yaml").write_text(
        "- {board: u575, probe: '0669', port: COM3}\n"
        "- {board: l475, probe: '1234'}\n"
        "- {board: h743, probe: 'remote:rack', port: 'rfc2217://rack:4000'}\n"
    )
    assert run(boards_file) == 0
    out = capsys.readouterr().out
    assert "u575  by the inventory\n    probe  0669  STM32 STLink\n    port   COM3\n" in out
    assert "l475  by boards.local.yaml: NOT PLUGGED IN\n    probe 1234, port not known\n" in out
    assert "h743  by boards.local.yaml\n    probe remote:rack:5555, port rfc2217://rack:" in out


def test_nothing_plugged_in_is_told_with_what_may_hide_it(
    boards_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(boards_file, attached=Attached(complaints=("may not open\n    remedy: udev",))) == 3
    printed = capsys.readouterr()
    assert printed.out == "no debug probe is plugged in\n"
    assert "remedy: udev" in printed.err


def test_it_writes_an_inventory_but_never_over_one(
    boards_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = boards_file.parent / "boards.local.yaml"
    assert run(boards_file, "--write") == 0
    assert read_inventory(inventory, ["u585"]) == [Attachment("u585", "0042", "/dev/acm-u585")]
    inventory.write_text("# mine\n")
    capsys.readouterr()
    assert run(boards_file, "--write") == 2
    printed = capsys.readouterr()
    assert '- board: u585\n  probe: "0042"' in printed.out
    assert "is there already" in printed.err
    assert inventory.read_text() == "# mine\n"
    other = boards_file.parent / "other.yaml"
    assert run(boards_file, "--write", "--inventory", str(other)) == 0
    assert other.exists()


def test_with_nothing_there_it_writes_nothing(
    boards_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(boards_file, "--write", attached=Attached()) == 3
    assert "no debug probe" in capsys.readouterr().err
    assert not (boards_file.parent / "boards.local.yaml").exists()


def test_help_shows_what_an_inventory_looks_like(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["boards", "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for word in ("mel2metal boards --write", "power_cycle:", "rfc2217://", "remote:rack"):
        assert word in shown


def test_the_inventory_shown_by_help_is_a_right_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["boards", "--help"])
    example = capsys.readouterr().out.partition("one entry a board:\n")[2]
    path = tmp_path / "shown.yaml"
    path.write_text(example)
    assert [entry.probe for entry in read_inventory(path, ["u585", "h743"])] == [
        "004200253156501320323443",
        "remote:rack:5555",
        "virtual:u585-2",
    ]


def test_make_passes_on_what_is_named() -> None:
    command = ["make", "-n", "-o", ".venv/.test", "boards", "WRITE=1", "INVENTORY=my desk.yaml"]
    done = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    assert '-m mel2metal boards --write --inventory "my desk.yaml"' in done.stdout, done.stderr


def test_an_interrupted_list_is_no_traceback(
    boards_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> Attached:
        raise KeyboardInterrupt

    monkeypatch.setattr("hil.boards.command.look", interrupt)
    assert main(["boards", "--boards-file", str(boards_file)]) == 130
    assert capsys.readouterr().err == "mel2metal: interrupted\n"
