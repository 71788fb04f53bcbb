# SPDX-License-Identifier: Apache-2.0
"""Every option as `--m2m-port`, and as `--port` where no other plug-in or conftest.py has that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.repository import REPO_ROOT
from hil.option_table import prefixed_arguments

pytestmark = pytest.mark.slow

ADDS_PORT = """
def pytest_addoption(parser):
    parser.getgroup("theirs").addoption("--port", help="their own")
"""

SHOWS_VALUES = """
from hil.pytest_options import option_value

def test_shown(request):
    config = request.config
    print("ours", option_value(config, "port"), "theirs", config.getoption("port", None))
"""


def run_beside(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`pytest -s ARGUMENTS` in `folder`, where the plug-ins lie that it is to find."""
    command = [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider", "--rootdir", "."]
    command += ["-p", "no:pytest_embedded"]  # tests of its own have it
    path = {"PYTHONPATH": f"{folder}:{REPO_ROOT}"}
    return subprocess.run(
        [*command, *arguments],
        env={**os.environ, **path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def install(folder: Path, name: str, source: str) -> None:
    """A plug-in that pytest finds by its entry point `name`."""
    (folder / f"{name}_plugin.py").write_text(source)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[pytest11]\n{name} = {name}_plugin\n")


@pytest.mark.parametrize("first", ["mel2metal", "other"])
def test_another_plugin_keeps_its_option_whoever_is_loaded_first(
    tmp_path: Path, first: str
) -> None:
    install(tmp_path, "other", ADDS_PORT)
    (tmp_path / "test_shown.py").write_text(SHOWS_VALUES)
    done = run_beside(tmp_path, "-p", first, "--port", "x", "--m2m-port", "y")
    assert "ours y theirs x" in done.stdout, done.stdout + done.stderr
    done = run_beside(tmp_path, "-p", first, "--help")
    assert "--port is another plug-in's, of its group theirs" in " ".join(done.stdout.split())
    assert "(short: --probe)" in done.stdout


def test_a_short_name_that_is_free_is_ours(tmp_path: Path) -> None:
    (tmp_path / "test_shown.py").write_text(SHOWS_VALUES)
    for given in (["--port", "y"], ["--port=y"], ["--m2m-port", "y"]):
        done = run_beside(tmp_path, *given)
        assert "ours y theirs None" in done.stdout, done.stdout + done.stderr


def test_a_conftest_keeps_its_option_in_the_first_folder_and_below(tmp_path: Path) -> None:
    below = tmp_path / "a" / "below"
    below.mkdir(parents=True)
    (tmp_path / "conftest.py").write_text(ADDS_PORT)
    (below / "conftest.py").write_text(ADDS_PORT.replace("--port", "--probe"))
    (below / "test_shown.py").write_text(SHOWS_VALUES)
    done = run_beside(tmp_path, "--port", "x", "--m2m-port", "y")
    assert "ours y theirs x" in done.stdout, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_value_of_a_short_option_is_no_path_to_tests(tmp_path: Path) -> None:
    """pytest looks for conftest.py files before it knows the short names."""
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "conftest.py").write_text("raise RuntimeError('not for pytest')")
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "conftest.py").write_text(ADDS_PORT.replace("--port", "--mine"))
    (tmp_path / "suite" / "test_shown.py").write_text(SHOWS_VALUES)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = suite\n")
    done = run_beside(tmp_path, "--sounds", "sounds", "--mine=x", "--port", "y")
    assert "ours y theirs None" in done.stdout, done.stdout + done.stderr


def test_errors_and_header_name_an_option_as_it_is_called_in_this_run(tmp_path: Path) -> None:
    install(tmp_path, "other", ADDS_PORT)
    (tmp_path / "test_shown.py").write_text(SHOWS_VALUES)
    wrong = ("--m2m-port", "y", "--virtual", "--clips", "0", "--board", "u585")
    done = run_beside(tmp_path, *wrong)
    assert done.returncode == 2
    assert "--m2m-port: a virtual board has no port of its own" in done.stderr
    assert "\n--clips: 0 clips" in done.stderr
    done = run_beside(tmp_path, "--virtual", "--clips", "1", "--board", "u585")
    header = "mel2metal: another plug-in has --port; here it is --m2m-port"
    assert header in done.stdout, done.stdout + done.stderr


LABGRIDS_OPTION = """
def pytest_addoption(parser):
    parser.getgroup("labgrid").addoption("--lg-env", dest="lg_env", help="labgrid's own")
"""


@pytest.mark.parametrize("first", ["mel2metal", "labgrid"])
def test_labgrids_own_option_names_our_place_too(tmp_path: Path, first: str) -> None:
    install(tmp_path, "labgrid", LABGRIDS_OPTION)
    shows = SHOWS_VALUES.replace('"port"', '"lg_env"')
    (tmp_path / "test_shown.py").write_text(shows)
    done = run_beside(tmp_path, "-p", first, "--lg-env", "x")
    assert "ours x theirs x" in done.stdout, done.stdout + done.stderr
    done = run_beside(tmp_path, "-p", "no:labgrid", "--lg-env", "x")
    assert "ours x theirs None" in done.stdout, done.stdout + done.stderr


def test_options_of_this_project_get_their_lasting_names() -> None:
    given = ["-n", "2", "--board", "all", "--port=x", "--reruns", "1", "--", "--port"]
    expected = ["-n", "2", "--m2m-board", "all", "--m2m-port=x", "--reruns", "1", "--", "--port"]
    assert prefixed_arguments(given) == expected
