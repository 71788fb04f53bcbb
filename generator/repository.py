# SPDX-License-Identifier: Apache-2.0
"""Where things are: what mel2metal brings along, what it installs, and where it writes.

In a checkout all of it is inside the repository. Installed from a wheel, what it brings along is
in this package's folder `data`, tools and compiled code are in the user's cache, and outputs go to
the current folder.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

SOURCE_ROOT = Path(__file__).resolve().parents[1]
"""The folder that holds this package and its neighbours: the repository, or site-packages."""

INSTALLED_DATA = Path(__file__).resolve().parent / "data"
"""Where a wheel has what the repository has at its root (tools/wheel_data.py)."""

IN_CHECKOUT = not INSTALLED_DATA.is_dir()

REPO_ROOT = SOURCE_ROOT
"""The repository, for what works in a checkout only."""

DATA_DIR = SOURCE_ROOT if IN_CHECKOUT else INSTALLED_DATA
"""Files that mel2metal brings along: boards, templates, models, pins, budgets."""

WORK_DIR = SOURCE_ROOT if IN_CHECKOUT else Path.cwd()
"""Where `build`, `data` (sounds) and `runs` (training) are, unless an option names others."""

CACHE_VARIABLE = "MEL2METAL_CACHE"


def user_cache_dir(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The user's cache folder for mel2metal: $MEL2METAL_CACHE, or where the system keeps caches.

    That is ~/Library/Caches/mel2metal on macOS, else $XDG_CACHE_HOME/mel2metal, which is
    ~/.cache/mel2metal where that variable is not set to an absolute path.
    """
    named = environment.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if platform == "darwin":
        return Path.home() / "Library" / "Caches" / "mel2metal"
    base = Path(environment.get("XDG_CACHE_HOME") or "")
    return (base if base.is_absolute() else Path.home() / ".cache") / "mel2metal"


TEMPLATES_DIR = DATA_DIR / "firmware_templates"
PINS_DIR = DATA_DIR / "requirements"
DEFAULT_BOARDS_FILE = DATA_DIR / "boards.yaml"
DEFAULT_MODEL = DATA_DIR / "models" / "yamnet_256_esc10.tflite"
DEFAULT_OUT_DIR = WORK_DIR / "build"

TOOLS_DIR = SOURCE_ROOT / ".tools" if IN_CHECKOUT else user_cache_dir(os.environ) / "tools"
"""The pinned cross compiler and CMSIS-DSP."""

COMPILED_DIR = DEFAULT_OUT_DIR if IN_CHECKOUT else user_cache_dir(os.environ)
"""Where code that was compiled for this machine or for a probe is kept, by its content."""


def command(target: str) -> str:
    """How to run a command that is a target of make too: `make tools`, `mel2metal tools`."""
    return f"make {target}" if IN_CHECKOUT else f"mel2metal {target}"
