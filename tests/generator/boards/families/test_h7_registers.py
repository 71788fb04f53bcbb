# SPDX-License-Identifier: Apache-2.0
"""Addresses of the H7's registers, as the preprocessor makes them, against a second source.

The table holds offsets of the structures in ST's CMSIS device headers (cmsis_device_h7,
stm32h743xx.h and stm32h7a3xxq.h), counted from their members: the comments there give the H7A3's
clock enables the H743's offsets, and are wrong.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from generator.boards.record import BoardSpec
from generator.firmware import make_project
from generator.network import Network
from generator.project.target_flags import target_flags
from generator.toolchain.locate import Toolchain

RCC, PWR, SYSCFG, FLASH, DBGMCU, IWDG1 = (
    *(0x5802_4400, 0x5802_4800, 0x5800_0400),
    *(0x5200_2000, 0x5C00_1000, 0x5800_4800),
)

BOTH = {
    "RCC_CR": RCC + 0x00,
    "RCC_CFGR": RCC + 0x10,
    "RCC_D1CFGR": RCC + 0x18,
    "RCC_D2CFGR": RCC + 0x1C,
    "RCC_D3CFGR": RCC + 0x20,
    "RCC_PLLCKSELR": RCC + 0x28,
    "RCC_PLLCFGR": RCC + 0x2C,
    "RCC_PLL1DIVR": RCC + 0x30,
    "RCC_D2CCIP1R": RCC + 0x50,
    "RCC_D2CCIP2R": RCC + 0x54,
    "PWR_CSR1": PWR + 0x04,
    "PWR_CR3": PWR + 0x0C,
    "PWR_D3CR": PWR + 0x18,
    "SYSCFG_PWRCR": SYSCFG + 0x2C,
    "FLASH_ACR": FLASH + 0x00,
    "DBGMCU_FREEZE": DBGMCU + 0x54,
    "IWDG_KR": IWDG1 + 0x00,
}

REGISTERS = {
    "h743": {
        **BOTH,
        "RCC_RESET_STATUS": RCC + 0xD0,
        "RCC_AHB1ENR": RCC + 0xD8,
        "RCC_AHB2ENR": RCC + 0xDC,
        "RCC_AHB4ENR": RCC + 0xE0,
        "RCC_APB1LENR": RCC + 0xE8,
        "RCC_APB2ENR": RCC + 0xF0,
        "RCC_APB4ENR": RCC + 0xF4,
    },
    "h7a3": {
        **BOTH,
        "RCC_RESET_STATUS": RCC + 0x130,
        "RCC_AHB1ENR": RCC + 0x138,
        "RCC_AHB2ENR": RCC + 0x13C,
        "RCC_AHB4ENR": RCC + 0x140,
        "RCC_APB1LENR": RCC + 0x148,
        "RCC_APB2ENR": RCC + 0x150,
        "RCC_APB4ENR": RCC + 0x154,
    },
}


@pytest.mark.parametrize("board_id", sorted(REGISTERS))
def test_registers_stand_where_the_device_header_has_them(
    boards: dict[str, BoardSpec],
    tiny: Network,
    toolchain: Toolchain,
    tmp_path: Path,
    board_id: str,
) -> None:
    board = boards[board_id]
    project = make_project(board, tiny, tmp_path, taps=False).directory
    source = (project / "port" / "registers.h").read_text()
    named = re.findall(r"^#define (\w+) PORT_REGISTER\(", source, flags=re.MULTILINE)
    assert set(named) | {"IWDG_KR"} == set(REGISTERS[board_id])
    lines = "\n".join(f"AT {name}_IS {name}" for name in REGISTERS[board_id])
    done = subprocess.run(
        [str(toolchain.gcc), *target_flags(board.core).cpu, "-I.", "-E", "-P", "-"],
        input=f'#include "port/port_config.h"\n#include "port/registers.h"\n{lines}\n',
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    )
    found = {
        name: sum(int(number, 16) for number in re.findall(r"0x[0-9a-fA-F]+", text))
        for name, text in re.findall(r"^AT (\w+)_IS (.*)$", done.stdout, flags=re.MULTILINE)
    }
    assert found == REGISTERS[board_id]
