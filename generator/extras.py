# SPDX-License-Identifier: Apache-2.0
"""The optional packages of mel2metal, by the extra that brings them (pyproject.toml)."""

from __future__ import annotations

import importlib.metadata
import re
import shlex

from generator.errors import ToolError
from generator.repository import IN_CHECKOUT

HIL = "hil"
"""What the harness needs: debug probes, serial ports, the virtual board, sounds, pytest."""
LIVE = "live"
"""The same, and sounddevice: the microphone of this machine."""
TRAIN = "train"
"""The harness's, and TensorFlow."""

MAKE_TARGETS = {HIL: "test-fast", LIVE: "microphone", TRAIN: "train"}
"""What installs an extra's packages in a checkout."""

_REQUIREMENT = re.compile(
    r"(?P<name>[\w.-]+)(?:\[(?P<extra>[\w-]+)\])?(?P<rest>[^;]*)(?:;(?P<marker>.*))?"
)
_EXTRA = re.compile(r"extra == ['\"](?P<name>[\w-]+)['\"]")


def packages_of(extra: str | None) -> dict[str, str]:
    """Package to version range, such as `>=3.5`, of an extra and of those that it includes.

    None: what mel2metal needs without any extra.
    """
    found: dict[str, str] = {}
    for text in importlib.metadata.requires("mel2metal") or ():
        requirement = _REQUIREMENT.fullmatch(text.strip())
        of_extra = _EXTRA.search((requirement and requirement["marker"]) or "")
        if requirement is None or (of_extra and of_extra["name"]) != extra:
            continue
        if requirement["name"] == "mel2metal":
            found |= packages_of(requirement["extra"])
        else:
            found[requirement["name"]] = requirement["rest"].strip()
    return found


def absent_packages(extra: str | None) -> list[str]:
    """Those of `packages_of` that are not installed."""
    return [name for name in packages_of(extra) if not _is_installed(name)]


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def how_to_install(extra: str) -> str:
    """The remedy for an extra that is not installed."""
    if IN_CHECKOUT:
        return f"`make {MAKE_TARGETS[extra]}` installs it"
    ranges = packages_of(extra)
    words = shlex.join(f"{name}{ranges[name]}" for name in absent_packages(extra))
    whole = f"install mel2metal with its extra, 'mel2metal[{extra}]' (docs/install.md)"
    add = "or add what is absent by `pip install` or `pipx inject mel2metal`"
    return f"{whole}, {add}: {words}" if words else whole


def missing_extra(command: str, module: str, extra: str) -> ToolError:
    """The error of a command that needs a module of an extra."""
    what = f"`mel2metal {command}` needs {module}, which is not installed"
    return ToolError(what, how_to_install(extra))
