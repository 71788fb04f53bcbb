# SPDX-License-Identifier: Apache-2.0
"""The command line of ST Edge AI Core, as far as the adapter uses it, and its faults on request."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from generator.errors import InputError
from tests.support.st_edge_ai.faults import FAULTS
from tests.support.st_edge_ai.library import put_libraries
from tests.support.st_edge_ai.sources import generate

QUESTION = "Would you like to share anonymous usage statistics with ST? [y/n]: "


def main() -> int:
    """Version or generate; the exit code."""
    equipment = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    equipment.add_argument("--root", type=Path, required=True)
    equipment.add_argument("--core", default="3.0.0")
    equipment.add_argument("--cube", default="11.0.0")
    equipment.add_argument("--banner")
    equipment.add_argument("--library-number")
    equipment.add_argument("--scores")
    equipment.add_argument("--fault", choices=FAULTS)
    mine, rest = equipment.parse_known_args()
    if mine.fault != "no-library":
        put_libraries(mine.root, mine.library_number or mine.cube.replace(".", ""))
    banner = mine.banner or f"ST Edge AI Core v{mine.core}-20426 123672867"
    if rest == ["--version"]:
        print(f"{banner}\n   ISPU 1.1.0\n   STM32CubeAI {mine.cube}" if not mine.banner else banner)
        return 0
    if rest[:1] != ["generate"]:
        print(f"{banner}\nE002(HwIOError): unknown command {rest}")
        return 2
    return _generate(mine, rest[1:], banner)


def _generate(mine: argparse.Namespace, arguments: list[str], banner: str) -> int:
    options = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--target", "--name", "-O", "--output", "--workspace"):
        options.add_argument(name, required=True)
    options.add_argument("-m", type=Path, required=True)
    options.add_argument("--c-api", choices=("st-ai", "legacy"))
    options.add_argument("--quiet", action="store_true")
    asked = options.parse_args(arguments)
    print(banner, flush=True)
    if mine.fault == "question-for-ever":
        while True:
            print(QUESTION, flush=True)
            sys.stdin.readline()
            time.sleep(0.05)
    print(QUESTION, end="", flush=True)
    if sys.stdin.isatty() or sys.stdin.readline() not in ("y\n", "n\n"):
        print("E001: no answer")
        return 1
    print()
    if mine.fault == "hang":
        print("Computing AI RT data/code size", flush=True)
        time.sleep(3600)
    if mine.fault == "crash":
        print("Segmentation fault soon", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if mine.fault == "refused-model":
        print("E010(InvalidModelError): Couldn't load the model, layer 3 is not supported")
        return 1
    old = bool(mine.banner) or int(mine.core.split(".")[0]) < 3
    api = asked.c_api or ("legacy" if old else "st-ai")
    big = 2_000_000 if mine.fault == "too-large" else None
    try:
        core = "1.2.3" if mine.fault == "other-version" else mine.core
        files = generate(asked.m, api, mine.scores, core, big)
    except InputError as error:
        print(f"E010(InvalidModelError): {error}")
        return 1
    output = Path(asked.output)
    output.mkdir(parents=True)
    Path(asked.workspace).mkdir(parents=True)
    if mine.fault == "file-missing":
        del files["network_data.c"]
    if mine.fault == "cut-off":
        files["network_data.c"] = files["network_data.c"][: len(files["network_data.c"]) // 2]
    if mine.fault == "other-model":
        files = generate(asked.m.with_name("other.tflite"), api, mine.scores, mine.core, None)
    for name, text in files.items():
        (output / name).write_text(text)
    print("Generated files\n" + "\n".join(files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
