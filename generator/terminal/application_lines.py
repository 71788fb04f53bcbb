# SPDX-License-Identifier: Apache-2.0
"""What a command says of the application that it builds."""

from __future__ import annotations

from rich.console import Console

from generator.project.applications import Application
from generator.project.user_application import left_out


def print_application(console: Console, application: Application, events: str) -> None:
    """Print its name and, of a user's folder, how much was taken; of `measure` nothing.

    `events`: when a class begins and ends, in words.
    """
    if not application.has_board:
        return
    console.print(f"events: {events}", markup=False, soft_wrap=True)
    if application.folder is None:
        console.print(f"application: {application.name}", markup=False)
        return
    count = len(application.files)
    files = f"{count} file{'s' if count > 1 else ''} of {application.folder}"
    console.print(f"application: {application.name}, {files}", markup=False, soft_wrap=True)
    for folder in left_out(application):
        line = f"not taken: {application.folder / folder}/ (only what lies beside main.c is)"
        console.print(line, style="yellow", markup=False, soft_wrap=True)
