# SPDX-License-Identifier: Apache-2.0
"""The plug-in as a user meets it: in processes of their own, with and without boards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.repository import REPO_ROOT
from hil.node_ids import board_of
from tests.support.model_files import write_model
from tests.support.pytest_run import NO_MODEL, run_pytest
from tests.support.tiny_model import tiny_model


@pytest.mark.slow
def test_without_board_everything_is_skipped_with_the_reason() -> None:
    done = run_pytest("hil/")
    assert done.returncode == 0
    assert "no board named: pass --board NAME" in done.stdout
    assert "passed" not in done.stdout
    assert "failed" not in done.stdout


@pytest.mark.slow
def test_without_board_but_required_it_fails() -> None:
    done = run_pytest("hil/suite/test_handshake.py", "--require-board")
    assert done.returncode == 1
    assert "no board named" in done.stdout


@pytest.mark.slow
def test_only_the_suite_is_collected() -> None:
    done = run_pytest("hil/", "--collect-only")
    collected = {line.split("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected
    assert all(path.startswith("hil/suite/") for path in collected)


@pytest.mark.slow
def test_named_board_that_is_absent_fails_and_says_what_to_do() -> None:
    done = run_pytest("hil/suite/test_handshake.py", "--board", "u585", "--port", "/dev/ttyNone")
    assert done.returncode == 3
    assert "board u585 is not available: there is no /dev/ttyNone" in done.stdout
    assert "1 error in" in done.stdout
    assert "Traceback" not in done.stdout
    assert "skipped" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_model_that_is_none_ends_the_run_before_it_begins(
    tmp_path: Path, processes: tuple[str, ...]
) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(NO_MODEL + b"no flatbuffer")
    done = run_pytest(
        *("hil/", "--board", "u585", "--virtual", "--model", str(model)),
        *("--build-dir", str(tmp_path), *processes),
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("mel2metal: m.tflite: truncated or damaged")
    assert done.stderr.count("m.tflite") == 1
    assert list(tmp_path.iterdir()) == [model]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_firmware_that_cannot_be_built_ends_the_run_at_once_with_the_reason(
    tmp_path: Path, processes: tuple[str, ...]
) -> None:
    model = write_model(tmp_path / "m.tflite", tiny_model())
    (tmp_path / "u585").mkdir()
    (tmp_path / "u585" / "mine.c").touch()
    done = run_pytest(
        *("hil/", "--board", "u585", "--virtual", "--model", str(model)),
        *("--build-dir", str(tmp_path), *processes),
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert 1 <= done.stdout.count("ERROR at setup") <= 2  # one in each process at most
    # Seconds of work are announced before they begin, whoever does it.
    announced = "[board]    each process" if processes else "[firmware] u585"
    assert announced in done.stdout.partition("ERROR at setup")[0]
    assert "could not be built" in done.stdout
    assert "no report: the board was never ready" in done.stdout
    assert "mine.c" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_place_for_reports_that_cannot_be_written_ends_the_run_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = run_pytest(
        *("hil/suite/test_handshake.py", "--board", "u585", "--virtual"),
        *("--report-dir", str(tmp_path / "file" / "hil")),
    )
    assert done.returncode == 3
    assert "cannot write" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_every_board_skips_the_absent_ones_unless_required(tmp_path: Path) -> None:
    """One port means one board: the file has no other."""
    record = yaml.safe_load((REPO_ROOT / "boards.yaml").read_text())["u585"]
    (tmp_path / "boards.yaml").write_text(yaml.safe_dump({"u585": record}))
    arguments = (
        *("hil/suite/test_handshake.py", "--board", "all", "--port", "/dev/ttyNone"),
        *("--boards-file", str(tmp_path / "boards.yaml")),
    )
    done = run_pytest(*arguments)
    assert done.returncode == 0
    assert "is not available" in done.stdout
    assert run_pytest(*arguments, "--require-board").returncode == 3


@pytest.mark.slow
def test_wrong_options_are_refused_before_anything_runs() -> None:
    done = run_pytest("hil/", "--board", "u585", "--virtual", "--sounds", "/none")
    assert done.returncode == 2
    assert "/none: there is no such folder of sounds" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.slow
def test_all_faults_of_the_options_end_with_their_own_exit_code() -> None:
    done = run_pytest("hil/", "--board", "u999", "--folds", "1;2")
    assert done.returncode == 2
    assert "no board 'u999'" in done.stderr
    assert "--folds: '1;2'" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.slow
def test_an_unknown_virtual_fault_ends_the_run_with_the_list() -> None:
    done = run_pytest("hil/", "--board", "u585", "--virtual", "--virtual-fault", "rain")
    assert done.returncode == 2
    assert "--virtual-fault: no fault 'rain'" in done.stderr
    assert "choose from: framing-errors, " in done.stderr


@pytest.mark.slow
def test_listing_the_tests_leaves_the_last_report_alone(tmp_path: Path) -> None:
    old = tmp_path / "hil" / "u585" / "20010203T040506Z-m"
    old.mkdir(parents=True)
    (old / "report.json").write_text("{}")
    latest = old.with_name("latest")
    latest.symlink_to(old.name)
    arguments = ("hil/suite/test_handshake.py", "--board", "u585", "--build-dir", str(tmp_path))
    assert run_pytest(*arguments, "--virtual", "--collect-only").returncode == 0
    assert sorted(path.name for path in old.parent.iterdir()) == [old.name, "latest"]
    run_pytest(*arguments, "--port", "/dev/ttyNone")
    assert (old / "report.json").read_text() == "{}"
    assert not (latest / "report.json").exists()
    assert "board u585 is not available" in (latest / "PARTIAL.txt").read_text()


@pytest.mark.parametrize("target", ["hil", "test", "bench"])
def test_make_passes_another_compiler_on(target: str) -> None:
    command = ["make", "-n", "-o", ".venv/.test", target, "CROSS_COMPILE=/opt/my arm/arm-"]
    done = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    assert '--cross-compile "/opt/my arm/arm-"' in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("target", ["hil", "inspect", "evaluate"])
def test_make_quotes_what_the_user_names(target: str) -> None:
    command = ["make", "-n", "-o", ".venv/.test", target, "MODEL=my model.tflite", "FOLDS=1, 2"]
    done = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    assert '"my model.tflite"' in done.stdout, done.stdout + done.stderr
    assert target == "inspect" or '--folds "1, 2"' in done.stdout


def test_plugin_imports_without_the_packages_that_boards_need() -> None:
    blocked = ("unicorn", "numba", "numpy", "serial", "cobs", "soundfile", "soxr", "pooch",
               "matplotlib", "ai_edge_litert", "yaml", "pydantic", "filelock", "rich")  # fmt: skip
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({blocked}));"
        "import hil.plugin, hil.pytest_fixtures;"
        "print(*sorted(m for m in sys.modules if m.startswith('hil')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPO_ROOT, capture_output=True, text=True, check=False
    )
    plugin = {"plugin", "general_fixtures", "option_table", "gates", "gates.options"}
    plugin |= {f"pytest_{part}" for part in ("fixtures", "options", "reruns", "stash")}
    assert set(done.stdout.split()) == {"hil", *(f"hil.{one}" for one in plugin)}, done.stderr


BOARD_RECORD = """
from generator.frontend.presets import YAMNET
from generator.model.decision import DecisionRule, Head
from generator.model.patches import patch_rule
from generator.project.manifest import FrontendInfo, ProjectInfo
from hil.boards.identity import Identity
from hil.report.records import BoardRecord, ClipRecord, DivergenceRecord

RULE = DecisionRule(Head.SOFTMAX, (-128, -128))
FRONTEND = FrontendInfo.of(YAMNET, patch_rule(96))
PROJECT = ProjectInfo("u585", "u585", "m", "ab", ("a", "b"), RULE, False, "0", FRONTEND)

def board(accuracy_unmeasured):
    identity = Identity(PROJECT, "builtin", 160000000, "cd")
    return BoardRecord("u585", True, "estimated", identity, "m", "gcc", accuracy_unmeasured,
                       "test")
"""

RECORDING_TEST = f"""
import pytest
import yaml
{BOARD_RECORD}

@pytest.mark.parametrize("number", range(6))
def test_clip(number, save_record):
    save_record(board(""))
    decision = 0 if number else 1
    save_record(ClipRecord("u585", f"clip{{number}}", 1, (0,), decision, (decision,), 8, 0, 96,
                           (16000,), (160,), (99,), 5, 96, (96, 96), (), 0.1))
    if number == 5:
        save_record(DivergenceRecord("u585", 2, "clip5: features"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_records_of_all_processes_meet_in_one_report(
    tmp_path: Path, processes: tuple[str, ...]
) -> None:
    (tmp_path / "test_recording.py").write_text(RECORDING_TEST)
    model = write_model(tmp_path / "m.tflite", tiny_model())
    done = run_pytest(
        *("--rootdir", ".", "--board", "u585", "--virtual", "--model", str(model)),
        *("--build-dir", ".", "--junitxml", "junit.xml", "--html", "page.html"),
        *(*processes, "test_recording.py"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((tmp_path / "hil" / "u585" / "latest" / "report.json").read_text())
    assert (report["clips"], report["patches"], report["divergences"]) == (6, 6, 2)
    assert report["accuracy"] == pytest.approx(5 / 6)
    assert "divergences: 2" in done.stdout
    junit = (tmp_path / "junit.xml").read_text()
    assert 'name="u585.accuracy"' in junit
    assert 'name="u585.latency.network_ms_at_160mhz"' in junit
    assert "mel2metal builtin" in (tmp_path / "page.html").read_text()


CLIP_TEST = f"""
{BOARD_RECORD}

def test_clip(board_name, clip, save_record):
    if clip.name == "1-3-A":
        raise RuntimeError("broken before anything was compared")
    save_record(board("no labels"))
    save_record(ClipRecord("u585", clip.name, 1, None, 0, (0,), 8, 0, 96, (16000,),
                           (160,), (99,), 5, 96, (96, 96), (), 0.1))
"""


@pytest.mark.slow
@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one-process", "two-processes"])
def test_clip_that_left_no_record_is_told_and_zero_divergences_are_not_claimed(
    tmp_path: Path, processes: tuple[str, ...]
) -> None:
    rows = [f"1-{number}-A.wav,1,sound{number},True" for number in range(6)]
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text("\n".join(["filename,fold,category,esc10", *rows]))
    (tmp_path / "audio").mkdir()
    for row in rows:
        (tmp_path / "audio" / row.split(",")[0]).touch()  # the test never reads them
    (tmp_path / "test_clip.py").write_text(CLIP_TEST)
    write_model(tmp_path / "m.tflite", tiny_model())
    done = run_pytest(
        *("--rootdir", ".", "--board", "u585", "--virtual", "--model", "m.tflite"),
        *("--sounds", ".", "--clips", "5", "--build-dir", ".", *processes, "test_clip.py"),
        cwd=tmp_path,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "5 selected, 4 played, 1 FAILED" in done.stdout
    assert "divergences: 0" not in done.stdout
    report = json.loads((tmp_path / "hil" / "u585" / "latest" / "report.json").read_text())
    details = json.loads((tmp_path / "hil" / "u585" / "latest" / "details.json").read_text())
    assert report["divergences"] is None
    assert (details["clips_selected"], details["clips_played"]) == (5, 4)
    assert details["clips_failed"] == ["1-3-A"]


@pytest.mark.slow
def test_tests_of_a_real_board_stay_in_one_process(tmp_path: Path) -> None:
    done = run_pytest(
        *("hil/suite/test_handshake.py", "hil/suite/test_link_faults.py", "--board", "u585"),
        *("--port", "/dev/ttyNone", "--build-dir", str(tmp_path), "-n", "2", "-vv", "--tb=no"),
    )
    processes = {line.split("]")[0] for line in done.stdout.splitlines() if line.startswith("[gw")}
    assert len(processes) == 1, done.stdout


def test_board_is_found_among_the_parameters() -> None:
    boards = frozenset({"u585", "l475"})
    assert board_of("hil/suite/test_clips.py::test_x[u585-1-100032-A-0]", boards) == "u585"
    assert board_of("hil/suite/test_x.py::test_y[l475]", boards) == "l475"
    assert board_of("tests/test_x.py::test_y[sound-0]", boards) is None
    assert board_of("tests/test_x.py::test_u585", boards) is None
