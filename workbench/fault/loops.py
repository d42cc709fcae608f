"""The loop that a core is in: what it reads over and over, and whether it can be left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.armv7m.disassembler import disassembler
from workbench.armv7m.thumb import is_wide
from workbench.fault.instruction import LONGEST, accessed, register_called
from workbench.fault.memory import View

_LONGEST_LOOP = 128  # bytes: one that only waits is short
_MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class Loop:
    """A loop of one function that stores nothing and calls nothing; it may sleep.

    reads: the addresses of data that it reads in each turn, always the same, those of pointers to
    others left out. is_endless: no branch leads out of it. sleeps: by WFI or WFE.
    """

    start: int
    end: int
    reads: tuple[int, ...]
    is_endless: bool
    sleeps: bool = False


def loop_at(view: View, registers: Mapping[str, int], first: int, last: int) -> Loop | None:
    """Return the innermost loop that holds PC, of a function at [first, last).

    None where there is none, or where it does more than wait: it stores, calls, or reads from
    addresses that change.
    """
    pc = registers["pc"] & ~1
    body = _body(view, pc, first, min(last, pc + _LONGEST_LOOP))
    if body is None:
        return None
    start, end = body[0].address, body[-1].address + body[-1].size
    if any(_does_more(one) for one in body):
        return None
    reads = _reads(view, body, registers)
    if reads is None:
        return None
    targets = (_target(one) for one in body)
    leaves = any(target is not None and not start <= target < end for target in targets)
    sleeps = any(one.mnemonic.split(".")[0] in ("wfi", "wfe") for one in body)
    return Loop(start, end, reads, not leaves and not _is_conditional(body[-1]), sleeps)


def _body(view: View, pc: int, first: int, last: int) -> list[Any] | None:
    """The instructions from where the next branch backwards over PC leads, up to that branch."""
    for address in _addresses(view, pc, last):
        branch = _decoded(view, address)
        target = _target(branch) if branch is not None else None
        if target is None or not first <= target <= pc:
            continue
        if pc - target > _LONGEST_LOOP:
            return None
        found = [_decoded(view, one) for one in _addresses(view, target, address + 1)]
        return found if None not in found and found else None
    return None


def _addresses(view: View, start: int, end: int) -> list[int]:
    """Where instructions begin from `start` on."""
    found = []
    while start < end:
        first = view.halfword(start)
        if first is None:
            break
        found.append(start)
        start += 4 if is_wide(first) else 2
    return found


def _decoded(view: View, address: int) -> Any:
    code = view.read(address, LONGEST) or view.read(address, 2) or b""
    return next(disassembler().disasm(code, address, 1), None)


def _target(decoded: Any) -> int | None:
    """Where a branch within a function leads, None for other instructions."""
    mnemonic = decoded.mnemonic.split(".")[0]
    if mnemonic in ("cbz", "cbnz") or (mnemonic[0] == "b" and mnemonic not in _NO_BRANCHES):
        operand = decoded.operands[-1] if decoded.operands else None
        return None if operand is None or operand.type != _immediate() else operand.imm & _MASK
    return None


# Those that begin with a b and are not branches to a label (A7.7)
_NO_BRANCHES = ("bl", "blx", "bx", "bxj", "bkpt", "bic", "bics", "bfc", "bfi")


def _immediate() -> int:
    from capstone import arm

    return int(arm.ARM_OP_IMM)


def _is_conditional(decoded: Any) -> bool:
    return _target(decoded) is not None and decoded.mnemonic.split(".")[0] != "b"


def _does_more(decoded: Any) -> bool:
    """Return whether an instruction stores, calls or returns."""
    mnemonic = decoded.mnemonic.split(".")[0]
    if mnemonic in ("bl", "blx", "bx", "svc", "bkpt", "tbb", "tbh"):
        return True
    return bool(mnemonic.startswith(("st", "push", "pop", "vst", "vpush")))


def _reads(view: View, body: list[Any], registers: Mapping[str, int]) -> tuple[int, ...] | None:
    """The addresses that the loop reads, None where one is not the same in each turn."""
    written = {name for one in body for name in _written(one)}
    known = {name: value for name, value in registers.items() if name not in written}
    from_memory: dict[str, int] = {}  # registers that hold what was read, and from where
    reads: dict[int, None] = {}
    for one in body:
        is_load = one.mnemonic.startswith(("ldr", "vldr"))
        address, size = accessed(one, known) if is_load else (None, 0)
        if is_load and address is None:
            return None
        for name in _used(one) if is_load else ():
            reads.pop(from_memory.get(name, -1), None)  # it was a pointer
        value = _constant(one, known)
        targets = _written(one)
        for name in targets:
            known.pop(name, None)
            from_memory.pop(name, None)
        if address is not None:
            _note(view, one, address, size, known, from_memory, reads)
        elif value is not None and len(targets) == 1:
            known[targets[0]] = value
    return tuple(reads)


def _note(
    view: View,
    load: Any,
    address: int,
    size: int,
    known: dict[str, int],
    from_memory: dict[str, int],
    reads: dict[int, None],
) -> None:
    """A load of the loop: its register holds what is there now, which nothing in it changes."""
    is_literal = "[pc" in load.op_str
    if not is_literal:
        reads[address] = None
    name = register_called(load, load.operands[0].reg)
    content = view.read(address, size)
    if content is not None:
        known[name] = int.from_bytes(content, "little")
    if not is_literal:
        from_memory[name] = address


def _constant(decoded: Any, known: Mapping[str, int]) -> int | None:
    """What MOV, MOVW, MOVT, ADD and SUB of constants give."""
    mnemonic = decoded.mnemonic.split(".")[0]
    operands = decoded.operands
    if len(operands) < 2 or operands[-1].type != _immediate():
        return None
    value: int = operands[-1].imm & _MASK
    if mnemonic in ("mov", "movs", "movw"):
        return value
    base = known.get(register_called(decoded, operands[-2].reg))
    if base is None:
        return None
    if mnemonic == "movt":
        return base & 0xFFFF | value << 16
    if mnemonic in ("add", "adds", "addw"):
        return base + value & _MASK
    return base - value & _MASK if mnemonic in ("sub", "subs", "subw") else None


def _written(decoded: Any) -> list[str]:
    names = (register_called(decoded, register) for register in decoded.regs_access()[1])
    return [name for name in names if name != "cpsr"]


def _used(decoded: Any) -> list[str]:
    return [register_called(decoded, register) for register in decoded.regs_access()[0]]
