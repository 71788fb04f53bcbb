# SPDX-License-Identifier: Apache-2.0
"""A front-end in words."""

from __future__ import annotations

from rich.console import Console

from generator.firmware import Network


def print_frontend(console: Console, network: Network) -> None:
    """Say which front-end it is and where that was found, and what else the user should know."""
    text = f"front-end: {network.frontend.name}, by {network.frontend_source}"
    console.print(text, markup=False, soft_wrap=True)
    for note in network.notes:
        console.print(note, style="yellow", markup=False, soft_wrap=True)
