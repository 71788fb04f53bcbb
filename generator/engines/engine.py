# SPDX-License-Identifier: Apache-2.0
"""What an engine brings to a project: the seam between the network and all that is around it.

An engine computes the network on the chip behind `network/network.h`; the application knows
nothing else of it (docs/adr/0016-engine-seam.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from generator.constant_tables import ConstantTable

BUILTIN = "builtin"
STEDGEAI = "stedgeai"
ENGINES = (BUILTIN, STEDGEAI)
"""Names on the command line; HELLO adds the version of a tool."""

FOREIGN_PART = "engine"
"""Folder in the project of what others wrote: compiled without our warnings."""

HELLO_ENGINE_BYTES = 16
"""What HELLO holds of an engine's name."""


class Optimise(Enum):
    """What the built-in engine's schedule spares where both cannot be had."""

    TIME = "time"
    """Rows stay whole: a few calls less."""
    MEMORY = "memory"
    """Rows are made and taken in groups of channels where that is possible."""


@dataclass(frozen=True, slots=True)
class EngineFiles:
    """One engine, with one network, as a project takes it."""

    name: str
    """As HELLO carries it, such as "stedgeai 3.0.0"."""

    network: Any
    """The context `network` of the templates; network/network.h.j2 says what it must hold."""

    folders: tuple[str, ...] = ("network",)
    """Folders of `firmware_templates/` that become `network/`; of a file that two of them have,
    the later one's is taken."""

    kernel_sources: tuple[str, ...] = ()
    """Of `network/kernels/`, those that are compiled."""

    tables: tuple[ConstantTable, ...] = ()
    """Its constants that the image checks; none where it is not known where they are."""

    uses_crc_unit: bool = False
    """Whether the port must clock the part's CRC unit."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """Others' files, by their paths below `engine/`."""

    includes: tuple[str, ...] = ()
    """Folders below `engine/` with headers."""

    library: str = ""
    """An archive below `engine/` that is linked; empty: none."""

    system_libraries: tuple[str, ...] = ()
    """What the archive needs of the compiler's own, such as "-lm"."""

    extra_stack_bytes: int = 0
    """Beside the board's stack, which the built-in engine's calls fit."""

    host_network: Any = None
    """Context `network` of the built-in engine, which the host twin runs in place of what only the
    part can; None: the twin runs this engine itself."""
