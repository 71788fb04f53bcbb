# SPDX-License-Identifier: Apache-2.0
"""What is given to the suite is read before pytest starts: all faults of it, at once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from generator.errors import InputError
from hil.input_check import check_inputs, read_arguments
from tests.support.model_files import write_model
from tests.support.pytest_run import write_noise
from tests.support.tiny_model import TINY_LABELS, tiny_model


def check(*arguments: str) -> str:
    """What is printed; InputError with what is wrong."""
    given = read_arguments(["--board", "u585", "--virtual", *arguments])
    assert given is not None
    out = io.StringIO()
    check_inputs(given, Console(file=out, width=200))
    return out.getvalue()


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(write_model(tmp_path / "m.tflite", tiny_model(), TINY_LABELS))


def test_what_can_be_run_is_not_talked_about(tmp_path: Path, model: str) -> None:
    sounds = write_noise(tmp_path / "sounds", TINY_LABELS, samples=1600)
    arguments = ["--model", model, "--sounds", str(sounds)]
    assert check(*arguments, "-k", "handshake", "-n", "2", "--junitxml=x.xml") == ""


def test_every_clip_that_cannot_be_decoded_is_told(tmp_path: Path, model: str) -> None:
    sounds = write_noise(tmp_path / "sounds", TINY_LABELS, samples=1600)
    for label in TINY_LABELS[:2]:
        (sounds / label / "bad.wav").write_bytes(b"RIFF, and nothing that follows")
    with pytest.raises(InputError) as caught:
        check("--model", model, "--sounds", str(sounds))
    faults = caught.value.faults
    assert len(faults) == 2
    assert {Path(fault.where).parent.name for fault in faults} == set(TINY_LABELS[:2])


def test_faults_of_options_and_of_files_come_together(tmp_path: Path) -> None:
    model = write_model(tmp_path / "m.tflite", tiny_model()[:500])
    with pytest.raises(InputError) as caught:
        check("--model", str(model), "--labels", str(tmp_path / "none.txt"), "--clips", "0")
    said = str(caught.value)
    assert len(caught.value.faults) == 3
    assert all(one in said for one in ("m.tflite", "none.txt is not there", "0 clips"))


def test_an_option_that_is_none_is_left_to_pytest() -> None:
    assert read_arguments(["--board", "u585", "--clips", "many"]) is None


def test_without_a_board_nothing_is_read() -> None:
    given = read_arguments(["--model", "none.tflite"])
    assert given is not None
    check_inputs(given, Console(file=io.StringIO()))
