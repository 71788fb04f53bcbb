# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.cli import main
from generator.commands import model_options
from generator.repository import DEFAULT_BOARDS_FILE, REPO_ROOT
from tests.support.model_builder import ModelBuilder
from tests.support.model_files import write_model


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    try:
        code = main([str(argument) for argument in arguments])
    except SystemExit as leaving:  # argparse leaves by itself
        code = int(leaving.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def left(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()] if directory.exists() else []


@pytest.mark.slow
def test_firmware_from_model_to_image(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    build = ("--board", "u585", "--out", tmp_path)
    code, out, err = run(capsys, "firmware", *build, "--model", tiny_path)
    assert (code, err) == (0, "")
    steps = out.splitlines()
    for step in ("rendering the project", "CC core/", "CC network/", "LINK out/mel2metal.elf"):
        assert steps.count(step) == 1, out
    assert not [step for step in steps if step.startswith("CC") and step.endswith(".c")]
    assert not [step for step in steps if step.startswith("AS") and step.endswith(".S")]
    assert "published" not in out
    image = tmp_path / "u585" / "out"
    for suffix in ("elf", "hex", "bin", "map"):
        assert (image / f"mel2metal.{suffix}").stat().st_size > 0
    assert json.loads((tmp_path / "u585" / "footprint.json").read_text())["image"]["ram_bytes"] > 0
    code, again, _ = run(capsys, "footprint", *build)
    assert code == 0
    assert "network_weights" in again


def test_inspect_shows_operators_and_fit(
    capsys: pytest.CaptureFixture[str], tiny_path: Path
) -> None:
    code, out, _ = run(capsys, "inspect", tiny_path)
    assert code == 0
    for shown in ("DEPTHWISE_CONV_2D", "u585: fits", "bark, rain, silence", "Rows kept in RAM"):
        assert shown in out


def test_inspect_tells_the_rule(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    _, out, _ = run(capsys, "inspect", tiny_path)
    assert "decision: softmax, the highest mean score decides" in out
    _, out, _ = run(capsys, "inspect", tiny_path, "--threshold", "0.6")
    assert "decision: softmax, threshold 0.602; below it: undecided" in out
    model = write_model(tmp_path / "m.tflite", tiny_path.read_bytes(), ("bark", "rain", "silence"))
    model.with_name("m.decision.yaml").write_text("threshold: 0.5\nother: silence\n")
    _, out, _ = run(capsys, "inspect", model)
    assert "decision: softmax, threshold 0.500; below it: silence" in out


def test_faults_of_the_settings_come_with_the_others(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    model = write_model(tmp_path / "m.tflite", tiny_path.read_bytes())
    model.with_name("m.decision.yaml").write_text("threshold: 7\nother: cat\n")
    arguments = ("firmware", "--board", "none", "--out", tmp_path / "build", "--model", model)
    code, _, err = run(capsys, *arguments, "--threshold", "-1")
    assert code == 2
    assert "4 faults" in err
    for said in (
        "no board 'none' in boards.yaml",
        "yaml:1: threshold: 7",
        "--threshold: -1",
        "class 'cat'",
    ):
        assert said in err
    assert left(tmp_path / "build") == []


def test_inspect_says_when_a_model_does_not_fit(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    boards = {"u585": yaml.safe_load(DEFAULT_BOARDS_FILE.read_text())["u585"]}
    boards["u585"]["budgets"]["activation_ram_bytes"] = 100
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(boards))
    code, out, _ = run(capsys, "inspect", tiny_path, "--boards-file", tmp_path / "small.yaml")
    assert code == 2
    assert "u585: does not fit" in out


def test_a_model_over_budget_is_refused_with_numbers(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    boards = yaml.safe_load(DEFAULT_BOARDS_FILE.read_text())
    boards["u585"]["budgets"]["activation_ram_bytes"] = 100
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(boards))
    options = ("--board", "u585", "--model", tiny_path, "--out", tmp_path / "build")
    code, _, err = run(capsys, "firmware", *options, "--boards-file", tmp_path / "small.yaml")
    assert code == 2
    assert "activation_ram_bytes" in err
    assert "B RAM, u585 allows 100 for them" in err
    assert left(tmp_path / "build") == []


def test_a_model_larger_than_the_part_is_refused_with_numbers(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    boards = yaml.safe_load(DEFAULT_BOARDS_FILE.read_text())
    boards["l432"]["memories"][1]["size_bytes"] = 13_312
    boards["l432"]["budgets"]["image_ram_bytes"] = 13_312
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(boards))
    options = ("--board", "l432", "--model", tiny_path, "--out", tmp_path / "build")
    code, _, err = run(capsys, "firmware", *options, "--boards-file", tmp_path / "small.yaml")
    assert code == 2
    assert "needs 13,760 B RAM, the part has 13,312: network's rows 1,952" in err
    assert left(tmp_path / "build") == []


def test_faults_of_board_model_and_labels_come_in_one_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "boards.yaml").write_text(
        DEFAULT_BOARDS_FILE.read_text().replace("divider_r: 2", "divider_r: 1")
    )
    (tmp_path / "bad.tflite").write_bytes(b"TFL3 but nothing more")
    code, _, err = run(
        *(capsys, "firmware", "--board", "u585", "--model", tmp_path / "bad.tflite"),
        *("--boards-file", tmp_path / "boards.yaml", "--out", tmp_path / "build"),
    )
    assert code == 2
    assert "unreachable" in err
    assert "bad.tflite" in err
    assert left(tmp_path / "build") == []


@pytest.mark.parametrize("damage", ["float", "truncated", "labels", "bands", "empty", "absent"])
def test_bad_input_leaves_nothing_and_shows_no_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, damage: str
) -> None:
    builder = ModelBuilder(frames=16, bands=32 if damage == "bands" else 64)
    builder.conv(4, stride=(2, 2)).head(classes=3)
    if damage == "float":
        builder.tensors[builder.inputs[0]].dtype = "FLOAT32"
    model = tmp_path / "model.tflite"
    content = builder.to_bytes()
    if damage != "absent":
        model.write_bytes({"truncated": content[:300], "empty": b""}.get(damage, content))
    if damage == "labels":
        model.with_name("model.labels.txt").write_text("one\ntwo\n")
    options = ("--board", "u585", "--model", model, "--out", tmp_path / "build")
    code, out, err = run(capsys, "firmware", *options)
    assert code == 2
    assert "fault" in err
    assert "Traceback" not in out + err
    assert left(tmp_path / "build") == []


@pytest.mark.slow
def test_labels_that_were_made_up_are_mentioned(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    lonely = write_model(tmp_path / "lonely.tflite", tiny_path.read_bytes())
    code, out, _ = run(capsys, "firmware", "--board", "u585", "--model", lonely, "--out", tmp_path)
    assert code == 0
    assert "class_0" in out


def test_a_missing_compiler_is_a_missing_tool(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    options = ("--board", "u585", "--model", tiny_path, "--out", tmp_path / "build")
    code, _, err = run(capsys, "firmware", *options, "--cross-compile", "/nowhere/arm-none-eabi-")
    assert code == 3
    assert "/nowhere/arm-none-eabi-gcc" in err
    assert left(tmp_path / "build") == []


def test_a_folder_that_cannot_be_written_is_told(
    capsys: pytest.CaptureFixture[str], tiny_path: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    for out_dir in (tmp_path / "file", tmp_path / "file" / "build"):
        options = ("--board", "u585", "--model", tiny_path, "--out", out_dir)
        code, out, err = run(capsys, "firmware", *options)
        assert code == 3
        assert out == ""  # before anything is read or compiled
        assert f"{tmp_path / 'file'} is a file" in err
        assert "name a folder with --out" in err


def test_a_folder_without_permission_is_told(
    capsys: pytest.CaptureFixture[str],
    tiny_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    options = ("--board", "u585", "--model", tiny_path, "--out", tmp_path / "build")
    code, out, err = run(capsys, "firmware", *options)
    assert (code, out) == (3, "")
    assert f"{tmp_path} cannot be written to" in err
    assert left(tmp_path / "build") == []


def test_a_missing_default_model_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_options, "DEFAULT_MODEL", tmp_path / "absent.tflite")
    code, _, err = run(capsys, "firmware", "--board", "u585", "--out", tmp_path / "build")
    assert code == 3
    assert "--model" in err


def test_footprint_without_a_build_says_what_to_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, _, err = run(capsys, "footprint", "--board", "u585", "--out", tmp_path)
    assert code == 3
    assert "mel2metal firmware" in err


@pytest.mark.parametrize(
    "jobs", ["0", "-1", "two", "257", "99999999999999", "9" * 5000, "2.0", "²"]
)
def test_jobs_are_a_number(capsys: pytest.CaptureFixture[str], tmp_path: Path, jobs: str) -> None:
    options = ("--board", "u585", "--out", tmp_path / "build", f"--jobs={jobs}")
    code, _, err = run(capsys, "firmware", *options)
    assert code == 2
    assert "is no number of jobs" in err


def test_every_option_has_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("firmware", "inspect", "footprint"):
        _, out, _ = run(capsys, command, "--help")
        assert "records of boards" in out
        assert "boards.yaml of mel2metal" in " ".join(out.split())


@pytest.mark.parametrize("command", [[], ["firmware"], ["inspect"], ["footprint"], ["doctor"]])
def test_help_teaches(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    code, out, _ = run(capsys, *command, "--help")
    assert code == 0
    assert "usage: mel2metal" in out
    if command in ([], ["firmware"]):
        assert "mel2metal firmware --board u585 --model model.tflite" in out


@pytest.mark.parametrize("arguments", [[], ["sing"], ["firmware"], ["firmware", "--board"]])
def test_wrong_usage_is_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "usage:" in err


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "generator", "footprint", "--board", "none", "--out", "/none"]
    done = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "choose one of: h743, h7a3, l432, l475, l4r5" in done.stderr


def test_options_are_not_guessed_from_their_beginnings(capsys: pytest.CaptureFixture[str]) -> None:
    # "--board" is no option of inspect, and no short form of its "--boards-file".
    code, _, err = run(capsys, "inspect", "--board", "u585")
    assert code == 2
    assert "unrecognized arguments: --board" in err
