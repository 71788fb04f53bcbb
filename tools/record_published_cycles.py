# SPDX-License-Identifier: Apache-2.0
"""Write hil/virtual/cpu/pipeline/published.json: hand-written assembly whose cycles are published.

`python -m tools.record_published_cycles CORTEXM_AES X25519 PLANTARD SLOTHY`, with checkouts of
the projects that are named in the file. Each function is assembled for its core and run once in the
emulator. Kept are its machine code and how often each block followed each other block: all that the
pipeline models need to be held against the published count. No function branches on its data.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
from unicorn import UC_ARCH_ARM, UC_HOOK_BLOCK, UC_MODE_THUMB, Uc
from unicorn import arm_const as reg

from generator.repository import REPO_ROOT
from generator.toolchain.locate import find_toolchain

OUT = REPO_ROOT / "hil" / "virtual" / "cpu" / "pipeline" / "published.json"
RETURN = -1
"""Instead of a block: back to whoever called."""
CODE, RAM, BACK = 0x0800_0000, 0x2000_0000, 0x0900_0000
CPUS = {
    "cortex-m33": reg.UC_CPU_ARM_CORTEX_M33,
    "cortex-m4": reg.UC_CPU_ARM_CORTEX_M4,
    "cortex-m7": reg.UC_CPU_ARM_CORTEX_M7,
}

AES = {
    "project": "https://github.com/jnk0le/cortexm-AES",
    "commit": "b18b7a463df79b942673599e2db795c87fb40011",
    "licence": "MIT, Copyright (c) 2018 Jan Oleksiewicz",
}
X25519 = {
    "project": "https://github.com/Emill/X25519-Cortex-M4",
    "commit": "e85f816701fa7b908d3442398a7c8ff1741c4fe6",
    "licence": "BSD-2-Clause, Copyright (c) 2017 Emil Lenngren",
}
PLANTARD = {
    "project": "https://github.com/UIC-ESLAS/ImprovedPlantardArithmetic",
    "commit": "a7f79b1acdc12e81e103fe34af68455f997f1e0f",
    "licence": "CC0-1.0, Junhao Huang and others",
}
SLOTHY = {
    "project": "https://github.com/slothy-optimizer/slothy",
    "commit": "ede5131d40cf468b25b178fe053725a0863c18fb",
    "licence": "MIT, Copyright (c) 2022 Arm Limited, Hanno Becker, 2023 Amin Abdulrahman, "
    "Matthias Kannwischer",
}


@dataclass(frozen=True)
class Measured:
    """A function, its published cycles, and what it is called with in r3 (rounds), if anything."""

    core: str
    source: str
    cycles: int
    """0: only a speed-up is published."""
    on: str
    rounds: int = 0
    function: str = ""
    """If it is not called as its file is."""


def _aes(core: str, on: str, rows: list[tuple[str, int, int]]) -> list[Measured]:
    folders = {name: name.split("_AES")[0] for name, _, _ in rows}
    return [
        Measured(core, f"aes/target/{folders[name]}/{name}.S", cycles, on, rounds)
        for name, rounds, cycles in rows
    ]


M33 = _aes(
    "cortex-m33",
    "RP2350 (r1p0), SRAM",
    [
        ("CM33_1T_AES128_keyschedule_enc", 0, 271),
        ("CM33_1T_AES256_keyschedule_enc", 0, 307),
        ("CM33_1T_AES_encrypt", 10, 574),
        ("CM33_1T_AES_encrypt", 14, 790),
        ("CM33_1T_AES_decrypt", 10, 576),
        ("CM33_1T_AES_decrypt", 14, 792),
        ("CM33_d4T_AES_encrypt", 10, 595),
        ("CM33_d4T_AES_encrypt", 14, 815),
    ],
)
M4 = _aes(
    "cortex-m4",
    "STM32F407, 0 wait states, SRAM",
    [
        ("CM3_1T_AES128_keyschedule_enc", 0, 302),
        ("CM3_1T_AES256_keyschedule_enc", 0, 378),
        ("CM3_1T_AES_encrypt", 10, 626),
        ("CM3_1T_AES_encrypt", 14, 858),
        ("CM3_1T_AES_decrypt", 10, 629),
        ("CM3_1T_AES_decrypt", 14, 863),
        ("CM3_1T_AES128_encrypt_unrolled", 0, 601),
        ("CM3_1T_AES256_encrypt_unrolled", 0, 821),
        ("CM3_1T_AES128_decrypt_unrolled", 0, 602),
        ("CM3_1T_AES256_decrypt_unrolled", 0, 822),
        ("CM4_DSPsBOX_AES_encrypt", 10, 844),
        ("CM4_DSPsBOX_AES_encrypt", 14, 1172),
        ("CM4_DSPsBOX_AES_decrypt", 10, 1240),
        ("CM4_DSPsBOX_AES_decrypt", 14, 1744),
    ],
)
M7 = _aes(
    "cortex-m7",
    "STM32H743 (rev Y), DTCM",
    [
        ("CM7_1T_AES128_keyschedule_enc", 0, 139),
        ("CM7_1T_AES256_keyschedule_enc", 0, 178),
        ("CM7_1T_AES_encrypt", 10, 292),
        ("CM7_1T_AES_encrypt", 14, 400),
        ("CM7_1T_AES_decrypt", 10, 293),
        ("CM7_1T_AES_decrypt", 14, 401),
        ("CM7_DSPsBOX_AES_encrypt", 10, 400),
        ("CM7_DSPsBOX_AES_encrypt", 14, 556),
    ],
)
SCALAR = [
    Measured(
        "cortex-m4",
        "x25519-cortex-m4-gcc.s",
        548_873,
        "Cortex-M4, 64 MHz",
        function="curve25519_scalarmult",
    )
]
TRANSFORMS = [
    Measured(
        "cortex-m4",
        f"crypto_kem/kyber768/{source}.S",
        cycles,
        "STM32F407, 24 MHz",
        function=function,
    )
    for source, function, cycles in (
        ("m4fspeed/fastntt", "ntt_fast", 4_458),
        ("m4fspeed/fastinvntt", "invntt_fast", 4_633),
        ("m4fspeed/fastbasemul", "basemul_asm_opt_16_32", 1_203),
        ("m4fspeed/fastbasemul", "basemul_asm_acc_opt_32_32", 1_586),
        ("m4fspeed/fastbasemul", "basemul_asm_acc_opt_32_16", 2_107),
        ("old/fastntt", "ntt_fast", 5_441),
        ("old/fastinvntt", "invntt_fast", 5_775),
        ("old/fastbasemul", "basemul_asm", 2_422),
        ("old/fastbasemul", "basemul_asm_acc", 2_804),
    )
]

SPED_UP = "STM32F767: the second is 1.69 times as fast (eprint.iacr.org/2025/366)"
SLOW = Measured(
    "cortex-m7", "crypto_kem/kyber768/m4fspeed/fastntt.S", 0, SPED_UP, function="ntt_fast"
)
FAST = Measured(
    "cortex-m7",
    "examples/opt/armv7m/kyber/ntt_kyber_opt_m7.s",
    0,
    SPED_UP,
    function="ntt_fast_opt_m7",
)


def _link(gcc: str, measured: Measured, checkout: Path, elf: Path) -> None:
    source = checkout / measured.source
    start = elf.with_suffix(".S")
    symbols = ("AES_Te2", "AES_Td2", "AES_sbox", "AES_inv_sbox", "AES_d4Te", "AES_d4Td")
    tables = "".join(f".global {name}\n{name}:\n" for name in symbols)
    start.write_text(f".bss\n.balign 4\n{tables}.space 4096\n", encoding="utf-8")
    float_abi = ["-mfloat-abi=hard", "-mfpu=auto"]
    command = [gcc, f"-mcpu={measured.core}", "-mthumb", *float_abi, "-nostdlib", "-nostartfiles"]
    command += [f"-I{checkout}", f"-Wl,-Ttext={CODE:#x},-Tbss={RAM + 0x8000:#x},--entry=0"]
    subprocess.run([*command, str(source), str(start), "-o", str(elf)], check=True)


def _record(gcc: str, measured: Measured, origin: dict[str, str], checkout: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        elf = Path(folder) / "sequence.elf"
        _link(gcc, measured, checkout, elf)
        with elf.open("rb") as stream:
            image = ELFFile(stream)
            text, table = image.get_section_by_name(".text"), image.get_section_by_name(".symtab")
            assert text is not None and isinstance(table, SymbolTableSection)
            code = text.data()
            functions = {one.name: one["st_value"] for one in table.iter_symbols()}
    name = measured.function or Path(measured.source).stem
    engine = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
    engine.ctl_set_cpu_model(CPUS[measured.core])
    for start in (CODE, RAM, BACK):
        engine.mem_map(start, 1 << 20)
    engine.mem_write(CODE, code)
    follows: Counter[tuple[int, int, int, int]] = Counter()
    before = (0, 0)

    def on_block(_: Uc, address: int, size: int, __: object) -> None:
        nonlocal before
        if address != BACK:
            here = (address - CODE, size)
            follows[*before, *here] += 1
            before = here

    engine.hook_add(UC_HOOK_BLOCK, on_block)
    engine.reg_write(reg.UC_ARM_REG_SP, RAM + 0xF_0000)
    engine.mem_write(RAM + 0xF_0000, (RAM + 0x4000).to_bytes(4, "little"))  # a fifth argument
    engine.reg_write(reg.UC_ARM_REG_LR, BACK | 1)
    for register, value in enumerate(
        (RAM, RAM + 0x1000, RAM + 0x2000, measured.rounds or RAM + 0x3000)
    ):
        engine.reg_write(reg.UC_ARM_REG_R0 + register, value)
    engine.emu_start(functions[name] | 1, BACK)
    follows[*before, RETURN, 0] = 1
    return {
        **origin,
        "core": measured.core,
        "source": measured.source,
        "function": name,
        "measured_on": measured.on,
        "rounds": measured.rounds,
        "cycles": measured.cycles,
        "code": code.hex(),
        "follows": [[*pair, count] for pair, count in sorted(follows.items())],
    }


def main() -> None:
    """Record all of them."""
    parser = argparse.ArgumentParser(prog="python -m tools.record_published_cycles")
    parser.add_argument("aes", type=Path, metavar="CORTEXM_AES")
    parser.add_argument("x25519", type=Path, metavar="X25519")
    parser.add_argument("plantard", type=Path, metavar="PLANTARD")
    parser.add_argument("slothy", type=Path, metavar="SLOTHY")
    options = parser.parse_args()
    gcc = str(find_toolchain(None).gcc)
    records = [_record(gcc, one, AES, options.aes.resolve()) for one in (*M33, *M4, *M7)]
    records += [_record(gcc, one, X25519, options.x25519.resolve()) for one in SCALAR]
    records += [_record(gcc, one, PLANTARD, options.plantard.resolve()) for one in TRANSFORMS]
    records.append(_record(gcc, SLOW, PLANTARD, options.plantard.resolve()))
    records.append(_record(gcc, FAST, SLOTHY, options.slothy.resolve()))
    lines = ",\n".join(json.dumps(one) for one in records)
    OUT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
