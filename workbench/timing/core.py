"""What the core itself takes for each instruction, with memory that never makes it wait.

Pipelining and stalls look no further back than one instruction: each has a cost of its own, and one
more, which may be negative, where it comes right after another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from workbench.timing import rules
from workbench.timing.costs import UNITS, Cause
from workbench.timing.cycles import Cycles
from workbench.timing.decode import MAX_BYTES, Instruction, Kind

_MINUS_ISSUE = Cycles.exactly(-1)


@cache
def issue_unit(it: Instruction) -> int:
    """Return the number, in UNITS, of what `it` costs each time that it is issued."""
    return UNITS.number(_issue_costs(it))


@cache
def sequence_unit(before: Instruction, it: Instruction) -> int:
    """Return the number, in UNITS, of what `it` costs more where it is issued after `before`."""
    return UNITS.number(_sequence_costs(before, it))


@cache
def jump_unit(source: Instruction | None, is_unaligned_wide: bool) -> int:
    """Return the number, in UNITS, of what a jump costs; see `jump_time`."""
    cause = Cause.BRANCH if is_branch(source) else Cause.EXCEPTION
    return UNITS.number(((cause, jump_time(source, is_unaligned_wide)),))


def _issue_costs(it: Instruction) -> Iterator[tuple[Cause, Cycles]]:
    yield Cause.ISSUE, rules.ISSUE
    cause, cycles = issue_time(it)
    yield cause, cycles + _MINUS_ISSUE
    if it.literal:
        yield Cause.MEMORY, rules.LITERAL_CONTENTION


def _sequence_costs(before: Instruction, it: Instruction) -> Iterator[tuple[Cause, Cycles]]:
    if it.kind is Kind.IT and before.size == 2 and before.kind is not Kind.IT:
        yield Cause.ISSUE, rules.IT_FOLDED + _MINUS_ISSUE
    if is_pipelined(before, it):
        yield Cause.MEMORY, Cycles.exactly(-rules.PIPELINED_SAVING)
        if it.base_update or before.base_update:
            yield Cause.MEMORY, rules.BASE_UPDATE_NOT_PIPELINED
    if it.accesses_memory and not before.accesses_memory and it.forms_address & before.writes:
        yield Cause.ADDRESS, rules.ADDRESS_DEPENDENCY
    if it.kind is before.kind is Kind.FLOAT and it.reads & before.writes:
        yield Cause.FLOAT, rules.FLOAT_DEPENDENCY


def issue_time(it: Instruction) -> tuple[Cause, Cycles]:
    """Return what an instruction takes on its own, all of it, and why it takes more than one."""
    if it.kind is Kind.LOAD:
        return Cause.MEMORY, rules.SINGLE_LOAD
    if it.kind is Kind.STORE:
        offset = it.register_offset
        return (
            Cause.MEMORY,
            rules.STORE_REGISTER_OFFSET if offset else rules.STORE_IMMEDIATE,
        )
    if it.kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
        return Cause.MEMORY, Cycles.exactly(rules.MULTIPLE_OVERHEAD + it.words)
    if it.kind is Kind.DIVIDE:
        return Cause.DIVIDE, rules.DIVIDE
    if it.kind is Kind.FLOAT:
        return Cause.FLOAT, _float_time(it.mnemonic)
    if it.kind is Kind.SYSTEM:
        barrier = it.mnemonic in ("dsb", "dmb", "isb")
        return Cause.SYSTEM, rules.BARRIER if barrier else rules.SYSTEM
    if it.mnemonic in ("tbb", "tbh"):
        return Cause.MEMORY, rules.SINGLE_LOAD + rules.TABLE_BRANCH_ADD
    return Cause.ISSUE, rules.ISSUE


def _float_time(mnemonic: str) -> Cycles:
    if mnemonic.startswith(("vdiv", "vsqrt")):
        return rules.FLOAT_DIVIDE
    if mnemonic.startswith(("vmla", "vmls", "vnml", "vfm", "vfnm")):
        return rules.FLOAT_FUSED
    return rules.ISSUE


def is_pipelined(before: Instruction, it: Instruction) -> bool:
    """Does the single access `it` overlap the load `before`?"""
    if before.kind is not Kind.LOAD or not it.is_single_access or before.loads_pc:
        return False
    if it.kind is Kind.STORE and not it.register_offset:
        return False  # it takes one cycle as it is
    return not it.forms_address & before.writes or _only_base_update(before, it)


def _only_base_update(before: Instruction, it: Instruction) -> bool:
    """Is the register that both address with just the one that `before` steps on?"""
    return before.base_update and it.forms_address & before.writes <= before.forms_address


def is_branch(source: Instruction | None) -> bool:
    """Does a jump from `source` come from itself? Else an exception was taken or has returned."""
    return source is not None and source.changes_pc


def jump_time(source: Instruction | None, to_unaligned_wide: bool) -> Cycles:
    """Return what a jump takes besides the instruction that makes it: the refill of the pipeline.

    A source that does not branch was interrupted: entry into the exception and return from it.
    to_unaligned_wide: the target is 32 bits wide and not at a multiple of four.
    """
    if source is None or not source.changes_pc:
        return rules.EXCEPTION_ENTRY + rules.EXCEPTION_RETURN
    if source.loads_pc:
        refill = rules.REFILL_LOADED
    else:
        refill = rules.REFILL_IMMEDIATE if source.immediate else rules.REFILL_REGISTER
    return refill + rules.REFILL_UNALIGNED_WIDE if to_unaligned_wide else refill


def is_unaligned_wide(address: int, target: Instruction | None) -> bool:
    """Does `target`, at `address`, come in two fetches?"""
    return target is not None and target.size == MAX_BYTES and bool(address % MAX_BYTES)
