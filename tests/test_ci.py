# SPDX-License-Identifier: Apache-2.0
"""docs/ci.md and docs/lab.md name what exists; the udev rules leave no ST-LINK out."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from typing import Any

import pytest
import yaml

from generator.boards.boards_file import load_boards
from generator.repository import REPO_ROOT
from hil.boards.labgrid_client import read_environment
from hil.probe.attached import STLINK_USB_PIDS

MAKEFILE = (REPO_ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.M))
VARIABLES = set(re.findall(r"^(\w+) \?=", MAKEFILE, re.M))
PYTESTS_OWN = {"-n"}
MADE_BY_JOBS = re.compile(r"^(?:build|\.venv|\.tools)(?:/|$)|^/etc/")


def blocks(page: str, language: str = "yaml") -> list[str]:
    text = (REPO_ROOT / "docs" / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


WORKFLOWS = [yaml.safe_load(block) for block in blocks("ci.md")]
IDS = [str(workflow["name"]) for workflow in WORKFLOWS]


@cache
def pytest_options() -> set[str]:
    words = [sys.executable, "-m", "pytest", "--help"]
    done = subprocess.run(words, cwd=REPO_ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", done.stdout))


def jobs(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return list(workflow["jobs"].values())


def commands(workflow: dict[Any, Any]) -> list[str]:
    return [step["run"] for job in jobs(workflow) for step in job["steps"] if "run" in step]


def test_there_is_one_workflow_with_boards_and_one_without() -> None:
    runners = [job["runs-on"] for workflow in WORKFLOWS for job in jobs(workflow)]
    assert runners == ["ubuntu-latest", ["self-hosted", "stm32"]]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=IDS)
def test_a_workflow_is_whole(workflow: dict[Any, Any]) -> None:
    # YAML 1.1 takes the key `on` for a truth value.
    assert {"name", True, "permissions", "jobs"} == workflow.keys()
    for job in jobs(workflow):
        assert job["timeout-minutes"] > 0
        assert (
            set(job["strategy"]["matrix"]["board"]) <= load_boards(REPO_ROOT / "boards.yaml").keys()
        )
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)
        uploads = [s for s in job["steps"] if "upload-artifact" in s.get("uses", "")]
        assert [step["if"] for step in uploads] == ["always()"]


def test_boards_of_ones_own_are_kept_from_strangers() -> None:
    with_boards = WORKFLOWS[IDS.index("boards")]
    assert not {"pull_request", "pull_request_target"} & with_boards[True].keys()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=IDS)
def test_every_target_and_variable_exists(workflow: dict[Any, Any]) -> None:
    for command in commands(workflow):
        words = command.split()
        assert words[0] == "make"
        assert words[1] in TARGETS
        assert set(re.findall(r"(?<=\s)([A-Z_]+)=", command)) <= VARIABLES


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=IDS)
def test_every_option_of_pytest_exists(workflow: dict[Any, Any]) -> None:
    given = {
        option
        for command in commands(workflow)
        for quoted in re.findall(r'PYTEST_ARGS="([^"]*)"', command)
        for option in re.findall(r"(?<!\S)(--?[a-z][\w-]*)", quoted)
    }
    assert {"--require-board", "--junit-xml"} <= given
    known = pytest_options() | PYTESTS_OWN
    assert known >= given | {"--lg-env"}
    assert "--none-such" not in known
    for option in re.findall(r"`(--[a-z-]+)`", (REPO_ROOT / "docs" / "ci.md").read_text()):
        assert option in known


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=IDS)
def test_what_pytest_writes_is_what_is_uploaded(workflow: dict[Any, Any]) -> None:
    for job in jobs(workflow):
        uploaded = [s["with"]["path"] for s in job["steps"] if "upload" in s.get("uses", "")]
        written = re.findall(r'--junit-xml=([^"]+)"', " ".join(commands(workflow)))
        assert len(written) == len(uploaded) == 1
        assert written[0].startswith(uploaded[0])


def test_every_path_exists() -> None:
    for page in ("ci.md", "lab.md"):
        text = (REPO_ROOT / "docs" / page).read_text()
        paths = re.findall(r"`((?:udev|docs|requirements)/[\w./-]+)`", text)
        paths += re.findall(r"'(requirements/[^']+)'", text)
        assert paths
        assert [path for path in paths if not (REPO_ROOT / path).exists()] == []
    for workflow in WORKFLOWS:
        for job in jobs(workflow):
            for step in job["steps"]:
                path = step.get("with", {}).get("path")
                assert path is None or MADE_BY_JOBS.search(path)


def test_the_environment_file_of_the_lab_page_is_read(tmp_path: Any) -> None:
    exporter, environment = blocks("lab.md")
    (tmp_path / "env.yaml").write_text(environment)
    found = read_environment(tmp_path / "env.yaml", "u585")
    assert found == ("desk-u585", "lab.example.org:20408")
    resources = yaml.safe_load(exporter)["u585"]
    assert resources["NetworkSerialPort"]["protocol"] == "rfc2217"
    assert resources["probe"]["cls"] == "NetworkService"


# -- udev ----------------------------------------------------------------------------------------

RULES_FILE = REPO_ROOT / "udev" / "70-mel2metal.rules"
PAIR = re.compile(
    r"(?P<key>ACTION|SUBSYSTEM|ATTRS?\{\w+\}|ENV\{\w+\}|MODE|GROUP|TAG|GOTO|LABEL)"
    r"(?P<operator>==|!=|\+=|=)"
    r'"(?P<value>[^"]*)"'
)
STLINK_LOADER = 0x374D
"""An STLINK-V3 whose firmware is being upgraded: no debugger sees it as a probe."""


def rules() -> list[list[tuple[str, str, str]]]:
    found = []
    for line in RULES_FILE.read_text().splitlines():
        if line and not line.startswith("#"):
            pairs = [PAIR.fullmatch(part) for part in line.split(", ")]
            assert all(pairs), line
            found.append([(p["key"], p["operator"], p["value"]) for p in pairs if p])
    return found


def test_every_line_is_a_rule_and_every_jump_lands() -> None:
    pairs = [pair for rule in rules() for pair in rule]
    jumps = {value for key, _, value in pairs if key == "GOTO"}
    assert jumps == {value for key, _, value in pairs if key == "LABEL"}


def test_every_stlink_is_in_the_rules() -> None:
    pids = [value for rule in rules() for key, _, value in rule if key == "ATTRS{idProduct}"]
    assert len(pids) == len(set(pids))
    assert {int(pid, 16) for pid in pids} == STLINK_USB_PIDS | {STLINK_LOADER}
    for rule in rules():
        if any(key == "ATTRS{idProduct}" for key, _, _ in rule):
            assert ("ATTRS{idVendor}", "==", "0483") in rule
            assert ("ENV{MEL2METAL_STLINK}", "=", "1") in rule


@pytest.mark.parametrize("subsystem", ["usb", "tty"])
def test_probe_and_port_are_for_users(subsystem: str) -> None:
    rule = next(rule for rule in rules() if ("SUBSYSTEM", "==", subsystem) in rule)
    rights = {("MODE", "=", "0660"), ("GROUP", "=", "plugdev"), ("TAG", "+=", "uaccess")}
    assert rights <= set(rule)


def test_modemmanager_leaves_them_alone() -> None:
    assert [("ENV{ID_MM_DEVICE_IGNORE}", "=", "1"), ("ENV{ID_MM_PORT_IGNORE}", "=", "1")] in rules()


def test_the_rules_come_before_those_that_deal_out_uaccess() -> None:
    assert RULES_FILE.name < "73-seat-late.rules"
