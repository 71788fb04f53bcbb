# SPDX-License-Identifier: Apache-2.0
"""Installing the pinned tools, with a line that says so while it lasts."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from generator.repository import IN_CHECKOUT
from generator.toolchain.tool_install import INSTALLERS


def install_tools(console: Console, names: Iterable[str] = tuple(INSTALLERS)) -> list[str]:
    """Install what is not there yet; the names of what was installed. Raises ToolError."""
    news = []
    for name in names:
        tool = INSTALLERS[name]
        if tool.is_installed():
            tool.touch_mark()
            continue
        line = f"[install]  {name} ({tool.download_mb} MB) into {tool.target}"
        console.print(line, markup=False, soft_wrap=True)
        with console.status(f"downloading and checking {name}"):
            if tool.install():
                news.append(name)
    return news


def install_tools_outside_checkout(console: Console, names: Iterable[str]) -> None:
    """`install_tools`, unless this is a checkout, where make installs them."""
    if not IN_CHECKOUT:
        install_tools(console, names)


def install_what_is_needed(console: Console, cross_compile: str | None) -> None:
    """Before firmware is built: CMSIS-DSP, and the compiler unless another one is named."""
    install_tools_outside_checkout(console, ["cmsis-dsp"] if cross_compile else INSTALLERS)
