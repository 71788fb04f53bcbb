# SPDX-License-Identifier: Apache-2.0
"""The commands of `mel2metal` that prepare a training; nothing heavy is imported here."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from generator.repository import REPO_ROOT
from training.published_models import DEFAULT_PLACE, SOURCE

MODELS_HELP = """\
Fetches the published model that training starts from, some 600 KB: ST's Yamnet-256 without a head
(Apache-2.0), from ST's model zoo on GitHub at a pinned commit. Each file is checked by its SHA-256
before it takes its place. `make cv` and `make train` find it there; MODELS_DIR names another place.
"""

MODELS_EXAMPLES = """\
examples:
  mel2metal models                       to data/models; a second run fetches nothing
  mel2metal models --to ~/models         then MODELS_DIR=~/models make cv
  mel2metal models --source https://mirror.example/stm32ai-modelzoo-services/9bb116e
"""


def add_models(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `models`."""
    parser = commands.add_parser(
        "models",
        help="fetch the published model that training starts from",
        description=MODELS_HELP,
        epilog=MODELS_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        default=REPO_ROOT / DEFAULT_PLACE,
        help=f"where they go (default: {DEFAULT_PLACE} of mel2metal)",
    )
    parser.add_argument(
        "--source",
        metavar="URL",
        default=SOURCE,
        help="another address with the same files, such as a mirror; the hashes stay the same",
    )
    parser.set_defaults(run=_models)


def _models(options: argparse.Namespace, console: Console) -> int:
    from training.published_models import fetch_models

    def say(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    fetch_models(options.to.expanduser(), options.source.rstrip("/"), say)
    return 0
