# SPDX-License-Identifier: Apache-2.0
"""Where the image of an H7 board lies: what is hot, what the DMA moves, what is hashed."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from generator.boards.boards_file import load_boards
from generator.boards.record import BoardSpec, Memory
from generator.firmware import Firmware, make_firmware
from generator.network import Network
from generator.project.target_flags import target_flags
from generator.toolchain.locate import Toolchain
from tests.generator.record_changes import SHIPPED, changed
from tests.support.kept_objects import kept_objects

NULL_BYTES = 1024
"""Bytes at address 0 that the MPU forbids (firmware_templates/port/h7/memory.c)."""


@dataclass(frozen=True, slots=True)
class Image:
    """A built image and its symbols."""

    board: BoardSpec
    firmware: Firmware
    symbols: dict[str, tuple[int, int]]
    """Address, with bit 0 of code cleared, and size."""

    def lies_in(self, symbol: str, memory: Memory) -> bool:
        address, size = self.symbols[symbol]
        return memory.origin <= address and address + size <= memory.end


@pytest.fixture(scope="module", params=["h743", "h7a3"])
def image(
    request: pytest.FixtureRequest,
    boards: dict[str, BoardSpec],
    tiny_images: Callable[[str], Firmware],
) -> Image:
    board = boards[request.param]
    firmware = tiny_images(board.id)
    with firmware.image.elf.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        assert isinstance(table, SymbolTableSection)
        symbols = {
            symbol.name: (symbol["st_value"] & ~1, symbol["st_size"])
            for symbol in table.iter_symbols()
            if symbol.name
        }
    return Image(board, firmware, symbols)


def segments(elf: Path) -> Iterator[tuple[int, int, bytes]]:
    """Address where it runs, address where it is loaded from, bytes."""
    with elf.open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_LOAD"):
            yield segment["p_vaddr"], segment["p_paddr"], segment.data()


def test_rings_lie_where_the_dma_reaches(image: Image) -> None:
    assert image.board.dma_ram is not None
    for ring in ("rx_ring", "tx_ring"):
        assert image.lies_in(ring, image.board.dma_ram), ring


def test_rows_and_stack_lie_in_dtcm(image: Image) -> None:
    ram = image.board.ram
    assert ram.origin == 0x2000_0000
    for symbol in ("network_arena", "__stack_limit", "__stack_top", "__bss_end"):
        assert image.lies_in(symbol, ram), symbol


def test_kernels_run_from_itcm_behind_the_null_page(image: Image) -> None:
    assert image.board.itcm is not None
    start, end = (image.symbols[name][0] for name in ("__itcm_start", "__itcm_end"))
    assert start == NULL_BYTES
    kernels = [
        name
        for name, (address, size) in image.symbols.items()
        if start <= address < end and size and not name.startswith("$")
    ]
    assert any("pointwise" in name for name in kernels)
    assert all(image.lies_in(name, image.board.itcm) for name in kernels)
    assert not image.lies_in("network_push_frame_s8", image.board.itcm)


def test_what_is_copied_is_hashed(image: Image) -> None:
    """The code in ITCM is loaded from flash, within what HELLO attests."""
    content = image.firmware.image.bin.read_bytes()
    assert image.firmware.image.sha256 == hashlib.sha256(content).hexdigest()
    start = image.symbols["__itcm_start"][0]
    (loaded,) = [
        (load, data) for run, load, data in segments(image.firmware.image.elf) if run == start
    ]
    offset = loaded[0] - image.board.flash.origin
    assert content[offset : offset + len(loaded[1])] == loaded[1]


def test_code_in_itcm_counts_in_flash_and_in_ram(image: Image) -> None:
    network = image.firmware.footprint.by_part["network"]
    start, end = (image.symbols[name][0] for name in ("__itcm_start", "__itcm_end"))
    assert network.itcm_bytes == end - start > 0
    assert network.ram_bytes == network.data_bytes + network.bss_bytes + network.itcm_bytes
    assert network.flash_bytes >= network.text_bytes + network.itcm_bytes
    rings = image.board.uart.rx_ring_bytes + image.board.uart.tx_ring_bytes
    assert image.firmware.footprint.by_part["port"].bss_bytes >= rings


def test_a_record_of_another_kind_builds(
    tiny: Network, toolchain: Toolchain, tmp_path: Path
) -> None:
    """HSI and no fallback, no ITCM, buffers in SRAM3, a UART of APB2 on the other controller."""
    memories = [m for m in SHIPPED["h743"]["memories"] if m["name"] in ("flash", "ram")]
    sram3 = {"name": "dma_ram", "kind": "ram", "origin": 0x3004_0000, "size_bytes": 32_768}
    document = changed(
        "h743",
        ("memories", [*memories, sram3]),
        *(("clock.source", "hsi"), ("clock.source_hz", 64_000_000), ("clock.hse_bypass", False)),
        ("clock.pll", {"divider_m": 32, "multiplier_n": 400, "divider_p": 2}),
        *(("clock.core_hz", 400_000_000), ("clock.voltage_scale", 1)),
        *(("clock.fallback", None), ("uart.peripheral", "USART1")),
        ("uart.tx", {"pin": "PA9", "alternate_function": 7}),
        ("uart.rx", {"pin": "PB15", "alternate_function": 4}),
        ("uart.rx_dma", {"controller": "DMA2", "channel": 3, "request": 41}),
        ("uart.tx_dma", {"controller": "DMA1", "channel": 7, "request": 42}),
    )
    path = tmp_path / "boards.yaml"
    path.write_text(yaml.safe_dump(document))
    board = load_boards(path)["h743"]
    assert board.dma_ram is not None and board.dma_ram.origin == 0x3004_0000
    with kept_objects():
        result = make_firmware(board, tiny, toolchain, out_dir=tmp_path)
    assert all(part.itcm_bytes == 0 for part in result.footprint.by_part.values())
    config = (result.image.project_dir / "port" / "port_config.h").read_text()
    for line in ("PORT_HAS_FALLBACK 0", "PORT_SRAM_ENABLE_MASK 0x80000000u", "PORT_OVERDRIVE 0"):
        assert line in config


def test_the_supply_is_settled_without_ram(image: Image, toolchain: Toolchain) -> None:
    """Before ACTVOSRDY no RAM may be written: the compiler uses neither stack nor calls."""
    flags = target_flags(image.board.core)
    command = [
        *(str(toolchain.gcc), *flags.cpu, *flags.language, *flags.optimisation, *flags.includes),
        *("-g0", "-S", "port/supply.c", "-o", "-"),
    ]
    done = subprocess.run(
        command, cwd=image.firmware.image.project_dir, capture_output=True, text=True, check=True
    )
    function = done.stdout.partition("\nsupply_begin:")[2].partition(".size\tsupply_begin,")[0]
    assert "ldr" in function and "bx\tlr" in function
    assert not re.findall(r"\b(sp|push|bl|blx|vpush)\b", function)
