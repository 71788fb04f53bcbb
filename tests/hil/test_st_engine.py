# SPDX-License-Identifier: Apache-2.0
"""An image with ST's interfaces goes through the harness; ST's own library does not, virtually."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import EXIT_INPUT
from mel2metal.__main__ import main
from tests.support.firmware_store import write_tiny_model
from tests.support.st_edge_ai.faults import STAND_IN, make_install

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("st")
    return [
        *("flash", "--board", "u585", "--virtual", "--model", str(write_tiny_model(folder))),
        *("--engine", "stedgeai", "--build-dir", str(folder / "build")),
    ]


def test_what_was_built_here_is_programmed_and_greets(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--stedgeai", str(STAND_IN)]) == 0
    assert "[running]  u585" in capsys.readouterr().out


def test_the_library_of_st_is_refused_with_virtual(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.boards.engine_licence.STAND_IN_FUNCTION", "a_name_that_st_has_not")
    assert main([*arguments, "--stedgeai", str(STAND_IN)]) == EXIT_INPUT
    said = capsys.readouterr()
    assert "stedgeai 3.0.0, whose library ST licenses for its own devices only" in said.err
    assert "[running]" not in said.out


def test_a_fault_of_the_tool_comes_in_its_own_words(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = make_install(tmp_path / "ST", "--fault", "refused-model")
    assert main([*arguments, "--stedgeai", str(root)]) == 3
    said = capsys.readouterr().err
    assert "E010(InvalidModelError): Couldn't load the model" in said
    assert "Traceback" not in said
