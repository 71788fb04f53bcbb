# SPDX-License-Identifier: Apache-2.0
"""How fast the virtual board runs an image: `python -m hil.virtual.speed IMAGE [seconds]`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from hil.virtual.machine import Machine
from hil.virtual.rules import RuleBroken


def main() -> int:
    """Run the image for some virtual time; print instructions a second of this process."""
    parser = argparse.ArgumentParser(prog="python -m hil.virtual.speed", description=__doc__)
    parser.add_argument("image", type=Path, help="ELF or HEX file")
    parser.add_argument("seconds", type=float, nargs="?", default=0.1, help="virtual seconds")
    parser.add_argument("--board", default="u585")
    options = parser.parse_args()
    machine = Machine(options.board)
    load = machine.load_hex if options.image.suffix == ".hex" else machine.load_elf
    load(options.image)
    for name in ("cold", "warm"):
        machine.power_on()
        before, starts = machine.instructions, machine.core.starts
        start = time.process_time()
        try:
            machine.run(options.seconds)
        except RuleBroken as error:
            print(error)
            return 1
        elapsed = time.process_time() - start
        count = machine.instructions - before
        print(
            f"{name}: {count:,} instructions in {elapsed:.2f} s of CPU ="
            f" {count / max(elapsed, 1e-9) / 1e6:.0f} MIPS"
            f" ({machine.core.probes} instructions probed one by one,"
            f" {machine.core.starts - starts} starts of the core)"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
