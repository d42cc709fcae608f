"""An instruction in words: what it is, what its operands hold, which address it accesses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.armv7m.disassembler import disassembler
from workbench.armv7m.thumb import Operation, decode, is_wide, register_name
from workbench.fault.memory import View

LONGEST = 4  # bytes of an instruction
UNDEFINED = "(undefined)"
_MASK = 0xFFFFFFFF
_BYTES_BY_MNEMONIC = {"b": 1, "sb": 1, "h": 2, "sh": 2, "d": 8}
_BYTES_OF_TABLES = {"tbb": 1, "tbh": 2}
# What moves a list of registers: with a base, which comes first, or from and to the stack
_LISTS = ("ldm", "stm", "vldm", "vstm")
_STACK_LISTS = ("push", "pop", "vpush", "vpop")
# Capstone's names where ours are the numbered ones
_NUMBERED = {"sb": "r9", "sl": "r10", "fp": "r11", "ip": "r12"}


@dataclass(frozen=True)
class Instruction:
    """An instruction: `text` is its disassembly, `code` its bytes.

    values: the core registers that it reads, as they were. accesses: the lowest address that it
    accesses with these, and `size` the bytes from there on, None and 0 where there is none.
    """

    address: int
    code: bytes
    text: str
    values: Mapping[str, int]
    accesses: int | None = None
    size: int = 0

    def __str__(self) -> str:
        values = "  ".join(f"{name} = 0x{value:08x}" for name, value in self.values.items())
        return f"{self.text}    {values}" if values else self.text


def disassemble(code: bytes, address: int) -> str:
    """Return the first instruction of `code` as text; "(undefined)" where there is none."""
    for _, _, mnemonic, operands in disassembler().disasm_lite(code, address, 1):
        return f"{mnemonic} {operands}".strip()
    return UNDEFINED


def instruction_at(view: View, address: int, registers: Mapping[str, int]) -> Instruction | None:
    """Return the instruction at `address`; None where the memory cannot be read."""
    first = view.halfword(address)
    if first is None:
        return None
    code = view.read(address, 4 if is_wide(first) else 2) or view.read(address, 2) or b""
    for decoded in disassembler().disasm(code, address, 1):
        values = {name: registers[name] for name in _read(decoded) if name in registers}
        accesses, size = accessed(decoded, registers)
        text = f"{decoded.mnemonic} {decoded.op_str}".strip()
        return Instruction(address, code, text, values, accesses, size)
    return Instruction(address, code, UNDEFINED, {})


def call_before(view: View, return_address: int) -> tuple[int, int | None, str] | None:
    """Return the call that `return_address` lies behind: where, its target, its register.

    The target is None for a call through a register, whose name is "" for others. None where
    what stands before the address is not a call.
    """
    after = return_address & ~1
    short, long = view.read(after - 2, 2), view.read(after - 4, 4)
    through = decode(short) if short else None
    if through is not None and through.operation is Operation.BLX and through.other is not None:
        return after - 2, None, register_name(through.other)
    direct = decode(long) if long else None
    if direct is not None and direct.operation is Operation.BL:
        return after - 4, direct.leads_to(after - 4), ""
    return None


def register_called(decoded: Any, register: int) -> str:
    """Return the name of one of Capstone's registers as it is called here."""
    name = decoded.reg_name(register) or ""
    return _NUMBERED.get(name, name)


def _read(decoded: Any) -> list[str]:
    """The core registers that an instruction reads, PC left out, in the order of its operands."""
    names: list[str] = []
    for register in decoded.regs_access()[0]:
        name = register_called(decoded, register)
        if name not in names and name != "pc":
            names.append(name)
    text = decoded.op_str.replace("]", ",")
    return sorted(names, key=lambda name: text.find(name) if name in text else len(text))


def accessed(decoded: Any, registers: Mapping[str, int]) -> tuple[int | None, int]:
    """Return the lowest address that an instruction of Capstone's accesses, and how many bytes.

    None and 0 where it accesses none, or `registers` do not hold what gives it.
    """
    from capstone import arm

    stem = decoded.mnemonic.split(".")[0]
    if stem.startswith((*_LISTS, *_STACK_LISTS)):
        return _access_of_list(decoded, stem, registers)
    for operand in decoded.operands:
        if operand.type != arm.ARM_OP_MEM:
            continue
        base = _value(decoded, operand.mem.base, registers)
        index = _value(decoded, operand.mem.index, registers) if operand.mem.index else 0
        if base is None or index is None:
            return None, 0
        if operand.shift.type == arm.ARM_SFT_LSL:
            index <<= operand.shift.value
        displacement = 0 if decoded.post_index else operand.mem.disp
        return (base + index + displacement) & _MASK, _width(decoded, stem)
    return None, 0


def _access_of_list(
    decoded: Any, stem: str, registers: Mapping[str, int]
) -> tuple[int | None, int]:
    """LDM, STM, PUSH, POP and those of the FPU (A7.7): words from the base up, or below it."""
    operands = [operand.reg for operand in decoded.operands]
    base = registers.get("sp")
    if not stem.startswith(_STACK_LISTS):
        base, operands = _value(decoded, operands[0], registers), operands[1:]
    size = sum(_bytes_of(decoded.reg_name(register)) for register in operands)
    if base is None:
        return None, size
    is_below = stem.endswith("db") or "push" in stem
    return (base - size if is_below else base) & _MASK, size


def _bytes_of(register: str) -> int:
    """Bytes of a register: D registers of the FPU have two words."""
    return 8 if register.startswith("d") else 4


def _value(decoded: Any, register: int, registers: Mapping[str, int]) -> int | None:
    name = register_called(decoded, register)
    if name == "pc":
        address: int = decoded.address
        return (address + 4) & ~3  # A5.1.2
    return registers.get(name)


def _width(decoded: Any, stem: str) -> int:
    """Bytes that an instruction with one memory operand moves."""
    if stem in _BYTES_OF_TABLES:
        return _BYTES_OF_TABLES[stem]
    if stem in ("vldr", "vstr"):
        return _bytes_of(decoded.reg_name(decoded.operands[0].reg))
    for prefix in ("ldr", "str"):
        if stem.startswith(prefix):
            size = stem[len(prefix) :].removeprefix("ex").removesuffix("t")
            return _BYTES_BY_MNEMONIC.get(size, 4)
    return 4
