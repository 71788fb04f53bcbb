# SPDX-License-Identifier: Apache-2.0
"""The stand-in's run-time library: the built-in engine's kernels, for each core."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from filelock import FileLock

from generator.engines.stedgeai.locate import AI_FOLDER, LIBRARY_FOLDERS
from generator.project.target_flags import CORE_FLAGS, LANGUAGE, OPTIMISATION, SECTIONS
from generator.repository import REPO_ROOT, TEMPLATES_DIR
from generator.toolchain.locate import find_toolchain
from tests.support.st_edge_ai.ar import write_archive

HERE = Path(__file__).parent
INC = HERE / "stand-in" / AI_FOLDER / "Inc"
KERNELS = TEMPLATES_DIR / "network" / "kernels"
CACHE = REPO_ROOT / "build" / "stand-in"


def put_libraries(root: Path, number: str) -> None:
    """Write the library of every core below `root`, unless it is there."""
    libraries = _cached()
    for core, (folder, short) in LIBRARY_FOLDERS.items():
        path = root / AI_FOLDER / "Lib" / "GCC" / folder / f"NetworkRuntime{number}_{short}_GCC.a"
        content = (libraries / f"{core}.a").read_bytes()
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(content)
            fresh.replace(path)


def _cached() -> Path:
    toolchain = find_toolchain()
    inputs = sorted([*KERNELS.rglob("*.*"), *KERNELS.parent.glob("*.h"), HERE / "runtime.c"])
    digest = hashlib.sha256(toolchain.description.encode())
    for path in inputs:
        digest.update(path.read_bytes())
    folder = CACHE / digest.hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(CACHE / ".lock"):
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
                made = Path(scratch) / "made"
                made.mkdir()
                for core in LIBRARY_FOLDERS:
                    (made / f"{core}.a").write_bytes(_compile(toolchain.gcc, core, Path(scratch)))
                made.rename(folder)
    return folder


def _compile(gcc: Path, core: str, scratch: Path) -> bytes:
    flags = [*CORE_FLAGS[core], *LANGUAGE, *OPTIMISATION, *SECTIONS, "-w", "-g0"]
    flags += ["-DM2M_PORTABLE_KERNELS=0", f"-I{TEMPLATES_DIR}", f"-I{INC}"]
    objects: list[Path] = []
    # A kernel's two sources would be one object: each kind has a folder.
    for kind, more in (("c", [HERE / "runtime.c"]), ("S", [])):
        sources = [*sorted(KERNELS.glob(f"*.{kind}")), *more]
        folder = scratch / core / kind
        folder.mkdir(parents=True)
        subprocess.run([str(gcc), *flags, "-c", *map(str, sources)], cwd=folder, check=True)
        objects += sorted(folder.glob("*.o"))
    return write_archive({f"k{i}.o": path.read_bytes() for i, path in enumerate(objects)})
