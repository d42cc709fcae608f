"""What the core itself takes for each traced instruction, with memory that never makes it wait.

A trace tells, for each address, how often it was reached from the instruction before it in memory
and how often by a jump. Pipelining and stalls look no further back than one instruction, so their
costs follow from these numbers exactly, without the order of execution.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from workbench.timing import rules
from workbench.timing.cycles import NONE, Cycles
from workbench.timing.decode import MAX_BYTES, Instruction, Kind, decode
from workbench.trace import Trace


class Cause(Enum):
    """What cycles are spent on, as `--explain` lists it."""

    ISSUE = "instructions, one cycle each"
    MEMORY = "loads and stores: further cycles"
    ADDRESS = "stalls: address from the instruction before"
    DIVIDE = "divides: further cycles"
    FLOAT = "floating point: further cycles"
    SYSTEM = "system instructions: further cycles"
    BRANCH = "taken branches: pipeline refill"
    EXCEPTION = "exception entry and return"
    CODE_FETCH = "flash: waiting for instructions"
    DATA_READ = "flash: waiting for data"


Costs = dict[tuple[int, Cause], Cycles]
"""Cycles by instruction address and cause."""


@dataclass(frozen=True)
class Flow:
    """How one instruction was reached: issued `times`, `sequential` of them from `before`."""

    instruction: Instruction
    times: int
    sequential: int
    before: Instruction | None


def flows(trace: Trace) -> tuple[Flow, ...]:
    """Return the flow into each traced instruction, by ascending address."""
    decoded = instructions(trace)
    jumped: defaultdict[int, int] = defaultdict(int)
    for (_, target), times in trace.jumps.items():
        jumped[target] += times
    found = []
    before: Instruction | None = None
    for address, instruction in decoded.items():
        if before is not None and before.end != address:
            before = None
        times = trace.counts[address]
        sequential = max(0, times - jumped[address]) if before else 0
        found.append(Flow(instruction, times, sequential, before))
        before = instruction
    return tuple(found)


def instructions(trace: Trace) -> dict[int, Instruction]:
    """Decode what was executed, by ascending address."""
    return {address: decode(address, code) for address, code in _code_of(trace)}


def _code_of(trace: Trace) -> Iterator[tuple[int, bytes]]:
    pieces = sorted(trace.code.items())
    index = 0
    for address in sorted(trace.counts):
        while index + 1 < len(pieces) and pieces[index + 1][0] <= address:
            index += 1
        start, code = pieces[index]
        yield address, code[address - start : address - start + MAX_BYTES]


def core_costs(flowing: tuple[Flow, ...], jumps: Mapping[tuple[int, int], int]) -> Costs:
    """Return what each instruction costs in the core."""
    costs: Costs = {}

    def add(address: int, cause: Cause, cycles: Cycles) -> None:
        if cycles:
            costs[address, cause] = costs.get((address, cause), NONE) + cycles

    for flow in flowing:
        for cause, cycles in _costs_of(flow):
            add(flow.instruction.address, cause, cycles)
    by_address = {flow.instruction.address: flow.instruction for flow in flowing}
    for (source, target), times in jumps.items():
        where, cause, cycles = _transfer(by_address.get(source), source, by_address.get(target))
        add(where, cause, cycles * times)
    return costs


def _costs_of(flow: Flow) -> Iterator[tuple[Cause, Cycles]]:
    it, times = flow.instruction, flow.times
    yield Cause.ISSUE, rules.ISSUE * times
    cause, cycles = issue_time(it)
    yield cause, (cycles + _MINUS_ISSUE) * times
    before, sequential = flow.before, flow.sequential
    if it.literal:
        yield Cause.MEMORY, rules.LITERAL_CONTENTION * times
    if before is None or not sequential:
        return
    if it.kind is Kind.IT and before.size == 2 and before.kind is not Kind.IT:
        yield Cause.ISSUE, (rules.IT_FOLDED + _MINUS_ISSUE) * sequential
    if is_pipelined(before, it):
        yield Cause.MEMORY, Cycles.exactly(-rules.PIPELINED_SAVING) * sequential
        if it.base_update or before.base_update:
            yield Cause.MEMORY, rules.BASE_UPDATE_NOT_PIPELINED * sequential
    if it.accesses_memory and not before.accesses_memory and it.forms_address & before.writes:
        yield Cause.ADDRESS, rules.ADDRESS_DEPENDENCY * sequential
    if it.kind is before.kind is Kind.FLOAT and it.reads & before.writes:
        yield Cause.FLOAT, rules.FLOAT_DEPENDENCY * sequential


_MINUS_ISSUE = Cycles.exactly(-1)


def issue_time(it: Instruction) -> tuple[Cause, Cycles]:
    """Return what an instruction takes on its own, all of it, and why it takes more than one."""
    if it.kind is Kind.LOAD:
        return Cause.MEMORY, rules.SINGLE_LOAD
    if it.kind is Kind.STORE:
        offset = it.register_offset
        return Cause.MEMORY, rules.STORE_REGISTER_OFFSET if offset else rules.STORE_IMMEDIATE
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


def _transfer(
    source: Instruction | None, address: int, target: Instruction | None
) -> tuple[int, Cause, Cycles]:
    """Where a jump is booked, why, and what it takes."""
    if source is None or not source.changes_pc:
        return target.address if target else address, Cause.EXCEPTION, jump_time(source, target)
    return source.address, Cause.BRANCH, jump_time(source, target)


def jump_time(source: Instruction | None, target: Instruction | None) -> Cycles:
    """Return what a jump takes besides the instruction that makes it: the refill of the pipeline.

    A source that does not branch was interrupted: entry into the exception and return from it.
    """
    if source is None or not source.changes_pc:
        return rules.EXCEPTION_ENTRY + rules.EXCEPTION_RETURN
    if source.loads_pc:
        refill = rules.REFILL_LOADED
    else:
        refill = rules.REFILL_IMMEDIATE if source.immediate else rules.REFILL_REGISTER
    if target is not None and target.size == MAX_BYTES and target.address % MAX_BYTES:
        refill += rules.REFILL_UNALIGNED_WIDE
    return refill
