"""What the core itself takes for each instruction, with memory that never makes it wait.

Pipelining and stalls look no further back than one instruction: each has a cost of its own, and one
more, which may be negative, where it comes right after another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from workbench.armv7m.thumb import MAX_BYTES, Instruction, Kind
from workbench.timing import rules
from workbench.timing.costs import UNITS, Cause
from workbench.timing.cycles import NONE, Cycles
from workbench.timing.fetch import FETCH_BYTES, fetch_stalls

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
def _run_stalls(offset: int, run: tuple[Instruction, ...]) -> tuple[int, ...]:
    units = [sequence_unit(before, it) for before, it in pairwise(run)]
    more = [*UNITS.best[units].tolist(), 0]
    times = (issue_time(it)[1].best + cycles for it, cycles in zip(run, more, strict=True))
    return tuple(fetch_stalls(offset, zip(run, times, strict=True)))


def run_stalls(address: int, run: tuple[Instruction, ...]) -> tuple[int, ...]:
    """Return how many cycles each of `run` is fetched late, see `fetch_stalls`."""
    return _run_stalls(address % FETCH_BYTES, run)


@cache
def jump_unit(source: Instruction | None, is_unaligned_wide: bool) -> int:
    """Return the number, in UNITS, of what a jump costs; see `jump_time`."""
    cause = Cause.BRANCH if is_branch(source) else Cause.EXCEPTION
    return UNITS.number(((cause, jump_time(source, is_unaligned_wide)),))


FETCH_STALL_UNIT = UNITS.number(((Cause.FETCH, rules.FETCH_STALL),))


def _instead_of(was: Cycles, now: Cycles) -> int:
    more = Cycles(now.low - was.low, now.best - was.best, now.high - was.high)
    return UNITS.number(((Cause.MEMORY, more),))


# What a pair costs more that turned out to go to different memories, or to the same one.
APART_UNIT = _instead_of(rules.PIPELINED, rules.PIPELINED_APART)
TOGETHER_UNIT = _instead_of(rules.PIPELINED_APART, rules.PIPELINED)


def _issue_costs(it: Instruction) -> Iterator[tuple[Cause, Cycles]]:
    yield Cause.ISSUE, rules.ISSUE
    cause, cycles = issue_time(it)
    yield cause, cycles + _MINUS_ISSUE
    if it.literal:
        yield Cause.MEMORY, rules.LITERAL_CONTENTION


def _sequence_costs(before: Instruction, it: Instruction) -> Iterator[tuple[Cause, Cycles]]:
    if it.kind is Kind.IT and before.size == 2 and before.kind is not Kind.IT:
        yield Cause.ISSUE, rules.IT_FOLDED + _MINUS_ISSUE
    if it.accesses_memory and before.is_single_access:
        yield Cause.MEMORY, _pair_of_accesses(before, it)
    if it.accesses_memory and not before.accesses_memory and it.forms_address & before.writes:
        yield Cause.ADDRESS, rules.ADDRESS_DEPENDENCY
    if it.is_float and before.is_float and it.reads & before.writes:
        yield Cause.FLOAT, rules.FLOAT_DEPENDENCY


def _pair_of_accesses(before: Instruction, it: Instruction) -> Cycles:
    same_base = before.base_update and bool(it.forms_address & before.writes & before.forms_address)
    if before.kind is Kind.STORE:
        if it.kind in (Kind.LOAD, Kind.LOAD_MULTIPLE):
            return rules.LOAD_AFTER_STORE
        if it.kind is not Kind.STORE:
            return NONE
        return rules.STORE_ON_UPDATED_BASE if same_base else rules.STORE_AFTER_STORE
    if not it.is_single_access or before.loads_pc:
        return NONE
    if it.forms_address & before.writes:
        return rules.PIPELINED_ON_UPDATED_BASE if same_base else rules.ADDRESS_FROM_LOAD
    if it.kind is Kind.STORE and not it.register_offset:
        return rules.STORE_AFTER_LOAD
    return rules.PIPELINED_APART if are_apart(before, it) else rules.PIPELINED


def need_one_memory(before: Instruction, it: Instruction) -> bool:
    """Are the two pipelined if both go to the same memory, and else not?"""
    if before.kind is not Kind.LOAD or before.loads_pc or not it.is_single_access:
        return False
    if it.forms_address & before.writes:
        return False
    return it.kind is Kind.LOAD or it.register_offset


def are_apart(before: Instruction, it: Instruction) -> bool:
    """Do they go to different memories, as far as their code tells?

    A literal is from flash, and all else from RAM as a rule.
    """
    return it.literal != before.literal


def issue_time(it: Instruction) -> tuple[Cause, Cycles]:
    """Return what an instruction takes on its own, all of it, and why it takes more than one."""
    if it.kind is Kind.STORE and it.register_offset:
        return Cause.MEMORY, rules.STORE_REGISTER_OFFSET
    if it.kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
        return Cause.MEMORY, Cycles.exactly(rules.MULTIPLE_OVERHEAD + it.words)
    return _ISSUE_TIMES.get(it.kind, (Cause.ISSUE, rules.ISSUE))


_ISSUE_TIMES = {
    Kind.LOAD: (Cause.MEMORY, rules.SINGLE_LOAD),
    Kind.STORE: (Cause.MEMORY, rules.STORE_IMMEDIATE),
    Kind.TABLE_BRANCH: (Cause.MEMORY, rules.SINGLE_LOAD + rules.TABLE_BRANCH_ADD),
    Kind.DIVIDE: (Cause.DIVIDE, rules.DIVIDE),
    Kind.FLOAT: (Cause.FLOAT, rules.ISSUE),
    Kind.FLOAT_FUSED: (Cause.FLOAT, rules.FLOAT_FUSED),
    Kind.FLOAT_DIVIDE: (Cause.FLOAT, rules.FLOAT_DIVIDE),
    Kind.FLOAT_MOVE_PAIR: (Cause.FLOAT, rules.FLOAT_MOVE_PAIR),
    Kind.SYSTEM: (Cause.SYSTEM, rules.SYSTEM),
    Kind.BARRIER: (Cause.SYSTEM, rules.BARRIER),
}


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
        refill = rules.REFILL_IMMEDIATE if source.is_direct else rules.REFILL_REGISTER
    return refill + rules.REFILL_UNALIGNED_WIDE if to_unaligned_wide else refill


def is_unaligned_wide(address: int, target: Instruction | None) -> bool:
    """Does `target`, at `address`, come in two fetches?"""
    return target is not None and target.size == MAX_BYTES and bool(address % MAX_BYTES)
