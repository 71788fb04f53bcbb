# SPDX-License-Identifier: Apache-2.0
"""`python -m mel2metal` is `mel2metal`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from generator import cli
from hil.diverge.arguments import add_diverge
from mel2metal.sound_files import SoundFiles
from training.arguments import add_models


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the generator, which may ask for sounds, `diverge`, which may ask for
    boards, or `models`, which fetches; returns the exit code."""
    return cli.main(arguments, SoundFiles(), (add_diverge, add_models))


if __name__ == "__main__":
    sys.exit(main())
