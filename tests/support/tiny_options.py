# SPDX-License-Identifier: Apache-2.0
"""The options of a command that runs the tiny model of `tiny_build`."""

from __future__ import annotations

from pathlib import Path

from hil.options import Options, read_options


def tiny_options(tiny_build: Path, board: str, *, virtual: bool = True) -> Options:
    """Of one board, with the built-in engine as it is by default."""
    given = {
        "board": [board],
        "virtual": virtual,
        "model": str(tiny_build / "m.tflite"),
        "build_dir": str(tiny_build),
        "engine": "builtin",
        "optimise": "memory",
        "kernels": "assembly",
    }
    return read_options(given.get)
