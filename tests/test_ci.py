# SPDX-License-Identifier: Apache-2.0
"""docs/ci.md, its examples and docs/lab.md name what exists; the udev rules are complete."""

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
from tests.support.ci_keywords import (
    GITHUB_JOB,
    GITHUB_STEP,
    GITHUB_WORKFLOW,
    GITLAB_ARTIFACTS,
    GITLAB_CACHE,
    GITLAB_JOB,
    GITLAB_PIPELINE,
    GITLAB_RULE,
)

MAKEFILE = "".join((REPO_ROOT / name).read_text() for name in ("Makefile", "long_checks.mk"))
TARGETS = set(re.findall(r"^\.PHONY: ([\w-]+)$", MAKEFILE, re.M))
VARIABLES = set(re.findall(r"^(\w+) \?=", MAKEFILE, re.M))
PYTESTS_OWN = {"-n"}
MADE_BY_JOBS = re.compile(r"^(?:build|\.venv|\.tools)(?:/|$)|^/etc/")
BOARDS = set(load_boards(REPO_ROOT / "boards.yaml"))

FOLDER = REPO_ROOT / "docs" / "ci"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in FOLDER.glob("github-*.yml")}
PIPELINE = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text())


def blocks(page: str, language: str = "yaml") -> list[str]:
    text = (REPO_ROOT / "docs" / page).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


@cache
def pytest_options() -> set[str]:
    words = [sys.executable, "-m", "pytest", "--help"]
    done = subprocess.run(words, cwd=REPO_ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", done.stdout))


def github_jobs(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return list(workflow["jobs"].values())


def github_commands(workflow: dict[Any, Any]) -> list[str]:
    return [step["run"] for job in github_jobs(workflow) for step in job["steps"] if "run" in step]


def gitlab_jobs() -> dict[str, dict[str, Any]]:
    return {name: job for name, job in PIPELINE.items() if name not in GITLAB_PIPELINE}


def gitlab_commands() -> list[str]:
    return [command for job in gitlab_jobs().values() for command in job["script"]]


COMMANDS = {
    **{name: github_commands(workflow) for name, workflow in WORKFLOWS.items()},
    "gitlab-ci": gitlab_commands(),
}
"""The shell commands of each example."""


def wrong_keys(given: dict[Any, Any], known: frozenset[str]) -> set[str]:
    # YAML 1.1 takes the key `on` for a truth value.
    return {"on" if key is True else str(key) for key in given} - known


def test_there_is_one_workflow_with_boards_and_one_without() -> None:
    runners = {
        name: [job["runs-on"] for job in github_jobs(flow)] for name, flow in WORKFLOWS.items()
    }
    assert runners == {
        "github-virtual": ["ubuntu-latest"],
        "github-boards": [["self-hosted", "stm32"]],
    }


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
def test_a_workflow_is_whole(workflow: dict[Any, Any]) -> None:
    assert {"name", True, "permissions", "jobs"} == workflow.keys()
    assert not wrong_keys(workflow, GITHUB_WORKFLOW)
    for job in github_jobs(workflow):
        assert not wrong_keys(job, GITHUB_JOB)
        assert job["timeout-minutes"] > 0
        assert set(job["strategy"]["matrix"]["board"]) <= BOARDS
        for step in job["steps"]:
            assert not wrong_keys(step, GITHUB_STEP)
            assert ("run" in step) != ("uses" in step)
        uploads = [s for s in job["steps"] if "upload-artifact" in s.get("uses", "")]
        assert [step["if"] for step in uploads] == ["always()"]


def test_the_pipeline_of_gitlab_is_whole() -> None:
    assert set(gitlab_jobs()) == {"virtual", "board"}
    assert [job["stage"] for job in gitlab_jobs().values()] == PIPELINE["stages"]
    for rule in PIPELINE["workflow"]["rules"]:
        assert not wrong_keys(rule, GITLAB_RULE)
    for job in gitlab_jobs().values():
        assert not wrong_keys(job, GITLAB_JOB)
        assert job.keys() >= {"stage", "script", "timeout", "artifacts"}
        (matrix,) = job["parallel"]["matrix"]
        assert matrix.keys() == {"BOARD"} and set(matrix["BOARD"]) <= BOARDS
        artifacts = job["artifacts"]
        assert not wrong_keys(artifacts, GITLAB_ARTIFACTS)
        assert artifacts["when"] == "always"
        for rule in job.get("rules", []):
            assert not wrong_keys(rule, GITLAB_RULE)
        assert not wrong_keys(job.get("cache", {}), GITLAB_CACHE)


def test_an_unknown_keyword_is_found() -> None:
    assert wrong_keys({"script": [], "skript": []}, GITLAB_JOB) == {"skript"}
    assert wrong_keys({True: None, "onn": None}, GITHUB_WORKFLOW) == {"onn"}


def test_boards_of_ones_own_are_kept_from_strangers() -> None:
    events = WORKFLOWS["github-boards"][True]
    assert not {"pull_request", "pull_request_target"} & events.keys()
    board = gitlab_jobs()["board"]
    assert board["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    assert board["tags"] == ["stm32"]
    sources = [rule["if"] for rule in PIPELINE["workflow"]["rules"]]
    assert not [source for source in sources if "merge_request" in source]


@pytest.mark.parametrize("commands", COMMANDS.values(), ids=COMMANDS)
def test_every_target_and_variable_exists(commands: list[str]) -> None:
    assert commands
    for command in commands:
        words = command.split()
        assert words[0] == "make"
        assert words[1] in TARGETS
        assert set(re.findall(r"(?<=\s)([A-Z_]+)=", command)) <= VARIABLES


@pytest.mark.parametrize("commands", COMMANDS.values(), ids=COMMANDS)
def test_every_option_of_pytest_exists(commands: list[str]) -> None:
    given = {
        option
        for command in commands
        for quoted in re.findall(r'PYTEST_ARGS="([^"]*)"', command)
        for option in re.findall(r"(?<!\S)(--?[a-z][\w-]*)", quoted)
    }
    assert {"--require-board", "--junit-xml"} <= given
    known = pytest_options() | PYTESTS_OWN
    assert known >= given | {"--lg-env"}
    assert "--none-such" not in known
    for option in re.findall(r"`(--[a-z-]+)`", (REPO_ROOT / "docs" / "ci.md").read_text()):
        assert option in known


def written_and_kept() -> list[tuple[str, list[str], list[str]]]:
    """Of each job: its commands together, and the paths that are kept of it."""
    found: list[tuple[str, list[str], list[str]]] = []
    for workflow in WORKFLOWS.values():
        for job in github_jobs(workflow):
            kept = [s["with"]["path"] for s in job["steps"] if "upload" in s.get("uses", "")]
            found.append((" ".join(github_commands(workflow)), kept, []))
    for job in gitlab_jobs().values():
        artifacts = job["artifacts"]
        reports = list(artifacts["reports"].values())
        found.append((" ".join(job["script"]), artifacts["paths"], reports))
    return found


def test_what_pytest_writes_is_what_is_kept() -> None:
    for commands, kept, reports in written_and_kept():
        written = re.findall(r'--junit-xml=([^"]+)"', commands)
        assert len(written) == len(kept) == 1
        assert written[0].startswith(kept[0])
        assert kept[0].rstrip("/") in {
            "build/hil",
            *re.findall(r"--report-dir (.+?)\s+--", commands),
        }
        assert reports in ([], written)


def test_every_path_exists() -> None:
    texts = {path: path.read_text() for path in FOLDER.glob("*.yml")}
    for page in ("ci.md", "lab.md"):
        texts[REPO_ROOT / "docs" / page] = (REPO_ROOT / "docs" / page).read_text()
    paths = {
        path
        for text in texts.values()
        for path in re.findall(r"(?:udev|docs|requirements)/[\w./-]*\w", text)
    }
    assert {"requirements/compiler.txt", "udev/70-mel2metal.rules"} <= paths
    assert not [path for path in paths if not any(REPO_ROOT.glob(f"{path}*"))]
    for workflow in WORKFLOWS.values():
        for job in github_jobs(workflow):
            for step in job["steps"]:
                path = step.get("with", {}).get("path")
                assert path is None or MADE_BY_JOBS.search(path)
    for job in gitlab_jobs().values():
        kept = [*job["artifacts"]["paths"], *job.get("cache", {}).get("paths", [])]
        assert all(MADE_BY_JOBS.search(path) for path in kept)
        for path in job.get("cache", {}).get("key", {}).get("files", []):
            assert (REPO_ROOT / path).is_file()


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
