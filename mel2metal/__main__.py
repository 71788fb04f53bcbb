# SPDX-License-Identifier: Apache-2.0
"""`mel2metal`: the commands of all packages, by subject."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cross_check.arguments import add_qemu
from generator import cli
from hil.arguments import add_hil
from hil.bench.arguments import add_bench
from hil.boards.arguments import add_boards
from hil.compare import add_compare
from hil.diverge.arguments import add_diverge
from hil.flash import add_flash
from hil.history.arguments import add_history
from hil.live.arguments import add_live
from hil.profile.arguments import add_profile
from hil.report.html.arguments import add_report
from hil.run_diff.arguments import add_compare_runs
from hil.soak.arguments import add_soak
from mel2metal.completion.arguments import add_completion
from mel2metal.sound_files import SoundFiles
from sounds.arguments import add_dataset
from training.arguments import add_models, add_training

GROUPS = {
    "on a board, real or virtual": (
        add_hil,
        add_soak,
        add_live,
        add_flash,
        add_boards,
        add_bench,
        add_profile,
        add_compare,
        add_diverge,
        add_qemu,
    ),
    "results": (add_report, add_history, add_compare_runs),
    "data and training": (add_dataset, add_models, add_training),
    cli.THIS_MACHINE: (add_completion,),
}
"""What adds a command, by the heading that it has in `mel2metal --help`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. The generator's may ask for sounds."""
    return cli.main(arguments, SoundFiles(), GROUPS)


if __name__ == "__main__":
    sys.exit(main())
