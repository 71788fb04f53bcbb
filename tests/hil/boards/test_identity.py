# SPDX-License-Identifier: Apache-2.0
"""Who is at the other end, what its faults mean, who holds the lock."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from generator.boards.boards_file import load_boards
from generator.errors import ToolError
from generator.locks import hold_lock
from generator.model.decision import DecisionRule, Head
from generator.project.manifest import ProjectInfo
from generator.repository import DEFAULT_BOARDS_FILE
from generator.wire import (
    Refusal,
    ScoreHead,
)
from generator.wire.messages import (
    FaultReport,
    Refused,
    Rule,
)
from hil.boards.elf import ImageSymbols, compiler_of
from hil.boards.identity import Identity, check_identity, expected_core_clock_hz
from hil.link.client import Link
from hil.link.core_fault import describe_fault
from hil.link.errors import HandshakeError, RefusedError
from tests.hil.fake_device import FakeDevice
from tests.support.frontends import frontend_info

PROJECT = ProjectInfo(
    board="fake",
    name="fake",
    model_name="model",
    model_sha256=bytes(32).hex(),
    labels=tuple(f"label{index}" for index in range(10)),
    rule=DecisionRule(Head.SOFTMAX, (-128,) * 10),
    taps=False,
    generator_version="0",
    frontend=frontend_info(),
)
EXPECTED = Identity(PROJECT, "builtin", 160_000_000, bytes(range(32)).hex())


def test_right_device_passes() -> None:
    link = Link(FakeDevice())
    check_identity(link.handshake(), link.read_rule(), EXPECTED, "")


def test_another_threshold_is_told_in_words() -> None:
    device = FakeDevice(rule=Rule(ScoreHead.SOFTMAX, 4, (26,) * 10))
    link = Link(device)
    hello, rule = link.handshake(), link.read_rule()
    with pytest.raises(HandshakeError) as refused:
        check_identity(hello, rule, EXPECTED, "")
    told = str(refused.value)
    assert "expected softmax, the highest mean score decides" in told
    assert "device   softmax, threshold 0.602; below it: label4" in told


def test_rule_of_another_model_is_told_by_its_numbers() -> None:
    link = Link(FakeDevice(rule=Rule(ScoreHead.SIGMOID, -2, (1, 2))))
    hello, rule = link.handshake(), link.read_rule()
    with pytest.raises(HandshakeError, match=r"sigmoid, thresholds \(1, 2\)"):
        check_identity(hello, rule, EXPECTED, "")


def test_everything_that_is_wrong_is_told_with_both_values() -> None:
    link = Link(FakeDevice(model_sha256=b"\x11" * 32, taps=True))
    hello, rule = link.handshake(), link.read_rule()
    project = replace(PROJECT, board="u585")
    expected = Identity(project, "builtin", 80_000_000, "ee" * 32)
    with pytest.raises(HandshakeError) as refused:
        check_identity(hello, rule, expected, "flash it")
    text = str(refused.value)
    for value in ("ee" * 32, bytes(range(32)).hex(), "11" * 32, "00" * 32, "u585", "fake"):
        assert value in text
    assert "80000000" in text
    assert "taps" in text
    assert "flash it" in text
    assert "engine" not in text


def test_fault_in_words() -> None:
    report = FaultReport(
        exception=6,
        cfsr=1 << 19,
        hfsr=0,
        mmfar=0,
        bfar=0,
        pc=0x0800_1234,
        lr=0x0800_0101,
        xpsr=0x0100_0000,
        sp=0x2000_1000,
    )
    text = describe_fault(report, lambda address: f"<{address:x}>")
    assert "UsageFault" in text
    assert "NOCP: coprocessor or FPU not enabled" in text
    assert "<8001234>" in text
    assert "<8000100>" in text
    assert "MMFAR" not in text


def test_unknown_refusal_code_is_still_told() -> None:
    error = RefusedError.from_message(Refused(99, 1, 2, 3, 4))
    assert error.code is None
    assert "code 99" in str(error)
    assert RefusedError.from_message(Refused(1, 1, 2, 3, 4)).code is Refusal.DAMAGED


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no host C compiler")
    folder = tmp_path_factory.mktemp("elf")
    source = folder / "answer.c"
    source.write_text("int answer(int x)\n{\n    return x * 42;\n}\nint main(void)\n{\n"
                      "    return answer(0);\n}\n")  # fmt: skip
    elf = folder / "answer"
    command = [compiler, "-g", "-O0", "-no-pie", str(source), "-o", str(elf)]
    subprocess.run(command, check=True)
    return elf


def test_address_becomes_function_and_line(program: Path) -> None:
    symbols = ImageSymbols(program)
    at = next(f.address for f in symbols._functions if f.name == "answer")
    assert symbols.describe(at).endswith("answer+0x0 (answer.c:2)")
    assert "answer+0x4" in symbols.describe(at + 4)
    assert symbols.describe(0x10) == "0x00000010"


def test_image_names_its_compiler(program: Path) -> None:
    assert "GCC" in compiler_of(program) or "clang" in compiler_of(program)


def test_lock_names_its_owner_and_is_free_afterwards(tmp_path: Path) -> None:
    with hold_lock(tmp_path, "board-u585"):
        with (
            pytest.raises(ToolError, match=r"board-u585 is in use by another run: process \d+"),
            hold_lock(tmp_path, "board-u585", wait_s=0.0),
        ):
            pytest.fail("locked twice")
        with hold_lock(tmp_path, "board-other", wait_s=0.0):
            pass
    with hold_lock(tmp_path, "board-u585", wait_s=0.0):
        pass


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("a file in the way")
    complaint = r"cannot write in .*build.*\n.*--build-dir"
    with pytest.raises(ToolError, match=complaint), hold_lock(tmp_path / "build", "board-u585"):
        pass


@pytest.mark.parametrize(
    ("board", "said_hz", "expected_hz"),
    [
        *(("h743", 480_000_000, 480_000_000), ("h743", 400_000_000, 400_000_000)),
        *(("h743", 64_000_000, 480_000_000), ("h7a3", 400_000_000, 280_000_000)),
        ("u585", 480_000_000, 160_000_000),
    ],
)
def test_a_part_may_run_at_the_boards_fallback(board: str, said_hz: int, expected_hz: int) -> None:
    """An H743 before revision V says 400 MHz, and is the right board."""
    boards = load_boards(DEFAULT_BOARDS_FILE)
    assert expected_core_clock_hz(boards[board], said_hz) == expected_hz
