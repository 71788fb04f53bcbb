# SPDX-License-Identifier: Apache-2.0
"""Put a pinned clang with libFuzzer under `.tools/clang`, without root, for `make fuzz`.

It comes as packages of Debian 12 by apt, from where apt is configured to take them, pinned by hash;
they are unpacked, not installed. Needs apt-get and dpkg-deb, and gcc's libraries and linker to
compile with. Without it `make fuzz` takes a clang that is in PATH, or the engine of its own.
`python -m tools.fuzzer_install [--if-possible]`.
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.errors import Mel2metalError, ToolError
from generator.repository import REPO_ROOT
from generator.toolchain.tool_install import install_tree

VERSION = "1:14.0.6-12"
PACKAGES = {
    "clang-14": "e66721b4fd2c47aa326a4100d9dfdbd8838e04c17479da560d88ac1aab5ea863",
    "libclang-common-14-dev": "838781bfc798bcbdca68516db6546cf83677078efa57851bb957c19e265de7c6",
    "libclang-cpp14": "964b13d74e9aece340cde93fecd2a2f18dd63afcb707a797ce7b39d430a01c46",
    "libclang-rt-14-dev": "180c4d27fdc912e2e5de21f383aff07d27e1745c34591a41e4d12ff70be54764",
    "libllvm14": "cd986403cfe53f47c41b80667f6b344c40fe35de4c5081dad9358b4c77cf64a8",
}
"""Packages by name, with the SHA-256 of their files: 37 MB to fetch."""

TOOLS_DIR = REPO_ROOT / ".tools"
TARGET = TOOLS_DIR / "clang"
CLANG = TARGET / "bin" / "clang"

TIMEOUT_S = 600
REMEDY = "or install a clang (in PATH, or CLANG=/its/path); without, the built-in engine runs"

_UNPACKED = Path("usr/lib/llvm-14")
_LIBRARIES = (Path("usr/lib/x86_64-linux-gnu"), _UNPACKED / "lib")
_RUNTIME = Path("lib/clang/14.0.6")


def install_fuzzer() -> bool:
    """Install it; False if it was there already. Raises ToolError where it cannot be had."""
    TOOLS_DIR.mkdir(exist_ok=True)
    return install_tree(TARGET, _mark(), _make_tree)


def _mark() -> str:
    return "\n".join(f"{name} {VERSION} {hash_}" for name, hash_ in PACKAGES.items())


def _make_tree(scratch: Path) -> Path:
    _check_machine()
    root = scratch / "root"
    for package in _download(scratch):
        _run(
            ["dpkg-deb", "-x", str(package), str(root)],
            "dpkg-deb could not unpack the compiler",
            REMEDY,
        )
    tree = _keep_what_is_needed(root, scratch / "clang")
    _run([str(tree / "bin" / "clang"), "--version"], "clang does not run on this machine", REMEDY)
    return tree


def _check_machine() -> None:
    here = (platform.system(), platform.machine())
    if here != ("Linux", "x86_64"):
        raise ToolError(f"the pinned clang has no build for {' '.join(here)}", REMEDY[3:])
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing:
        raise ToolError(f"{' and '.join(missing)} not found, which clang comes by", REMEDY[3:])


def _download(scratch: Path) -> list[Path]:
    """The packages, by apt with its own configuration; their hashes are compared here."""
    names = [f"{name}={VERSION}" for name in PACKAGES]
    _run(
        ["apt-get", "download", *names],
        f"apt has no clang-14 {VERSION}, which is Debian 12's, or could not fetch it",
        f"on Debian 12 run `apt-get update` once, {REMEDY}",
        scratch,
    )
    files = []
    for name, expected in PACKAGES.items():
        (file,) = scratch.glob(f"{name}_*.deb")
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != expected:
            raise ToolError(
                f"the package {name} {VERSION} has SHA-256 {found}, and is pinned to {expected}",
                f"do not use it; ask who runs that mirror, {REMEDY}",
            )
        files.append(file)
    return files


def _keep_what_is_needed(root: Path, tree: Path) -> Path:
    """clang, its libraries beside it, its headers and its runtimes: half of what was unpacked."""
    (tree / "bin").mkdir(parents=True)
    (tree / "lib").mkdir()
    shutil.copy(root / _UNPACKED / "bin" / "clang", tree / "bin" / "clang.real")
    for folder in _LIBRARIES:
        for library in (root / folder).glob("*.so.1*"):
            if not library.is_symlink():
                shutil.copy(library, tree / "lib" / library.name)
    shutil.copytree(root / _UNPACKED / _RUNTIME, tree / _RUNTIME)
    script = tree / "bin" / "clang"
    script.write_text(
        "#!/bin/sh\n"
        "# clang of Debian's packages with its own libraries; tools/fuzzer_install.py.\n"
        'here=$(dirname "$(readlink -f "$0")")\n'
        'LD_LIBRARY_PATH="$here/../lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" '
        'exec "$here/clang.real" "$@"\n'
    )
    script.chmod(0o755)
    return tree


def _run(command: Sequence[str], what: str, remedy: str, folder: Path | None = None) -> None:
    try:
        subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", None) or error).strip()
        raise ToolError(f"{what}: {said}", remedy) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 3 where it cannot be had; 0 all the same with `--if-possible`."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzzer_install", description=__doc__)
    parser.add_argument(
        "--if-possible", action="store_true", help="say why it cannot be had, and succeed"
    )
    options = parser.parse_args(arguments)
    try:
        news = install_fuzzer()
    except Mel2metalError as error:
        print(f"clang: {error}", file=sys.stderr)
        return 0 if options.if_possible else error.exit_code
    print(f"clang: {'installed' if news else 'present'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
