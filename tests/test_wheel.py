# SPDX-License-Identifier: Apache-2.0
"""The wheel outside of a checkout: what is in it, and firmware and harness from a folder of one's
own. No network: the dependencies are those of this environment, the tools those of `.tools`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from generator.repository import DEFAULT_BOARDS_FILE, PINS_DIR, REPO_ROOT
from generator.toolchain.doctor import read_pins
from generator.toolchain.locate import CMSIS_DSP_DIR, COMPILER_DIR
from mel2metal.__main__ import main
from tests.support.firmware_store import write_tiny_model
from tools.wheel_data import data_files

pytestmark = pytest.mark.slow

SITE_PACKAGES = Path(sysconfig.get_paths()["purelib"])
PACKAGES = ("cross_check", "generator", "hil", "mel2metal", "scoring", "sounds", "training")
LARGEST_WHEEL_MB = 4.0
SHA256_LINE = re.compile(r"SHA-256 of the flash contents: ([0-9a-f]{64})")
OF_MATPLOTLIB = re.compile(r"\.(?:config|cache)(?:/matplotlib.*)?")
"""matplotlib keeps a list of fonts in the user's folders."""


def tracked_files() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=REPO_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: no list of the project's files")
    return [name for name in done.stdout.split("\0") if (REPO_ROOT / name).is_file()]


def lean_environment() -> dict[str, str]:
    """Without what leads back to the checkout or to this machine's sounds."""
    left_out = {"PYTHONPATH", "ESC10_DIR", "MODELS_DIR", "XDG_CACHE_HOME"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def build(words: list[str], source: Path) -> None:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(
        command, cwd=source, env=lean_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def build_wheel(source: Path, folder: Path) -> Path:
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    build(["pip", "wheel", *options, "--wheel-dir", str(folder), "."], source)
    (wheel,) = folder.glob("*.whl")
    return wheel


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, for a build writes beside the sources; one was here before."""
    folder = tmp_path_factory.mktemp("source")
    for name in tracked_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPO_ROOT / name, target)
    of_an_earlier_build = folder / "build" / "lib" / "generator" / "gone.py"
    of_an_earlier_build.parent.mkdir(parents=True)
    of_an_earlier_build.touch()
    return folder


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(source, tmp_path_factory.mktemp("wheel"))


@dataclass(frozen=True, slots=True)
class Installation:
    """A fresh environment with the wheel, and a user who has nothing yet."""

    environment: Path
    home: Path
    scratch: Path
    cache: Path
    work: Path
    """The folder that the user is in."""

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A program of the environment, in the user's folder."""
        known = lean_environment()
        known |= {"HOME": str(self.home), "TMPDIR": str(self.scratch)}
        known |= {"MEL2METAL_CACHE": str(self.cache), "COLUMNS": "80"}
        command = [str(self.environment / "bin" / words[0]), *words[1:]]
        return subprocess.run(
            command, cwd=self.work, env=known, capture_output=True, text=True, check=False
        )

    def installed_files(self) -> set[str]:
        """Without what Python and numba keep beside the modules that they compile."""
        return {name for name in files_in(self.environment) if "__pycache__" not in name}


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def install(wheel: Path, root: Path, dependencies: Path) -> Installation:
    """The wheel in a new environment that finds its dependencies in a folder."""
    made = Installation(*(root / name for name in ("env", "home", "tmp", "cache", "work")))
    venv.create(made.environment, symlinks=True)
    python = made.environment / "bin" / "python"
    pip = ["pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    build([*pip, str(wheel)], root)
    (site_packages,) = made.environment.glob("lib/python*/site-packages")
    # A .pth file's folder is searched, but .pth files in that folder (the editable one) are not.
    (site_packages / "dependencies.pth").write_text(f"{dependencies}\n")
    for folder in (made.home, made.scratch, made.work, made.cache / "tools"):
        folder.mkdir(parents=True)
    for tool in (COMPILER_DIR, CMSIS_DSP_DIR):
        (made.cache / "tools" / tool.name).symlink_to(tool)
    shutil.copyfile(DEFAULT_BOARDS_FILE, made.work / "desk.yaml")
    write_tiny_model(made.work)
    return made


@pytest.fixture(scope="module")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(wheel, tmp_path_factory.mktemp("user"), SITE_PACKAGES)


@pytest.fixture(scope="module")
def without_extras(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """With what firmware needs, and no more."""
    root = tmp_path_factory.mktemp("lean")
    (root / "packages").mkdir()
    pins = read_pins((PINS_DIR / "firmware.txt").read_text().splitlines())
    for package in (name for name, _ in pins if name not in ("setuptools", "pip", "wheel")):
        files = metadata.distribution(package).files or []
        for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            link = root / "packages" / top
            if not link.exists():
                link.symlink_to(SITE_PACKAGES / top)
    return install(wheel, root, root / "packages")


def model_of(installation: Installation) -> str:
    (model,) = installation.work.glob("*.tflite")
    return model.name


def test_the_wheel_has_every_file_of_the_packages_and_the_data_and_no_other(wheel: Path) -> None:
    of_packages = {
        name
        for name in tracked_files()
        if name.split("/")[0] in PACKAGES and not name.endswith((".gitignore", ".md"))
    }
    data = {f"generator/data/{name}" for name in data_files()}
    assert names_in(wheel) == of_packages | data
    for name in ("boards.yaml", "models/yamnet_256_esc10.tflite", "requirements/compiler.txt"):
        assert f"generator/data/{name}" in data
    assert wheel.stat().st_size < LARGEST_WHEEL_MB * 1e6


def test_a_source_distribution_makes_the_same_wheel(
    source: Path, wheel: Path, tmp_path: Path
) -> None:
    code = f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=source,
        env=lean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path)
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    assert not (unpacked / "tests").exists()
    assert names_in(build_wheel(unpacked, tmp_path / "made")) == names_in(wheel)


def test_the_checkout_is_out_of_reach(installation: Installation) -> None:
    code = (
        "import sys, importlib.util as u, generator, hil, mel2metal; "
        "print(generator.__file__, hil.__file__, mel2metal.__file__); "
        "print(u.find_spec('tests'), u.find_spec('tools'), *sys.path)"
    )
    done = installation.run("python", "-c", code)
    modules, rest = done.stdout.splitlines()
    assert all(name.startswith(str(installation.environment)) for name in modules.split())
    assert rest.startswith("None None ")
    assert str(REPO_ROOT) not in rest.split()


def test_it_says_its_version(installation: Installation) -> None:
    done = installation.run("mel2metal", "--version")
    assert re.fullmatch(r"mel2metal \d+\.\d+\.\d+\n", done.stdout), done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_boards(installation: Installation, shell: str) -> None:
    done = installation.run("mel2metal", "completion", shell)
    assert done.returncode == 0, done.stderr
    for word in ("firmware", "hil", "u585", "require-board"):
        assert word in done.stdout


def test_firmware_from_a_folder_of_ones_own_is_that_of_the_checkout(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = installation.installed_files()
    named = ["--board", "u585", "--boards-file", "desk.yaml", "--model", model_of(installation)]
    done = installation.run("mel2metal", "firmware", *named)
    assert done.returncode == 0, done.stderr
    whole = [str(installation.work / word) if "." in word else word for word in named]
    assert main(["firmware", *whole, "--out", str(tmp_path)]) == 0
    made, expected = (SHA256_LINE.findall(text) for text in (done.stdout, capsys.readouterr().out))
    assert made == expected != []
    assert (installation.work / "build" / "u585" / "out" / "mel2metal.elf").is_file()
    assert installation.installed_files() == before


def test_the_harness_runs_there_and_writes_nothing_elsewhere(installation: Installation) -> None:
    before = installation.installed_files()
    named = ["--board", "u585", "--virtual", "--boards-file", "desk.yaml"]
    options = ["--model", model_of(installation), "-q", "-k", "handshake", "-W", "error"]
    done = installation.run("mel2metal", "hil", *named, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"[1-9]\d* passed", done.stdout)
    assert installation.installed_files() == before
    given = {"desk.yaml", *(path.name for path in installation.work.glob("*.*") if path.is_file())}
    made = {path.name for path in installation.work.iterdir()} - given
    assert made == {"build", ".pytest_cache"}
    assert {path.name for path in installation.cache.iterdir()} <= {
        *("tools", "host", "flash_algorithms", "locks"),
    }
    assert all(path.name.startswith("pytest-of-") for path in installation.scratch.iterdir())
    assert [name for name in files_in(installation.home) if not OF_MATPLOTLIB.fullmatch(name)] == []


def test_the_exit_code_and_the_words_of_a_wrong_board_come_through(
    installation: Installation,
) -> None:
    done = installation.run("mel2metal", "hil", "--board", "u858", "--virtual")
    assert done.returncode == 2
    assert "did you mean u585?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_compiler_runs_by_hand_from_the_cache(installation: Installation) -> None:
    done = installation.run("mel2metal", "shell", "arm-none-eabi-gcc", "-print-libgcc-file-name")
    assert done.stdout.strip().endswith("/libgcc.a"), done.stderr
    assert Path(done.stdout.strip()).is_file()


def test_the_doctor_names_extras_and_no_target_of_make(installation: Installation) -> None:
    done = installation.run("mel2metal", "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "packages: hil" in done.stdout
    assert "`make" not in done.stdout


def test_firmware_needs_no_extra(without_extras: Installation) -> None:
    named = ["--board", "u585", "--model", model_of(without_extras)]
    done = without_extras.run("mel2metal", "firmware", *named)
    assert done.returncode == 0, done.stderr
    assert without_extras.run("mel2metal", "completion", "bash").returncode == 0
    found = without_extras.run("mel2metal", "doctor")
    assert found.returncode == 0
    assert "absent: " in found.stdout


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (("hil", "--board", "u585", "--virtual"), "hil"),
        (("flash", "--board", "u585", "--virtual"), "hil"),
        (("boards",), "hil"),
        (("bench", "--board", "u585", "--virtual"), "hil"),
        (("compare", "--board", "u585", "--virtual"), "hil"),
        (("diverge", "clip.wav"), "hil"),
        (("dataset",), "hil"),
        (("evaluate",), "hil"),
        (("train",), "train"),
        (("cv",), "train"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else value,
)
def test_a_command_without_its_extra_says_how_to_get_it(
    without_extras: Installation, command: tuple[str, ...], extra: str
) -> None:
    done = without_extras.run("mel2metal", *command)
    assert done.returncode == 3, done.stdout + done.stderr
    assert f"`mel2metal {command[0]}` needs " in done.stderr
    assert f"'mel2metal[{extra}]'" in done.stderr
    assert "pipx inject mel2metal" in done.stderr
    assert "Traceback" not in done.stderr
