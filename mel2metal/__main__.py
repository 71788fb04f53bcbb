# SPDX-License-Identifier: Apache-2.0
"""`python -m mel2metal` is `mel2metal`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from generator import cli
from hil.diverge.arguments import add_diverge
from hil.profile.arguments import add_profile
from mel2metal.sound_files import SoundFiles


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command of the generator, which may ask for sounds, or `diverge` or `profile`, which
    may ask for boards; returns the exit code."""
    return cli.main(arguments, SoundFiles(), (add_diverge, add_profile))


if __name__ == "__main__":
    sys.exit(main())
