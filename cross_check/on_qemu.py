# SPDX-License-Identifier: Apache-2.0
"""Running a program on QEMU, deterministically, with a constant virtual time per instruction."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from cross_check.image import CALIBRATION, Image
from cross_check.machines import INSTRUCTION_SHIFT
from cross_check.program_output import Output, RunError, by_meter, read_output
from generator.errors import ToolError
from generator.repository import command
from generator.temporary import temporary_folder
from generator.toolchain.doctor import QEMU_PROGRAM, QEMU_REMEDY

TIMEOUT_S = 300
CALIBRATED = (1, 7, 2 + 2 * 12345)
"""Instructions of the calibration functions (target/calibration.c), counted by hand."""

EXIT_TEXTS = {
    40: "the core took an exception",
    41: "the emulator cannot write the program's output",
    42: "the program's output is larger than its memory for it",
    43: "the listener returned an error",
    44: "metered calls nest too deep",
}
"""`enum mps2_exit` of target/mps2.h."""


def find_qemu() -> Path:
    """The path of QEMU; raises ToolError with installation instructions if there is none."""
    found = shutil.which(QEMU_PROGRAM)
    if found is None:
        what = f"no program {QEMU_PROGRAM}: `{command('qemu')}` compares with it"
        raise ToolError(what, QEMU_REMEDY)
    return Path(found)


def qemu_version(qemu: Path) -> str:
    """The version of QEMU, such as 7.2.22; raises ToolError if it does not run."""
    try:
        done = subprocess.run(
            [qemu, "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(f"{qemu} does not run: {error}", QEMU_REMEDY) from error
    match = re.search(r"version (\S+)", done.stdout)
    return match[1] if match else done.stdout.strip()


def run_on_qemu(qemu: Path, image: Image) -> Output:
    """Run the program to its end; returns its output.

    Raises RunError if the program does not finish, ToolError with QEMU's output if QEMU fails.
    """
    command = [str(qemu), "-machine", image.machine.qemu_name, "-kernel", str(image.elf.resolve())]
    command += ["-icount", f"shift={INSTRUCTION_SHIFT},align=off,sleep=off"]
    command += ["-display", "none", "-monitor", "none", "-serial", "none", "-nodefaults"]
    command += ["-semihosting-config", "enable=on,target=native"]
    with temporary_folder() as scratch:
        try:
            done = subprocess.run(
                command,
                cwd=scratch,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RunError(f"QEMU has not ended after {TIMEOUT_S} s") from None
        except OSError as error:
            raise ToolError(f"{qemu} does not run: {error}", QEMU_REMEDY) from error
        if done.returncode in EXIT_TEXTS:
            raise RunError(f"on QEMU {EXIT_TEXTS[done.returncode]}")
        if done.returncode:
            output = (done.stderr or done.stdout).strip()
            raise ToolError(f"QEMU's {image.machine.qemu_name} ended with an error: {output}")
        return read_output((Path(scratch) / "records.bin").read_bytes())


def count_instructions(image: Image, output: Output) -> dict[int, list[int]]:
    """The instructions of each call, by function, from the recorded timer ticks.

    The calibration functions give the overhead between the two timer readings and the function; it
    is the same for all functions. Raises RunError if they give different overheads.
    """
    machine = image.machine
    taken = [machine.instructions_of(ticks) for ticks in output.call_ticks]
    counts = by_meter(output.call_meters, taken)
    overhead = counts[0][0] - CALIBRATED[0]
    for meter, known in enumerate(CALIBRATED):
        wrong = [count for count in counts[meter] if count != known + overhead]
        if wrong:
            raise RunError(
                f"{CALIBRATION[meter]} has {known} instructions and took {wrong[0] - overhead}"
            )
    return {meter: [count - overhead for count in calls] for meter, calls in counts.items()}
