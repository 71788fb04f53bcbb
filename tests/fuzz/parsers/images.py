# SPDX-License-Identifier: Apache-2.0
"""Images: ELF, HEX and BIN of a build."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from generator.errors import ToolError
from generator.toolchain.image_files import damaged_outputs, loaded_bytes
from hil.boards.debug_info import places_of
from hil.boards.elf import ImageSymbols, compiler_of, functions_of
from hil.boards.memory_map import read_placed_sections
from tests.fuzz.parsers.mutations import changed_bytes
from tests.fuzz.parsers.parser import SEEDS, Files, Parser, read_files, seeds_of

VALID = SEEDS / "elf" / "valid.elf"
"""Forty lines of C for a Cortex-M4, with debug information, by arm-none-eabi-gcc 13.2."""

ADDRESSES = (0x0800_0008, 0x0800_0010, 0x0800_0018)


def elf_files() -> st.SearchStrategy[list[bytes]]:
    """Damaged ELF files."""
    return changed_bytes([one.read_bytes() for one in seeds_of("elf")])


def _read_elf(folder: Path, content: bytes) -> object:
    return read_files(folder, {"a.elf": content}, lambda: folder / "a.elf", _read_all)


def _read_all(elf: Path) -> object:
    """Each reader by itself: what one refuses another may take."""
    found: list[object] = []
    refused: ToolError | None = None
    for read in (functions_of, compiler_of, read_placed_sections, ImageSymbols, _places):
        try:
            found.append(read(elf))
        except ToolError as error:
            refused = error
    if refused is not None:
        raise refused
    return found


def _places(elf: Path) -> object:
    return places_of(elf, ADDRESSES)


@cache
def valid_outputs() -> dict[str, bytes]:
    """The three files of a build of `VALID`."""
    loaded = loaded_bytes(VALID)
    origin = min(loaded)
    end = max(address + len(piece) for address, piece in loaded.items())
    binary = bytearray(end - origin)
    for address, piece in loaded.items():
        binary[address - origin : address - origin + len(piece)] = piece
    lines = [_record(0, 4, (origin >> 16).to_bytes(2, "big"))]
    for at in range(0, len(binary), 16):
        lines.append(_record(origin + at & 0xFFFF, 0, bytes(binary[at : at + 16])))
    lines.append(_record(0, 1, b""))
    return {"a.elf": VALID.read_bytes(), "a.hex": "".join(lines).encode(), "a.bin": bytes(binary)}


def _record(address: int, kind: int, data: bytes) -> str:
    body = bytes([len(data)]) + address.to_bytes(2, "big") + bytes([kind]) + data
    return f":{(body + bytes([-sum(body) & 0xFF])).hex().upper()}\r\n"


def outputs() -> st.SearchStrategy[list[Files]]:
    """The files of a build, one of them damaged."""
    valid = valid_outputs()
    return st.sampled_from(sorted(valid)).flatmap(
        lambda name: changed_bytes([valid[name]]).map(
            lambda some: [{**valid, name: content} for content in some]
        )
    )


def _read_outputs(folder: Path, files: Files) -> object:
    valid = valid_outputs()
    damaged = read_files(folder, files, lambda: folder / "a", damaged_outputs)
    assert isinstance(damaged, list)
    changed = [name for name in ("a.hex", "a.bin") if files[name] != valid[name]]
    if files["a.bin"] != valid["a.bin"] and files["a.elf"] == valid["a.elf"]:
        assert folder / "a.bin" in damaged, f"a changed BIN is taken ({changed})"
    return damaged


PARSERS = (
    Parser("elf", "an ELF, read for symbols, lines and sections", elf_files, _read_elf),
    Parser("outputs", "the ELF, HEX and BIN of a build", outputs, _read_outputs, is_file=False),
)
