"""What the core itself takes for each instruction, with memory that never makes it wait.

Pipelining and stalls look no further back than one instruction: each has a cost of its own, and one
more, which may be negative, where it comes right after another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from workbench.armv7m.thumb import MAX_BYTES, Instruction, Kind
from workbench.platform.cores import Core
from workbench.timing.costs import UNITS, Cause
from workbench.timing.cycles import NONE, Cycles
from workbench.timing.fetch import FETCH_BYTES, fetch_stalls
from workbench.timing.rules import RULES, Rules

_MINUS_ISSUE = Cycles.exactly(-1)


@cache
def timing_of(core: Core) -> CoreTiming:
    """Return the timing of a core that has rules; raises KeyError for any other."""
    return CoreTiming(RULES[core.name])


class CoreTiming:
    """The rules of a core, applied. Units are numbers, in UNITS, of what is paid each time.

    issue_unit: of an instruction each time that it is issued. sequence_unit: of what one costs more
    where it is issued after another. jump_unit: of a jump, see `jump_time`. apart_unit,
    together_unit: of what a pair costs more that turned out to go to different memories, or to the
    same one.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._issue_times = _issue_times(rules)
        self.issue_unit = cache(self._issue_unit)
        self.sequence_unit = cache(self._sequence_unit)
        self.jump_unit = cache(self._jump_unit)
        self.guess_unit = cache(self._guess_unit)
        self._run_stalls = cache(self._stalls_of_run)
        self._best_time = cache(lambda it: self.issue_time(it)[1].best)
        self.fetch_stall_unit = UNITS.number(((Cause.FETCH, rules.fetch_stall),))
        self.apart_unit = _instead_of(rules.pipelined, rules.pipelined_apart)
        self.together_unit = _instead_of(rules.pipelined_apart, rules.pipelined)

    def run_stalls(self, address: int, run: tuple[Instruction, ...]) -> tuple[int, ...]:
        """Return how many cycles each of `run` is fetched late, see `fetch_stalls`."""
        return self._run_stalls(address % FETCH_BYTES, run)

    def issue_time(self, it: Instruction) -> tuple[Cause, Cycles]:
        """Return what an instruction takes on its own, all of it, and why more than one cycle."""
        kind, rules = it.kind, self.rules
        if kind is Kind.STORE and it.register_offset:
            return Cause.MEMORY, rules.store_register_offset
        if kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
            return Cause.MEMORY, Cycles.exactly(rules.multiple_overhead + it.words)
        return self._issue_times.get(kind, (Cause.ISSUE, rules.issue))

    def jump_time(self, source: Instruction | None, to_unaligned_wide: bool) -> Cycles:
        """Return what a jump takes besides the instruction that makes it: the refill of the
        pipeline.

        A source that does not branch was interrupted: entry into the exception and return from it.
        to_unaligned_wide: the target is 32 bits wide and not at a multiple of four.
        """
        rules = self.rules
        if source is None or not source.changes_pc:
            return rules.exception_entry + rules.exception_return
        if source.loads_pc:
            refill = rules.refill_loaded
        else:
            refill = rules.refill_immediate if source.is_direct else rules.refill_register
        return refill + rules.refill_unaligned_wide if to_unaligned_wide else refill

    def _issue_unit(self, it: Instruction) -> int:
        return UNITS.number(self._issue_costs(it))

    def _sequence_unit(self, before: Instruction, it: Instruction) -> int:
        return UNITS.number(self._sequence_costs(before, it))

    def _jump_unit(self, source: Instruction | None, is_unaligned_wide: bool) -> int:
        cause = Cause.BRANCH if is_branch(source) else Cause.EXCEPTION
        return UNITS.number(((cause, self.jump_time(source, is_unaligned_wide)),))

    def _guess_unit(self, before: Instruction, it: Instruction) -> int:
        if not need_one_memory(before, it):
            return 0
        return self.together_unit if are_apart(before, it) else self.apart_unit

    def _stalls_of_run(self, offset: int, run: tuple[Instruction, ...]) -> tuple[int, ...]:
        units = [self.sequence_unit(before, it) for before, it in pairwise(run)]
        more = [*UNITS.best[units].tolist(), 0]
        times = (self.issue_time(it)[1].best + cycles for it, cycles in zip(run, more, strict=True))
        return tuple(fetch_stalls(self.rules, offset, zip(run, times, strict=True)))

    def _issue_costs(self, it: Instruction) -> Iterator[tuple[Cause, Cycles]]:
        yield Cause.ISSUE, self.rules.issue
        cause, cycles = self.issue_time(it)
        yield cause, cycles + _MINUS_ISSUE
        if it.literal:
            yield Cause.MEMORY, self.rules.literal_contention

    def _sequence_costs(
        self, before: Instruction, it: Instruction
    ) -> Iterator[tuple[Cause, Cycles]]:
        rules = self.rules
        if it.kind is Kind.IT and before.size == 2 and before.kind is not Kind.IT:
            yield Cause.ISSUE, rules.it_folded + _MINUS_ISSUE
        if it.width:
            if before.is_single_access:
                yield Cause.MEMORY, self._pair_of_accesses(before, it)
            if not before.width and it.forms_address & before.writes:
                yield Cause.ADDRESS, rules.address_dependency
        if it.is_float and before.is_float and it.reads & before.writes:
            yield Cause.FLOAT, rules.float_dependency

    def _pair_of_accesses(self, before: Instruction, it: Instruction) -> Cycles:
        rules = self.rules
        same_base = before.base_update and bool(
            it.forms_address & before.writes & before.forms_address
        )
        if before.kind is Kind.STORE:
            if it.kind in (Kind.LOAD, Kind.LOAD_MULTIPLE):
                return rules.load_after_store
            if it.kind is not Kind.STORE:
                return NONE
            return rules.store_on_updated_base if same_base else rules.store_after_store
        if not it.is_single_access or before.loads_pc:
            return NONE
        if it.forms_address & before.writes:
            return rules.pipelined_on_updated_base if same_base else rules.address_from_load
        if it.kind is Kind.STORE and not it.register_offset:
            return rules.store_after_load
        return rules.pipelined_apart if are_apart(before, it) else rules.pipelined


def _issue_times(rules: Rules) -> dict[Kind, tuple[Cause, Cycles]]:
    return {
        Kind.LOAD: (Cause.MEMORY, rules.single_load),
        Kind.STORE: (Cause.MEMORY, rules.store_immediate),
        Kind.TABLE_BRANCH: (Cause.MEMORY, rules.single_load + rules.table_branch_add),
        Kind.DIVIDE: (Cause.DIVIDE, rules.divide),
        Kind.FLOAT: (Cause.FLOAT, rules.issue),
        Kind.FLOAT_FUSED: (Cause.FLOAT, rules.float_fused),
        Kind.FLOAT_DIVIDE: (Cause.FLOAT, rules.float_divide),
        Kind.FLOAT_MOVE_PAIR: (Cause.FLOAT, rules.float_move_pair),
        Kind.SYSTEM: (Cause.SYSTEM, rules.system),
        Kind.BARRIER: (Cause.SYSTEM, rules.barrier),
    }


def _instead_of(was: Cycles, now: Cycles) -> int:
    more = Cycles(now.low - was.low, now.best - was.best, now.high - was.high)
    return UNITS.number(((Cause.MEMORY, more),))


def need_one_memory(before: Instruction, it: Instruction) -> bool:
    """Return whether the two are pipelined only if both go to the same memory."""
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


def is_branch(source: Instruction | None) -> bool:
    """Return whether `source` itself jumps; else an exception was taken or has returned."""
    return source is not None and source.changes_pc


def is_unaligned_wide(address: int, target: Instruction | None) -> bool:
    """Return whether `target`, at `address`, comes in two fetches."""
    return target is not None and target.size == MAX_BYTES and bool(address % MAX_BYTES)
