# SPDX-License-Identifier: Apache-2.0
"""`python -m mel2metal` is `mel2metal`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from generator import cli
from hil.diverge.arguments import add_diverge
from hil.report.html.arguments import add_report
from mel2metal.sound_files import SoundFiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the generator, which may ask for sounds, or of the harness; returns the
    exit code."""
    return cli.main(arguments, SoundFiles(), (add_diverge, add_report))


if __name__ == "__main__":
    sys.exit(main())
