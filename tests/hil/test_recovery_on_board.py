# SPDX-License-Identifier: Apache-2.0
"""Recovery on the virtual board: mid-clip events cost a retry, and no bit of the result."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.support.pytest_run import run_pytest, write_noise
from tests.support.tiny_model import TINY_LABELS

pytestmark = pytest.mark.slow

BOARD = "l475"
SAMPLES = 9_600


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of noise for each label."""
    return write_noise(tmp_path_factory.mktemp("sounds"), TINY_LABELS, SAMPLES)


def properties(element: ET.Element, path: str) -> dict[str, str]:
    return {p.get("name", ""): p.get("value", "") for p in element.findall(path)}


def check_junit(path: Path) -> None:
    root = ET.parse(path).getroot()
    suite = properties(root, "testsuite/properties/property")
    facts = ("probe", "port", "core_clock_hz", "protocol", "firmware_sha256", "model_sha256")
    for name in (*facts, "engine", "toolchain"):
        assert suite[f"{BOARD}.{name}"]
    assert {"tool.pytest", "tool.pyocd", "tool.unicorn", "tool.python"} <= set(suite)
    cases = [properties(case, "properties/property") for case in root.iter("testcase")]
    assert sorted(case["flaky"] for case in cases) == ["false", "false", "true"]
    assert sorted(case["retries"] for case in cases) == ["0", "0", "1"]
    assert {case["truth"] for case in cases} == set(TINY_LABELS)
    assert all(case["network_cycles"] and case["network_ms"] for case in cases)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("reset-in-clip", "the board restarted in mid-clip (reset cause: pin)"),
        ("watchdog-bite", "the board restarted in mid-clip (reset cause: watchdog)"),
        ("port-vanishes", "the port failed: "),
    ],
)
def test_what_happens_in_mid_clip_is_named_mended_and_shown_everywhere(
    tmp_path: Path, tiny_build: Path, sounds: Path, fault: str, reason: str
) -> None:
    done = run_pytest(
        *("hil/suite/test_clips.py", "--board", BOARD),
        *("--virtual", "--virtual-fault", fault, "--sounds", str(sounds)),
        *("--model", str(tiny_build / "m.tflite"), "--build-dir", str(tiny_build)),
        *("--junitxml", str(tmp_path / "junit.xml")),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 test needed a retry: hil/suite/test_clips.py::" in done.stdout
    folder = tiny_build / "hil" / BOARD / "latest"
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    details: dict[str, Any] = json.loads((folder / "details.json").read_text())
    assert (report["retries"], report["flaky_tests"], report["divergences"]) == (1, 1, 0)
    (retry,) = details["retries"]
    assert retry["reason"].startswith(reason)
    assert (retry["rung"], retry["board"]) == ("resynchronise", BOARD)
    assert details["flaky_tests"] == [retry["test"]]
    (clip,) = (clip for clip in details["clips"] if clip["retries"])
    assert clip["clip"] == retry["clip"]
    assert retry["at"].endswith("+00:00")
    assert f"RETRIES 1 × resynchronise: {reason.strip()}" in " ".join(done.stdout.split())
    check_junit(tmp_path / "junit.xml")
