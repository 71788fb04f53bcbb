# SPDX-License-Identifier: Apache-2.0
"""What a pipeline model needs to know of an instruction: its unit, and which operand enters where.

Capstone disassembles. Which operand is the addend of a multiplication, an address or what is stored
follows from the operands' places in the Architecture Reference Manuals (DDI 0403, DDI 0553).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import capstone
from capstone import arm


class Unit(Enum):
    """Where an instruction executes."""

    ALU = "add, sub, logic, compare, move, with registers or plain constants"
    SHIFT = "a shift or rotation alone"
    SHIFTED = "an operand that is shifted first"
    EXTEND = "sxtb, uxtb16 and their kin, rotated or not"
    EXTEND_ADD = "sxtab, uxtab16 and their kin"
    BITS = "bit fields, clz, rev, rbit"
    DSP = "packing, saturation, arithmetic on halves and bytes"
    MULTIPLY = "every multiplication, with an addend or without"
    DIVIDE = "sdiv, udiv"
    LOAD = "one word or less"
    STORE = "one word or less, written"
    BRANCH = "b, cbz, bl"
    JUMP = "bx, blx, tbb, and whatever else writes the program counter"
    NOP = "nop, it, hints"
    FLOAT = "add, multiply, convert, compare"
    FLOAT_MULTIPLY_ADD = "vfma, vmla"
    FLOAT_DIVIDE = "vdiv, vsqrt"
    FLOAT_MOVE = "between the core's registers and those of the FPU"
    SYSTEM = "barriers, msr, mrs, svc"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction as executed."""

    address: int
    size: int
    name: str
    unit: Unit
    reads: frozenset[str]
    writes: tuple[str, ...]
    """In the order in which a multiple load fills them."""
    addends: frozenset[str]
    """Registers that a multiplication or an extension adds to."""
    addresses: frozenset[str]
    """Registers from which an address is made."""
    stored: frozenset[str]
    base_written: str | None
    """An address register that is moved on."""
    shifted: frozenset[str]
    """Registers that are shifted before they are used."""
    words: int
    """That are moved between memory, or the FPU, and registers; 1 for all others."""
    sets_flags: bool
    is_float: bool
    floats: frozenset[str]
    """Of the registers, those of the FPU."""
    is_narrow_data: bool
    """A load of a byte or half word."""
    has_register_offset: bool
    has_shifted_constant: bool
    is_conditional: bool

    @property
    def is_narrow(self) -> bool:
        """Whether it is encoded in 16 bits."""
        return self.size == 2

    @property
    def is_load(self) -> bool:
        """Whether it reads memory."""
        return self.unit is Unit.LOAD

    @property
    def is_store(self) -> bool:
        """Whether it writes memory."""
        return self.unit is Unit.STORE

    @property
    def moves_several(self) -> bool:
        """LDM, STM, PUSH, POP, LDRD, STRD and those of the FPU."""
        return self.words > 1 and self.unit in {Unit.LOAD, Unit.STORE}

    @property
    def leaves(self) -> bool:
        """Whether the block ends with it."""
        return self.unit in {Unit.BRANCH, Unit.JUMP} or "pc" in self.writes


_MULTIPLY = re.compile(
    r"^(smla|smls|smml|mla|mls|umlal|smlal|umaal|smmul|mul|umull|smull|smul|smuad|smusd|usada|usad)"
)
_LONG_ADD = ("umlal", "smlal", "umaal", "smlsld")
_LONG = ("umull", "smull", *_LONG_ADD)
_DSP = re.compile(
    r"^(pkh|[us]sat|sel$|[usq][as](?:dd|ub)(?:8|16)$|(?:uq|sh|uh|q|u|s)(?:add|sub|asx|sax)(?:8|16)?$|qd(?:add|sub))"
)
_SHIFTS = ("lsl", "lsr", "asr", "ror", "rrx")
_BITS = ("bfi", "bfc", "ubfx", "sbfx", "clz", "rev", "rev16", "revsh", "rbit")
_LOADS = ("ldr", "ldm", "pop", "vldr", "vldm", "vpop")
_STORES = ("str", "stm", "push", "vstr", "vstm", "vpush")
_NO_DEPENDENCY = frozenset(
    {"cpsr", "apsr", "apsr_nzcv", "fpscr", "fpscr_nzcv", "itstate", "pc", "spsr"}
)
_CONDITIONS = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"
_BRANCH = re.compile(rf"^(?:b(?:{_CONDITIONS})?|bl|cbn?z)$")


@cache
def _disassembler() -> capstone.Cs:
    mode = capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS | capstone.CS_MODE_V8
    found = capstone.Cs(capstone.CS_ARCH_ARM, mode)
    found.detail = True
    return found


def disassemble(code: bytes, address: int) -> list[Instruction]:
    """The instructions of a block; raises ValueError where one is not known."""
    found = [_instruction(one) for one in _disassembler().disasm(code, address)]
    if sum(one.size for one in found) != len(code):
        at = address + sum(one.size for one in found)
        raise ValueError(f"no instruction that is known at 0x{at:08x}")
    return found


def _singles(names: Iterable[str]) -> list[str]:
    """Registers; of a double its two singles."""
    found: list[str] = []
    for name in names:
        if re.fullmatch(r"d\d+", name):
            number = int(name[1:])
            found += [f"s{2 * number}", f"s{2 * number + 1}"]
        else:
            found.append(name)
    return found


def _unit(name: str, operands: Sequence[capstone.arm.ArmOp], one: capstone.CsInsn) -> Unit:
    if name.startswith("v"):
        return _float_unit(name, operands, one)
    if name.startswith(_LOADS):
        return Unit.LOAD
    if name.startswith(_STORES):
        return Unit.STORE
    for unit, is_it in (
        (Unit.MULTIPLY, bool(_MULTIPLY.match(name))),
        (Unit.DIVIDE, name in {"sdiv", "udiv"}),
        (Unit.EXTEND_ADD, bool(re.match(r"^[us]xta", name))),
        (Unit.EXTEND, bool(re.match(r"^[us]xt", name))),
        (Unit.DSP, bool(_DSP.match(name))),
        (Unit.BITS, name in _BITS),
        (Unit.SHIFT, name.removesuffix("s") in _SHIFTS or name in _SHIFTS),
        (Unit.NOP, name.startswith("it") or name in {"nop", "wfi", "wfe", "sev", "yield"}),
        (Unit.BRANCH, bool(_BRANCH.match(name))),
        (Unit.JUMP, name in {"bx", "blx", "tbb", "tbh", "bxns", "blxns"}),
        (Unit.SYSTEM, name in {"dsb", "dmb", "isb", "msr", "mrs", "cpsie", "cpsid", "svc", "bkpt"}),
    ):
        if is_it:
            return unit
    return Unit.SHIFTED if _shifted(operands) else Unit.ALU


def _float_unit(name: str, operands: Sequence[capstone.arm.ArmOp], one: capstone.CsInsn) -> Unit:
    if name.startswith(_LOADS):
        return Unit.LOAD
    if name.startswith(_STORES):
        return Unit.STORE
    if name.startswith(("vfma", "vfms", "vmla", "vmls", "vfnm", "vnml")):
        return Unit.FLOAT_MULTIPLY_ADD
    if name.startswith(("vdiv", "vsqrt")):
        return Unit.FLOAT_DIVIDE
    registers = [one.reg_name(item.reg) for item in operands if item.type == arm.ARM_OP_REG]
    if name in {"vmov", "vmrs", "vmsr"} and not all(map(_is_float, registers)):
        return Unit.FLOAT_MOVE
    return Unit.FLOAT


def _is_float(register: str) -> bool:
    return re.fullmatch(r"[sd]\d+", register) is not None


def _shifted(operands: Sequence[capstone.arm.ArmOp]) -> list[int]:
    return [
        item.reg
        for item in operands
        if item.type == arm.ARM_OP_REG and item.shift.type and item.shift.value
    ]


def _has_shifted_constant(name: str, operands: Sequence[capstone.arm.ArmOp]) -> bool:
    """A constant of a byte that is shifted: no plain one, no pattern of equal bytes."""
    if name in {"movw", "movt", "addw", "subw", "adr"}:
        return False
    for item in operands:
        if item.type != arm.ARM_OP_IMM:
            continue
        value = item.imm & 0xFFFF_FFFF
        halves, low = value >> 16 == value & 0xFFFF, value & 0xFF
        pattern = halves and ((value >> 8 & 0xFF) in {0, low} or low == 0)
        if value > 0xFF and not pattern:
            return True
    return False


def _words(name: str, operands: Sequence[capstone.arm.ArmOp], one: capstone.CsInsn) -> int:
    registers = [one.reg_name(item.reg) for item in operands if item.type == arm.ARM_OP_REG]
    if name in {"ldrd", "strd"}:
        return 2
    if name in _ON_THE_STACK:
        return len(_singles(registers))
    if name.startswith(("ldm", "stm", "vldm", "vstm")):
        return len(_singles(registers[1:]))
    if name in {"vldr", "vstr"}:
        return len(_singles(registers[:1]))
    if name == "vmov" and len(registers) > 2 - any(part.startswith("d") for part in registers):
        return max(1, sum(not _is_float(part) for part in registers))
    return 1


_ON_THE_STACK = {"push", "pop", "vpush", "vpop"}


def _instruction(one: capstone.CsInsn) -> Instruction:
    name = one.mnemonic.split(".")[0]
    operands = one.operands
    conditional = one.cc not in {arm.ARM_CC_AL, arm.ARM_CC_INVALID}
    if conditional and not _BRANCH.match(name) and not name.startswith("it"):
        name = re.sub(rf"(?:{_CONDITIONS})$", "", name)
    unit = _unit(name, operands, one)
    read, written = one.regs_access()
    reads = set(_singles(one.reg_name(item) for item in read)) - _NO_DEPENDENCY
    listed = _singles(one.reg_name(item.reg) for item in operands if item.type == arm.ARM_OP_REG)
    writes = [
        item
        for item in _singles(one.reg_name(item) for item in written)
        if item not in _NO_DEPENDENCY - {"pc"}
    ]
    memory = next((item for item in operands if item.type == arm.ARM_OP_MEM), None)
    addresses: set[str] = set()
    base: str | None = None
    if memory is not None:
        base = one.reg_name(memory.mem.base)
        addresses = {base} | ({one.reg_name(memory.mem.index)} if memory.mem.index else set())
    elif name in _ON_THE_STACK:
        base, addresses = "sp", {"sp"}
    elif name.startswith(("ldm", "stm", "vldm", "vstm")):
        base = listed[0]
        addresses, listed = {base}, listed[1:]
    addends: set[str] = set()
    if unit is Unit.MULTIPLY and len(operands) >= 4:
        if name.startswith(_LONG_ADD):
            addends = set(listed[:2])
        elif not name.startswith(("umull", "smull")):
            addends = {listed[3]}
        factors = listed[2:4] if name.startswith(_LONG) else listed[1:3]
        reads |= addends | set(factors)
        addends -= set(factors)
    elif unit is Unit.DSP:
        reads |= set(listed[1:])
    elif unit is Unit.EXTEND_ADD:
        addends = {listed[1] if len(listed) > 2 else listed[0]} - {listed[-1]}
    elif unit is Unit.FLOAT_MULTIPLY_ADD:
        addends = {listed[0]} - set(listed[1:])
        reads |= set(listed)
    moved_on = (
        base
        if base is not None and base in writes and base not in listed[: _words(name, operands, one)]
        else None
    )
    loaded = [item for item in listed if item in writes and item != moved_on]
    order = tuple(dict.fromkeys(loaded + writes))
    stores = unit is Unit.STORE
    stored = (
        frozenset(item for item in listed if item not in addresses or item in listed[:1])
        if stores
        else frozenset()
    )
    is_shifted = unit in {Unit.SHIFTED, Unit.SHIFT}
    shifted = (
        frozenset(one.reg_name(item) for item in _shifted(operands)) if is_shifted else frozenset()
    )
    return Instruction(
        address=one.address,
        size=one.size,
        name=name,
        unit=Unit.JUMP if unit is Unit.ALU and "pc" in writes else unit,
        reads=frozenset(reads | addresses | set(stored)) - {"pc"},
        writes=order,
        addends=frozenset(addends),
        addresses=frozenset(addresses) - {"pc"},
        stored=stored,
        base_written=moved_on,
        shifted=shifted,
        words=_words(name, operands, one),
        sets_flags=bool(one.update_flags) or name in {"cmp", "cmn", "tst", "teq"},
        is_float=name.startswith("v"),
        floats=frozenset(item for item in (*reads, *order) if _is_float(item)),
        is_narrow_data=unit is Unit.LOAD and name.startswith(("ldrb", "ldrh", "ldrsb", "ldrsh")),
        has_register_offset=memory is not None and bool(memory.mem.index),
        has_shifted_constant=unit is Unit.ALU and _has_shifted_constant(name, operands),
        is_conditional=conditional,
    )
