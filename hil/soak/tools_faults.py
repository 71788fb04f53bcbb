# SPDX-License-Identifier: Apache-2.0
"""Faults of the tools: what a build finds damaged, and a compiler that is missing or dies.

Each strikes a build folder, then the user's own command builds. It must say in words what it cannot
do, or make good what was damaged; in the end the image is the one that it was before, in each byte.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import EXIT_INPUT, EXIT_TOOL, ToolError
from generator.project.manifest import IMAGE_NAME, OUTPUT_DIR
from generator.toolchain.locate import find_toolchain
from hil.fault_modes.names import FaultMode
from hil.fault_modes.tally import End
from hil.soak.record import OutsideFault

BUILD_TIMEOUT_S = 900.0
_IMAGES = (".elf", ".hex", ".bin")
_WORDS = (EXIT_INPUT, EXIT_TOOL)
"""Exit codes of a refusal in words."""

_DYING_COMPILER = """\
#!/bin/sh
# Compiles half a file, then dies. Questions it answers as the real one does.
for word in "$@"; do
    case $word in
    -c)
        "{gcc}" "$@" || exit
        while [ "$#" -gt 1 ] && [ "$1" != -o ]; do shift; done
        [ "$1" = -o ] && head -c 100 "$2" > "$2.half" && mv "$2.half" "$2"
        kill -9 $$
        ;;
    esac
done
exec "{gcc}" "$@"
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What a build said."""

    exit_code: int
    text: str

    @property
    def is_refusal(self) -> bool:
        """Whether it refused in words."""
        return self.exit_code in _WORDS and "Traceback" not in self.text


class ToolsFaults:
    """The faults of one board's build folder; its image must be as it is now after each."""

    def __init__(self, board: str, build_dir: Path, arguments: Sequence[str] = ()) -> None:
        """Build; `arguments` are further ones of `mel2metal firmware`. ToolError if that fails."""
        self._command = [sys.executable, "-P", "-m", "mel2metal", "firmware", "--board", board]
        self._command += ["--out", str(build_dir), *arguments]
        self._project = build_dir / board
        self._out = self._project / OUTPUT_DIR
        self._work = build_dir
        done = self._build()
        if done.exit_code:
            raise ToolError(f"no image could be built:\n{done.text.strip()}", "see above")
        self._right = self._images()

    def strike(self, mode: FaultMode, rng: random.Random) -> tuple[OutsideFault, str | None]:
        """Let it strike, build; also what should not have been, in words."""
        match mode:
            case FaultMode.OBJECT_CUT:
                path = self._cut_object(rng)
                return self._heal(mode, f"{path.name} cut short, the images gone", path)
            case FaultMode.IMAGE_CUT:
                path = self._out / f"{IMAGE_NAME}{rng.choice(_IMAGES)}"
                _cut(path, rng)
                return self._heal(mode, f"{path.name} cut to {path.stat().st_size} bytes", path)
            case FaultMode.OTHER_IMAGE:
                return self._heal(mode, "all images with other content", self._replace_images(rng))
            case FaultMode.COMPILER_MISSING:
                self._cut_object(rng)
                prefix = self._work / "nowhere" / "arm-none-eabi-"
                return self._refused(mode, "a compiler that is not there", prefix)
            case FaultMode.COMPILER_FAILS:
                self._cut_object(rng)
                return self._refused(mode, "a compiler that dies in mid-file", self._dying())
        raise ValueError(f"{mode} is none of the tools")

    # -- what a build makes of it ----------------------------------------------------------------

    def _heal(self, mode: FaultMode, what: str, struck: Path) -> tuple[OutsideFault, str | None]:
        """Damage in the build folder: made good at once, or refused and then made good."""
        damaged = struck.read_bytes()
        done = self._build()
        detected = done.is_refusal or struck.read_bytes() != damaged
        if done.is_refusal:
            done = self._build()
        return self._judge(mode, what, done, detected=detected)

    def _refused(self, mode: FaultMode, what: str, prefix: Path) -> tuple[OutsideFault, str | None]:
        """A compiler that does not work: refused in words; the right one then builds."""
        first = self._build("--cross-compile", str(prefix))
        fault, trouble = self._judge(mode, what, self._build(), detected=first.is_refusal)
        if not first.is_refusal:
            fault.end = End.LOST.value
            trouble = f"{mode.value}: exit code {first.exit_code} in place of a refusal in words"
        return fault, trouble

    def _judge(
        self, mode: FaultMode, what: str, done: Done, *, detected: bool
    ) -> tuple[OutsideFault, str | None]:
        fault = OutsideFault(mode.value, what, detected)
        if done.exit_code:
            fault.end = End.LOST.value
            last = done.text.strip().splitlines()[-1:] or [""]
            return fault, f"{mode.value}: {what}: the build ended with {done.exit_code}: {last[0]}"
        if self._images() != self._right:
            fault.end = End.WRONG.value
            return fault, f"{mode.value}: {what}: the build left another image"
        fault.end = (End.RECOVERED if detected else End.HARMLESS).value
        return fault, None

    def _build(self, *arguments: str) -> Done:
        command = [*self._command, *arguments]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", check=False,
                timeout=BUILD_TIMEOUT_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Done(-1, f"no end within {BUILD_TIMEOUT_S:g} s")
        return Done(done.returncode, done.stdout + done.stderr)

    def _images(self) -> dict[str, str]:
        paths = [self._out / f"{IMAGE_NAME}{suffix}" for suffix in _IMAGES]
        return {path.name: _digest(path) for path in paths}

    # -- what strikes ----------------------------------------------------------------------------

    def _cut_object(self, rng: random.Random) -> Path:
        """An object file as a killed compiler leaves it, and no image, so that it is linked."""
        objects = sorted(self._project.rglob("*.o"))
        if not objects:
            raise ToolError(f"{self._project} holds no object file", "remove it and start again")
        for suffix in _IMAGES:
            (self._out / f"{IMAGE_NAME}{suffix}").unlink(missing_ok=True)
        path = rng.choice(objects)
        _cut(path, rng)
        return path

    def _replace_images(self, rng: random.Random) -> Path:
        """Other bytes of the same length in the middle of each, as of another build."""
        for suffix in _IMAGES:
            path = self._out / f"{IMAGE_NAME}{suffix}"
            content = bytearray(path.read_bytes())
            middle = len(content) // 2
            other = rng.randbytes(64) if suffix != ".hex" else b"0" * 64
            content[middle : middle + 64] = other
            path.write_bytes(content)
        return self._out / f"{IMAGE_NAME}.elf"

    def _dying(self) -> Path:
        """The prefix of a compiler beside real tools."""
        gcc = find_toolchain().gcc
        folder = self._work / "dying-compiler"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for tool in sorted(gcc.parent.glob("arm-none-eabi-*")):
            (folder / tool.name).symlink_to(tool)
        dying = folder / "arm-none-eabi-gcc"
        dying.unlink(missing_ok=True)
        dying.write_text(_DYING_COMPILER.format(gcc=gcc), encoding="utf-8")
        os.chmod(dying, 0o755)
        return folder / "arm-none-eabi-"


def _cut(path: Path, rng: random.Random) -> None:
    """Cut a file at any byte; often to nothing, which is what a full disk leaves."""
    size = path.stat().st_size
    os.truncate(path, rng.choice([0, rng.randrange(size)]))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
