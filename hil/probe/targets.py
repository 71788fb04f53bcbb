# SPDX-License-Identifier: Apache-2.0
"""pyOCD's target type for each board: built in, from a CMSIS pack, or of our own.

pyOCD brings targets for some STM32 parts and needs a CMSIS pack for the others. The targets here
need no download: a memory map, and a flash algorithm of this project (`flash_algorithms/`). Our own
is taken for the STM32H743 too, because pyOCD's built-in algorithm for it erases the sector after
the one that it is told to erase.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.boards.record import BoardSpec
from generator.errors import Fault, InputError
from hil.probe.flash_algorithms.compiled import AlgorithmSource, compiled, describe_result

PREFIX = "mel2metal_"
FLASH_ORIGIN, FLASH_BYTES = 0x0800_0000, 0x20_0000
KIB = 1024

U5 = AlgorithmSource("u5.c", "cortex-m33")
L4_PLUS = AlgorithmSource("l4_plus.c", "cortex-m4")
H743 = AlgorithmSource("h7.c", "cortex-m7")
H7A3 = AlgorithmSource("h7.c", "cortex-m7", ("LINE_H7A3",))


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """What a target of ours is made of; all of these parts have 2 MB of flash in two banks."""

    algorithm: AlgorithmSource
    error_flags: str
    """A key of `compiled.ERROR_FLAGS`."""
    sector_bytes: int
    page_bytes: int
    """What is sent to the part at once."""
    unit_bytes: int
    """What is programmed at once, under one ECC."""
    rams: tuple[tuple[str, int, int], ...]
    """Name, address, bytes; the first is where the algorithm runs: it has a clock after a reset."""


_U5_RAM = (("sram1_3", 0x2000_0000, 768 * KIB), ("sram4", 0x2800_0000, 16 * KIB))
_TCM = (("dtcm", 0x2000_0000, 128 * KIB), ("itcm", 0x0000_0000, 64 * KIB))
_U5_TARGET = OwnTarget(U5, "paged", 8 * KIB, 8 * KIB, 16, _U5_RAM)

# Sector and unit: RM0456 section 7.3, RM0432 section 3.3, RM0433 section 4.3, RM0455 section 5.3.
# RAM: DS13086, DS12023, DS12110, DS13195, memory maps.
OWN_TARGETS: dict[str, OwnTarget] = {
    "STM32U585AI": _U5_TARGET,
    "STM32U575ZI": _U5_TARGET,
    "STM32L4R5ZI": OwnTarget(
        L4_PLUS, "paged", 4 * KIB, 4 * KIB, 8, (("sram1_3", 0x2000_0000, 640 * KIB),)
    ),
    "STM32H743ZI": OwnTarget(
        H743, "banked", 128 * KIB, 16 * KIB, 32, (("axi_sram", 0x2400_0000, 512 * KIB), *_TCM)
    ),
    "STM32H7A3ZI": OwnTarget(
        H7A3, "banked", 8 * KIB, 8 * KIB, 16, (("axi_sram", 0x2400_0000, 1024 * KIB), *_TCM)
    ),
}
"""By the part, without the letters of package and supply."""


def own_target_name(part: str) -> str | None:
    """The name of our target for a part, such as `mel2metal_stm32u585ai`; None without one."""
    found = next((name for name in OWN_TARGETS if part.startswith(name)), None)
    return None if found is None else PREFIX + found.lower()


def register_own_targets(cross_compile: str | None = None) -> None:
    """Make our targets known to pyOCD, in this process; they are compiled when one is used.

    By the compiler with this prefix, or the one that CROSS_COMPILE names, or the pinned one.
    """
    from pyocd.target import TARGET

    prefix = cross_compile or os.environ.get("CROSS_COMPILE")
    for part, target in OWN_TARGETS.items():
        TARGET[PREFIX + part.lower()] = _target_class(part, target, prefix)


def target_for(spec: BoardSpec, pack: Path | None = None) -> str:
    """The target type to name for a board: never left to a probe's guess.

    From `pack`, which pyOCD has to be given as well, if the part is in it; else ours; else what
    pyOCD has built in. Raises InputError for a file that is no pack, and for a part without any.
    """
    from pyocd.target import TARGET, normalise_target_type_name

    wanted: str = normalise_target_type_name(spec.probe.pyocd_target)
    if pack is not None and wanted in _names_in(pack):
        return wanted
    own = own_target_name(spec.part)
    if own is not None:
        register_own_targets()
        return own
    if wanted in TARGET:
        return wanted
    what = f"pyOCD has no target {wanted}, and this project none for {spec.part}"
    remedy = "give the CMSIS pack that has the part: --pack FILE"
    raise InputError([Fault(spec.id, what, remedy)])


def failure_in_words(spec: BoardSpec, result: int | None) -> str:
    """What one of our algorithms returned, to be put behind pyOCD's own message."""
    target = next((own for part, own in OWN_TARGETS.items() if spec.part.startswith(part)), None)
    # pyOCD has -1 where the algorithm returned nothing: it took too long.
    if target is None or not result or result < 0:
        return ""
    return f": {describe_result(result, target.error_flags)}"


def _names_in(pack: Path) -> set[str]:
    from xml.etree.ElementTree import ParseError
    from zipfile import BadZipFile
    from zlib import error as zlib_error

    from pyocd.target import normalise_target_type_name
    from pyocd.target.pack.cmsis_pack import CmsisPack, MalformedCmsisPackError

    try:
        devices = CmsisPack(str(pack)).devices
    except (
        *(OSError, ValueError, KeyError, MalformedCmsisPackError),
        *(BadZipFile, zlib_error, ParseError),
    ) as error:
        what = f"this is no CMSIS pack that can be read: {error}"
        remedy = "give a file such as Keil.STM32U5xx_DFP.<version>.pack"
        raise InputError([Fault(f"--pack {pack}", what, remedy)]) from error
    return {normalise_target_type_name(device.part_number) for device in devices}


def _target_class(part: str, target: OwnTarget, cross_compile: str | None) -> type[Any]:
    from pyocd.coresight.coresight_target import CoreSightTarget

    class Target(CoreSightTarget):  # type: ignore[misc]  # pyOCD ships no types
        VENDOR = "STMicroelectronics"

        def __init__(self, session: Any) -> None:
            super().__init__(session, memory_map(target, cross_compile))
            self.part_number = part

    Target.__name__ = Target.__qualname__ = part
    return Target


def memory_map(target: OwnTarget, cross_compile: str | None = None) -> Any:
    """The flash with its algorithm, and the memories that have a clock after a reset."""
    from pyocd.core.memory_map import FlashRegion, MemoryMap, RamRegion

    algorithm = compiled(target.algorithm, cross_compile)
    return MemoryMap(
        FlashRegion(
            name="flash",
            start=FLASH_ORIGIN,
            length=FLASH_BYTES,
            sector_size=target.sector_bytes,
            page_size=target.page_bytes,
            phrase_size=target.unit_bytes,
            is_boot_memory=True,
            algo=algorithm.placed(target.rams[0][1], target.page_bytes),
        ),
        *(RamRegion(name=name, start=start, length=size) for name, start, size in target.rams),
    )
