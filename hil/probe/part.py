# SPDX-License-Identifier: Apache-2.0
"""Whether the part behind a probe is the one that boards.yaml names, and fit to be programmed.

Only reads. Wrong option bytes are named, all of them at once, with the command that changes them;
changing them is left to the user, since some of those commands erase the part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.boards.part_facts import DebugIdentity, Misfit, PartFacts, Read32
from generator.boards.record import BoardSpec
from generator.boards.registry import known_families
from generator.errors import ToolError

DEVICE_BITS = 0xFFF
UNWRITTEN_SIZES = (0x0000, 0xFFFF)
"""What ST's own headers take for a part whose flash size is not written down."""


class WrongPartError(ToolError):
    """The part is another one than boards.yaml names."""


class OptionBytesError(ToolError):
    """The part is the right one, but its option bytes do not fit."""

    def __init__(self, misfits: Sequence[Misfit], part: str, probe: str | None) -> None:
        self.misfits = tuple(misfits)
        lines = [f"the option bytes of this {part} do not fit; nothing was changed:"]
        for misfit in misfits:
            erases = "; curing it erases the flash" if misfit.erases else ""
            lines.append(f"  {misfit.what}: {misfit.meaning}{erases}")
            lines += [f"    {command}" for command in _commands(misfit, probe)]
        super().__init__(
            "\n".join(lines),
            "run those commands of STM32CubeProgrammer, and power the board again; "
            "-ob displ lists all options",
        )


def check_part(spec: BoardSpec, read32: Read32, probe: str | None = None) -> None:
    """Raise WrongPartError or OptionBytesError where `spec` is not what is there.

    `read32` reads a word of the halted part; it may raise pyOCD's TransferError for an address
    that does not answer. `probe` is its id, for the commands in the message.
    """
    family = known_families()[spec.family]
    facts = family.part_facts(spec.part)
    word = _try_to_read(read32, family.identity.idcode_address)
    if word is None or word & DEVICE_BITS != facts.device:
        raise WrongPartError(
            f"board {spec.id} has an {spec.part} ({_device_names()[facts.device]}), "
            f"but the probe is connected to {_found(read32, family.identity, word)}",
            "name the board that is there (--board), or another probe (--probe ID); "
            "make boards lists what is plugged in",
        )
    protection = facts.readout.find(read32)
    # After a readout protection neither flash nor system memory can be read.
    if protection is None:
        _check_flash_size(spec, facts, read32)
    found = [protection, *(rule.find(read32) for rule in facts.rules)]
    misfits = [one for one in found if one is not None]
    if misfits:
        raise OptionBytesError(misfits, spec.part, probe)


def _check_flash_size(spec: BoardSpec, facts: PartFacts, read32: Read32) -> None:
    """Devices of one number are sold with flashes of several sizes."""
    kib = read32(facts.flash_size_address) & 0xFFFF
    expected_kib = spec.flash.size_bytes // 1024
    if kib not in (expected_kib, *UNWRITTEN_SIZES):
        raise WrongPartError(
            f"board {spec.id} has an {spec.part} with {expected_kib} KiB of flash, "
            f"but the probe is connected to one with {kib} KiB",
            "correct the part and its memories in boards.yaml, or name another probe (--probe ID)",
        )


def _try_to_read(read32: Read32, address: int) -> int | None:
    from pyocd.core.exceptions import TransferError

    try:
        return read32(address)
    except TransferError:
        return None


def _device_names() -> dict[int, str]:
    """The devices of all families."""
    families = known_families().values()
    return {number: name for f in families for number, name in f.identity.devices.items()}


def _found(read32: Read32, expected: DebugIdentity, word: int | None) -> str:
    """What is there instead: looked for where each family has its number."""
    names = _device_names()
    addresses = {family.identity.idcode_address for family in known_families().values()}
    for address in sorted(addresses - {expected.idcode_address}):
        if (word or 0) & DEVICE_BITS not in names:
            word = _try_to_read(read32, address) or word
    if not word:
        return "a part without a device number: unpowered, or of another make"
    number = word & DEVICE_BITS
    return f"an {names[number]}" if number in names else f"an unknown device {number:#05x}"


def _commands(misfit: Misfit, probe: str | None) -> Iterator[str]:
    """The commands that make it fit."""
    if not misfit.cure:
        yield "no command is known: see the window of STM32CubeProgrammer, 'Option bytes'"
    serial = f" sn={probe}" if probe and ":" not in probe else ""
    connect = f"-c port=SWD mode={misfit.connect}{serial}"
    for options in misfit.cure:
        yield f"STM32_Programmer_CLI {connect} -ob {options}"
