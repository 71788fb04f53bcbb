# SPDX-License-Identifier: Apache-2.0
"""The options of a run: read, and refused together."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import InputError
from generator.repository import DEFAULT_MODEL, REPO_ROOT
from hil.boards.virtual_board import virtual_fault_names
from hil.fault_modes.names import STRIKE_FROM_OUTSIDE, Boundary, FaultMode
from hil.options import read_options

GIVEN = {
    "board": ["u585"],
    "boards_file": None,
    "virtual": True,
    "require_board": False,
    "probe": None,
    "port": None,
    "inventory": None,
    "pack": None,
    "lock_timeout": 600.0,
    "force_build": False,
    "no_flash": False,
    "flash_command": None,
    "model": str(DEFAULT_MODEL),
    "labels": None,
    "threshold": None,
    "frontend": None,
    "folds": None,
    "clips": None,
    "sounds": None,
    "lg_env": None,
    "build_dir": None,
    "report_dir": None,
    "resume": False,
    "virtual_fault": [],
    "fault": [],
    "fault_seed": None,
    "cross_compile": None,
    "engine": "builtin",
    "stedgeai": None,
    "c_api": None,
    "optimise": None,
    "kernels": None,
}


@pytest.mark.parametrize(
    ("given", "complaints"),
    [
        ({"board": ["u999"]}, ["no board 'u999'", "u585"]),
        ({"port": "x"}, ["a virtual board has no port"]),
        ({"probe": "0042"}, ["--probe: 0042 with --virtual"]),
        (
            {"virtual": False, "probe": "virtual:u585", "board": ["u585", "u575"]},
            ["virtual:u585 without --virtual", "one probe for 2 boards"],
        ),
        ({"inventory": "none.yaml"}, ["none.yaml is not there"]),
        (
            {"lg_env": "none.yaml", "port": "x"},
            ["--lg-env:", "none.yaml is not there", "--port: the labgrid place", "--virtual: the"],
        ),
        ({"lock_timeout": -1.0}, ["--lock-timeout: -1 s"]),
        ({"lock_timeout": float("nan")}, ["--lock-timeout: nan s"]),
        ({"lock_timeout": float("inf")}, ["--lock-timeout: inf s"]),
        (
            {"virtual": False, "port": "virtual://u585"},
            ["--port: virtual://u585 is a virtual board's", "--virtual --probe virtual:NAME"],
        ),
        (
            {"flash_command": "flash {srec}", "no_flash": True},
            [
                "--flash-command: unknown placeholder {srec}",
                "--flash-command: --no-flash forbids it",
                "--no-flash: a virtual board is programmed through its own probe",
            ],
        ),
        (
            {"flash_command": "flash {hex}", "virtual": False, "board": ["u585", "l475"]},
            ["one command for 2 boards"],
        ),
        ({"folds": "1;2", "clips": 0}, ["--folds: '1;2'", "--clips: 0 clips"]),
        ({"folds": "9" * 5000}, ["--folds: '999", "numbers with commas between"]),
        ({"model": "none.tflite"}, ["none.tflite is not there"]),
        (
            {"model": str(DEFAULT_MODEL.with_suffix(".keras"))},
            ["--model yamnet_256_esc10.keras: a Keras model", "make quantize TRAIN_ARGS="],
        ),
        ({"labels": "none.txt"}, ["none.txt is not there"]),
        ({"boards_file": "/none.yaml"}, ["/none.yaml"]),
    ],
)
def test_all_wrong_options_are_told_together(
    given: dict[str, object], complaints: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        read_options({**GIVEN, **given}.__getitem__)
    for complaint in complaints:
        assert complaint in str(refused.value)


def test_a_virtual_fault_is_known_and_for_a_virtual_board() -> None:
    given = {**GIVEN, "virtual_fault": ["noise", "rain", "noise"]}
    with pytest.raises(InputError, match="no fault 'rain'") as refused:
        read_options(given.__getitem__, virtual_fault_names())
    assert "choose from: framing-errors, noise, " in str(refused.value)
    given |= {"virtual_fault": ["noise", "noise"]}
    options = read_options(given.__getitem__, virtual_fault_names())
    assert options.virtual_faults == ("noise",)
    with pytest.raises(InputError, match="only with --virtual"):
        read_options({**given, "virtual": False}.__getitem__, virtual_fault_names())


def test_faults_are_those_that_can_strike_this_board_from_within() -> None:
    given = {**GIVEN, "fault": ["all@0.1", "link-cut@0.5"], "fault_seed": 7}
    virtual = read_options(given.__getitem__)
    modes = [one.mode for one in virtual.fault_rates]
    assert virtual.fault_seed == 7
    assert set(modes) == set(FaultMode) - STRIKE_FROM_OUTSIDE
    assert dict(zip(modes, virtual.fault_rates, strict=True))[FaultMode.CABLE_CUT].rate == 0.5
    real = read_options({**given, "virtual": False}.__getitem__)
    assert {one.mode.boundary for one in real.fault_rates} == {Boundary.LINK}


def test_a_fault_that_cannot_strike_is_refused_with_the_reason() -> None:
    given = {**GIVEN, "virtual": False, "fault": ["target-reset@1", "host-killed@1", "rain@1"]}
    with pytest.raises(InputError) as refused:
        read_options(given.__getitem__)
    text = str(refused.value)
    assert "target-reset: nothing can do that to a real board; only with --virtual" in text
    assert "host-killed: strikes a run from outside; mel2metal soak does that" in text
    assert "no fault 'rain'" in text


def test_options_are_read() -> None:
    options = read_options({**GIVEN, "folds": "4, 1,2", "board": ["all"]}.__getitem__)
    assert options.folds == (1, 2, 4)
    assert "u585" in options.boards
    assert options.every_board
    assert read_options({**GIVEN, "board": []}.__getitem__).boards == {}


def test_reports_go_beside_the_firmware_unless_told_otherwise() -> None:
    assert read_options({**GIVEN, "build_dir": "/b"}.__getitem__).report_dir == Path("/b/hil")
    options = read_options({**GIVEN, "report_dir": "/bench"}.__getitem__)
    assert (options.report_dir, options.build_dir) == (Path("/bench"), REPO_ROOT / "build")


def test_a_record_s_file_is_named_by_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("preset: yamnet\n")
    assert read_options({**GIVEN, "frontend": "mine.yaml"}.__getitem__).frontend == str(
        tmp_path / "mine.yaml"
    )
    assert read_options({**GIVEN, "frontend": "yamnet"}.__getitem__).frontend == "yamnet"
