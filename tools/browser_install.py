# SPDX-License-Identifier: Apache-2.0
"""Put a pinned headless Chromium under `.tools/chromium`, without root, for the page's tests.

It comes from the npm registry that npm is configured for: the package `@sparticuz/chromium` (MIT)
carries Chromium's own headless shell for Linux x86-64 with the libraries and a font that a bare
machine lacks, each packed by brotli. Needs npm and node, which unpacks it; nothing of the package's
own code is run. `python -m tools.browser_install [--if-possible]`, or `make browser`.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from generator.errors import Mel2metalError, ToolError
from generator.repository import REPO_ROOT
from generator.toolchain.tool_install import extract, install_tree

PACKAGE = "@sparticuz/chromium@153.0.0"
SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
"""Of the package's archive, as the registry's `dist.integrity` has it."""

TOOLS_DIR = REPO_ROOT / ".tools"
TARGET = TOOLS_DIR / "chromium"
PROGRAM = "chromium"
"""A script in TARGET: the browser with its libraries and its font."""

TIMEOUT_S = 600
REMEDY = "or install a chromium yourself, and name it by CHROMIUM=/path/to/chromium"

_UNPACK = """
const { brotliDecompressSync } = require("zlib"), fs = require("fs");
for (const name of process.argv.slice(1)) {
  fs.writeFileSync(name.replace(/\\.br$/, ""), brotliDecompressSync(fs.readFileSync(name)));
}
"""
_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{here}/fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{here}/cache</cachedir>
</fontconfig>
"""
_SCRIPT = """\
#!/bin/sh
# The headless shell of {package} with what it came with; tools/browser_install.py.
here={here}
LD_LIBRARY_PATH="$here/al2023/lib:$here/swiftshader${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}" \\
FONTCONFIG_FILE="$here/fonts/fonts.conf" exec "$here/headless_shell" "$@"
"""


def install_browser() -> bool:
    """Install it; False if it was there already. Raises ToolError where it cannot be had."""
    TOOLS_DIR.mkdir(exist_ok=True)
    return install_tree(TARGET, _mark(), _make_tree)


def _make_tree(scratch: Path) -> Path:
    """Download it, unpack it and let it say its version; the tree as it will be in TARGET."""
    _check_machine()
    tree = _unpack(_download(scratch), scratch)
    _try(tree)
    _write_script(tree, TARGET)
    return tree


def _mark() -> str:
    """What says that this very package, unpacked to this very place, is there."""
    return f"{PACKAGE} {SHA512} {TARGET}\n"


def _check_machine() -> None:
    here = (platform.system(), platform.machine())
    if here != ("Linux", "x86_64"):
        raise ToolError(f"{PACKAGE} has no build for {' '.join(here)}", REMEDY.removeprefix("or "))
    missing = [name for name in ("npm", "node") if shutil.which(name) is None]
    if missing:
        raise ToolError(
            f"{' and '.join(missing)} not found, which the browser comes by",
            f"install npm, {REMEDY}",
        )


def _download(scratch: Path) -> Path:
    """The archive, by npm with its own configuration; its hash is compared here."""
    command = [
        "npm",
        "pack",
        PACKAGE,
        "--ignore-scripts",
        "--silent",
        f"--pack-destination={scratch}",
    ]
    _run(command, f"npm could not fetch {PACKAGE}", "check the network and npm's configuration")
    (archive,) = scratch.glob("*.tgz")
    found = sha512_of(archive)
    if found != SHA512:
        raise ToolError(
            f"{PACKAGE} from the registry has SHA-512 {found}, and is pinned to {SHA512}",
            f"do not use it; ask who runs that registry, {REMEDY}",
        )
    return archive


def sha512_of(archive: Path) -> str:
    """In base64, as registries of npm give it."""
    return base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode("ascii")


def _unpack(archive: Path, scratch: Path) -> Path:
    extract(archive, scratch)
    tree = scratch / "package" / "bin"
    packed = sorted(tree.glob("*.br"))
    _run(["node", "-e", _UNPACK, *map(str, packed)], "node could not unpack the browser", REMEDY)
    for path in packed:
        path.unlink()
    for path in tree.glob("*.tar"):
        folder = tree / path.stem
        folder.mkdir()
        extract(path, folder)
        path.unlink()
    (tree / "chromium").rename(tree / "headless_shell")
    (tree / "headless_shell").chmod(0o755)
    return tree


def _write_script(tree: Path, target: Path) -> None:
    """The script that starts what lies, or will lie, in `target`; and where its font is."""
    (tree / "fonts" / "fonts.conf").write_text(_FONTS.format(here=escape(str(target))))
    script = tree / PROGRAM
    script.write_text(_SCRIPT.format(package=PACKAGE, here=shlex.quote(str(target))))
    script.chmod(0o755)


def _try(tree: Path) -> None:
    """Let it say its version, so that a library that is missing is found now."""
    _write_script(tree, tree)
    _run([str(tree / PROGRAM), "--version"], "the browser does not run on this machine", REMEDY)


def _run(command: Sequence[str], what: str, remedy: str) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", None) or error).strip()
        raise ToolError(f"{what}: {said}", remedy) from error
    return done.stdout


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 3 where it cannot be had; 0 all the same with `--if-possible`."""
    parser = argparse.ArgumentParser(prog="python -m tools.browser_install", description=__doc__)
    parser.add_argument(
        "--if-possible",
        action="store_true",
        help="say why it cannot be had, and succeed: tests that need it are skipped then",
    )
    options = parser.parse_args(arguments)
    try:
        news = install_browser()
    except Mel2metalError as error:
        print(f"chromium: {error}", file=sys.stderr)
        return 0 if options.if_possible else error.exit_code
    print(f"chromium: {'installed' if news else 'present'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
