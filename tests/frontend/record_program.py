# SPDX-License-Identifier: Apache-2.0
"""A record's front-end as a program of this machine under AddressSanitizer and UBSan."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.frontend.record import FrontendRecord
from generator.host.compile import MEMORY_ERRORS, UNDEFINED_BEHAVIOUR, HostBuild, compile_for_host
from generator.host.frontend_twin import frontend_files

MAIN = Path(__file__).parent / "fake" / "features_main.c"
PLACE = "fake/features_main.c"


def build_program(record: FrontendRecord, scale: float, zero_point: int, scratch: Path) -> Path:
    """The program; what it is made of stays in `scratch`."""
    files = frontend_files(record, scale, zero_point) | {PLACE: MAIN.read_bytes()}
    for path, content in files.items():
        (scratch / path).parent.mkdir(parents=True, exist_ok=True)
        (scratch / path).write_bytes(content)
    build = HostBuild(
        directory=scratch,
        sources=tuple(path for path in files if path.endswith(".c")),
        headers=tuple(path for path in files if path.endswith(".h")),
        shared=False,
        sanitizers=(*UNDEFINED_BEHAVIOUR, *MEMORY_ERRORS),
    )
    return compile_for_host(build, scratch / "built")


def run_program(
    program: Path, record: FrontendRecord, samples: NDArray[np.int16]
) -> NDArray[np.int8]:
    """int8 [frames, features] of a clip. An error of a sanitizer fails with its words."""
    done = subprocess.run(
        [str(program)],
        input=samples.astype("<i2").tobytes(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return np.frombuffer(done.stdout, dtype=np.int8).reshape(-1, record.features)
