# SPDX-License-Identifier: Apache-2.0
"""A full disk and a jumping clock for a run: a library that is loaded before the C library.

It is compiled by this machine's compiler, which the host twin needs as well. Where that or the
system has no such means, the two modes are left out, and the reason is told.
"""

from __future__ import annotations

import mmap
import os
import struct
import subprocess
import sys
from pathlib import Path

from generator.errors import ToolError
from generator.toolchain.locate import find_host_cc

SOURCE = Path(__file__).with_name("host_faults.c")
_FLAGS = ("-std=c11", "-O1", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror")

_CONTROL = struct.Struct("=qqqq")
_CLOCK, _FULL, _REFUSED, _TIMES_READ = (8 * number for number in range(4))

ROOM, FULL_FOR_JOURNAL, FULL_FOR_REPORT = range(3)


def why_impossible() -> str | None:
    """Why runs cannot be given these faults here; None where they can."""
    if not sys.platform.startswith("linux"):
        return f"{sys.platform} loads no library before the C library by LD_PRELOAD"
    try:
        find_host_cc()
    except ToolError as error:
        return str(error).partition("\n")[0]
    return None


class HostFaults:
    """The faults of the runs that are started with `environment`."""

    def __init__(self, work: Path, full_folder: Path) -> None:
        """Compile the library into `work`; `full_folder` is where the disk can be full."""
        work.mkdir(parents=True, exist_ok=True)
        self._library, self._path = work / "host_faults.so", work / "host_faults.control"
        command = [*find_host_cc(), *_FLAGS, str(SOURCE), "-o", str(self._library), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            what = f"{SOURCE.name} does not compile: {done.stderr.strip()[:400]}"
            raise ToolError(what, "use gcc or clang with glibc as CC")
        self._path.write_bytes(bytes(_CONTROL.size))
        self._folder = full_folder
        with self._path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _CONTROL.size)

    @property
    def environment(self) -> dict[str, str]:
        """What a run needs in its environment."""
        before = os.environ.get("LD_PRELOAD", "")
        return {
            "LD_PRELOAD": f"{self._library} {before}".strip(),
            "MEL2METAL_HOST_FAULTS": str(self._path),
            "MEL2METAL_FULL_FOLDER": f"{self._folder.resolve()}/",
        }

    def set_clock(self, offset_s: int) -> None:
        """Let the wall clock be that many seconds off; 0: right."""
        self._put(_TIMES_READ, 0)
        self._put(_CLOCK, offset_s)

    def set_room(self, state: int) -> None:
        """ROOM, FULL_FOR_JOURNAL, or FULL_FOR_REPORT."""
        self._put(_REFUSED, 0)
        self._put(_FULL, state)

    @property
    def refused(self) -> int:
        """How many writes found no room since `set_room`."""
        return self._get(_REFUSED)

    @property
    def times_read(self) -> int:
        """How often a run has read the wall clock while it was off."""
        return self._get(_TIMES_READ)

    def close(self) -> None:
        """Let go of the shared file."""
        self._shared.close()

    def _put(self, at: int, value: int) -> None:
        struct.pack_into("=q", self._shared, at, value)

    def _get(self, at: int) -> int:
        found: int = struct.unpack_from("=q", self._shared, at)[0]
        return found
