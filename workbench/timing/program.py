"""The instructions of a trace, how each was reached, and what the core takes for them.

A trace tells, for each address, how often it was reached from the instruction before it in memory
and how often by a jump, so what the core takes follows from it exactly, without the order of
execution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from workbench.armv7m.thumb import MAX_BYTES, Instruction, decode
from workbench.timing.core import CoreTiming, is_branch, is_unaligned_wide
from workbench.timing.costs import Cause, Charges, Costs, Numbers, Waits
from workbench.trace import Trace


@dataclass(frozen=True)
class Program:
    """Executed instructions by ascending address, all arrays [n].

    timing: of the core that executed them.
    follows: the one before ends where this one begins.
    issue_units, sequence_units: numbers in `costs.UNITS` of what each costs, and costs more right
        after the one before.
    guesses: of each that the one before is pipelined with if both go to the same memory, the number
        of what it costs more if `sequence_units` guess wrong; 0 for all others.
    """

    timing: CoreTiming
    addresses: Numbers
    instructions: tuple[Instruction, ...]
    follows: npt.NDArray[np.bool_]
    issue_units: Numbers
    sequence_units: Numbers
    guesses: Numbers

    @classmethod
    def of(cls, trace: Trace, timing: CoreTiming) -> Program:
        """Decode what was executed."""
        addresses = np.fromiter(trace.counts, np.int64, len(trace.counts))
        addresses.sort()
        return _decoded(addresses.tobytes(), tuple(sorted(trace.code.items())), timing)

    @cached_property
    def by_address(self) -> Mapping[int, Instruction]:
        """The instructions by their addresses."""
        return dict(zip(self.addresses.tolist(), self.instructions, strict=True))


Pieces = tuple[tuple[int, bytes], ...]
"""Start address and code, ascending."""


@lru_cache(maxsize=16)
def _decoded(addresses: bytes, pieces: Pieces, timing: CoreTiming) -> Program:
    """The same code is traced again and again, whole or by its operators."""
    at = np.frombuffer(addresses, np.int64)
    found = [decode(code) for code in _code_of(at.tolist(), pieces)]
    sizes = np.array([it.size for it in found], np.int64)
    follows = np.zeros(len(found), np.bool_)
    follows[1:] = at[:-1] + sizes[:-1] == at[1:]
    pairs = [
        pair if adjacent else None
        for pair, adjacent in zip(pairwise(found), follows[1:].tolist(), strict=True)
    ]
    return Program(
        timing,
        at,
        tuple(found),
        follows,
        np.array([timing.issue_unit(it) for it in found], np.int64),
        _of_pairs(timing.sequence_unit, pairs)[: len(found)],
        _of_pairs(timing.guess_unit, pairs)[: len(found)],
    )


Pair = tuple[Instruction, Instruction]


def _of_pairs(unit: Callable[[Instruction, Instruction], int], pairs: list[Pair | None]) -> Numbers:
    """The unit of each pair, at the place of its second instruction."""
    return np.array([0, *(unit(*pair) if pair else 0 for pair in pairs)], np.int64)


def _code_of(addresses: Iterable[int], pieces: Pieces) -> Iterator[bytes]:
    index = 0
    for address in addresses:
        while index + 1 < len(pieces) and pieces[index + 1][0] <= address:
            index += 1
        start, code = pieces[index]
        yield code[address - start : address - start + MAX_BYTES]


@dataclass(frozen=True)
class Flow:
    """How the instructions of a program were reached, all arrays [m], by ascending address.

    index: which of the program's instructions these are. follows: the one before in memory is there
    too. times: issued, `sequential` of them from the one before.
    """

    program: Program
    trace: Trace
    index: npt.NDArray[np.intp]
    addresses: Numbers
    follows: npt.NDArray[np.bool_]
    times: Numbers
    sequential: Numbers

    @classmethod
    def of(cls, trace: Trace, program: Program) -> Flow:
        """Return the flow of `trace`, which executed nothing but instructions of `program`."""
        counts = trace.counts
        addresses = np.fromiter(counts, np.int64, len(counts))
        times = np.fromiter(counts.values(), np.int64, len(counts))
        order = np.argsort(addresses)
        addresses, times = addresses[order], times[order]
        index = np.searchsorted(program.addresses, addresses)
        follows = program.follows[index]
        follows[1:] &= index[1:] == index[:-1] + 1
        follows[:1] = False
        jumped = np.zeros(len(addresses), np.int64)
        targets = np.array([target for _, target in trace.jumps], np.int64)
        where = np.searchsorted(addresses, targets)
        known = where < len(addresses)
        known[known] = addresses[where[known]] == targets[known]
        taken = np.fromiter(trace.jumps.values(), np.int64, len(trace.jumps))
        np.add.at(jumped, where[known], taken[known])
        sequential = np.where(follows, np.maximum(0, times - jumped), 0)
        return cls(program, trace, index, addresses, follows, times, sequential)

    @property
    def instructions(self) -> Iterator[Instruction]:
        """The instructions, by ascending address."""
        return (self.program.instructions[i] for i in self.index.tolist())


def core_costs(flow: Flow) -> Costs:
    """Return what the core takes for all of `flow`."""
    program, index = flow.program, flow.index
    explained = Costs(
        (
            Charges(flow.addresses, program.issue_units[index], flow.times),
            Charges(flow.addresses, program.sequence_units[index], flow.sequential),
            _wrong_guesses(flow),
            _stalls(flow),
            _jumps(flow),
        )
    )
    return explained + _unexplained(flow, explained.total.best)


def _unexplained(flow: Flow, explained: int) -> Costs:
    """What the rules leave open, booked at the first instruction."""
    percent = flow.program.timing.rules.unexplained_percent * explained
    row = [int(share / 100) for share in (percent.low, percent.best, percent.high)]
    first = flow.addresses[:1]
    return Costs((Waits(Cause.UNEXPLAINED, first, np.array([row] * len(first)).reshape(-1, 3)),))


def _wrong_guesses(flow: Flow) -> Charges:
    """Pairs of accesses of which the reads from flash show that they do, or do not, go to different
    memories: one of the two reads flash that much oftener than the other.
    """
    guesses = flow.program.guesses[flow.index]
    known = bool(flow.trace.flash_reads)  # nothing is read where no flash is known, too
    paired = np.flatnonzero(guesses * flow.follows) if known else _NOWHERE
    sequential = flow.sequential[paired]
    reads = _reads(flow)
    behind = reads[paired] * sequential // flow.times[paired]  # those that were not jumped to
    apart = np.minimum(np.abs(behind - reads[paired - 1]), sequential)
    wrong = np.where(guesses[paired] == flow.program.timing.apart_unit, apart, sequential - apart)
    return Charges(flow.addresses[paired], guesses[paired], wrong)


_NOWHERE = np.zeros(0, np.int64)


def _reads(flow: Flow) -> Numbers:
    """Reads from flash [m] of each instruction."""
    found = flow.trace.flash_reads or {}
    reads = np.zeros(len(flow.addresses), np.int64)
    known = [(at, read.reads) for at, read in found.items() if at in flow.trace.counts]
    if known:
        at, times = np.array(known, np.int64).T
        reads[np.searchsorted(flow.addresses, at)] = times
    return reads


def _stalls(flow: Flow) -> Charges:
    """How late instructions come from the prefetch unit, where they are reached in sequence.

    What is reached by jumps more often than in sequence begins a new run.
    """
    timing = flow.program.timing
    begins = np.flatnonzero(~flow.follows | (2 * flow.sequential <= flow.times)).tolist()
    late: list[int] = []
    for begin, end in pairwise([*begins, len(flow.times)]):
        first = int(flow.index[begin])
        run = flow.program.instructions[first : first + end - begin]
        late.extend(timing.run_stalls(int(flow.addresses[begin]), run))
    stalled = np.flatnonzero(late)
    return Charges(
        flow.addresses[stalled],
        np.full(len(stalled), timing.fetch_stall_unit),
        np.array(late, np.int64)[stalled] * flow.sequential[stalled],
    )


def _jumps(flow: Flow) -> Charges:
    """A jump is booked where it comes from, an exception where it leads to."""
    at, jumps, timing = flow.program.by_address, flow.trace.jumps, flow.program.timing
    where, units = [], []
    for source, target in jumps:
        before, after = at.get(source), at.get(target)
        where.append(target if after and not is_branch(before) else source)
        units.append(timing.jump_unit(before, is_unaligned_wide(target, after)))
    return Charges(
        np.array(where, np.int64),
        np.array(units, np.int64),
        np.fromiter(jumps.values(), np.int64, len(jumps)),
    )
