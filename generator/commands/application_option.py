# SPDX-License-Identifier: Apache-2.0
"""The option that names an application."""

from __future__ import annotations

import argparse

from generator.project.applications import MEASURE, MONITOR

APP_HELP = (
    f"{MEASURE.name} (default): answers the harness over the link; {MONITOR.name}: listens by "
    "itself and prints what it hears; or a folder of your own C (docs/your-own-application.md)"
)


def add_application_option(parser: argparse.ArgumentParser) -> None:
    """Add --app."""
    parser.add_argument("--app", metavar="NAME_OR_FOLDER", default=MEASURE.name, help=APP_HELP)
