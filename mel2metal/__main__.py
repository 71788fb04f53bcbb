# SPDX-License-Identifier: Apache-2.0
"""`python -m mel2metal` is `mel2metal`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from generator import cli
from hil.diverge.arguments import add_diverge
from hil.history.arguments import add_history
from hil.report.html.arguments import add_report
from hil.run_diff.arguments import add_compare_runs
from mel2metal.sound_files import SoundFiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the generator, which may ask for sounds, or one of the harness; returns
    the exit code."""
    own = (add_diverge, add_report, add_history, add_compare_runs)
    return cli.main(arguments, SoundFiles(), own)


if __name__ == "__main__":
    sys.exit(main())
