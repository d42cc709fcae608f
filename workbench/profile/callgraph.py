"""Who calls whom, from the jumps of a trace.

A jump is a call if it enters a function at its first instruction, from another one or by a
branch with link. What a function takes is shared out among its callers by calls, as gprof does;
a function that calls itself, directly or not, stays with the outermost call.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from workbench.armv7m.thumb import Instruction
from workbench.image import Image
from workbench.image.elf import Symbol
from workbench.profile.values import CallCost, FunctionCost, Stack
from workbench.trace import UNKNOWN_FUNCTION, Trace

_MAX_DEPTH = 64
_LEAST_CYCLES = 0.5
"""A path of calls with less than this is left out."""

Path = tuple[str, ...]
_Key = TypeVar("_Key")
_Number = TypeVar("_Number", int, float)


class Names:
    """Demangled function names by address, each looked up once.

    Code that no function symbol covers, in a stripped image or in plain assembler, is divided where
    it was called: a part has the name of the label there, or its address.
    """

    def __init__(self, image: Image, trace: Trace, decoded: Mapping[int, Instruction]) -> None:
        self._image = image
        self._names: dict[int, str] = {}  # by address
        self._starts: dict[int, int] = {}
        self._by_start: dict[int, str] = {}
        self._parts: list[int] = []
        unknown = self._name_functions(sorted(trace.counts))
        if unknown:
            self._parts = _parts(unknown, image.entry, trace, decoded)
            labels = {s.address & ~1: s.demangled for s in image.symbols}
            for start in self._parts:
                self._by_start[start] = labels.get(start, f"0x{start:08x}")

    def _name_functions(self, addresses: Sequence[int]) -> list[int]:
        """Name what ascending `addresses` functions cover; return the others."""
        unknown = []
        starts = [f.address for f in self._image.functions]
        symbol, end = None, 0
        for address in addresses:
            if symbol is None or address >= end:
                symbol = self._image.function_at(address)
            if symbol is None:
                unknown.append(address)
                continue
            if address >= end:
                after = bisect_right(starts, symbol.address)
                following = starts[after] if after < len(starts) else address + 1
                end = min(following, symbol.address + symbol.size) if symbol.size else following
            self._note(address, symbol)
        return unknown

    def _note(self, address: int, symbol: Symbol) -> None:
        start = self._starts[address] = symbol.address
        if start not in self._by_start:
            self._by_start[start] = symbol.demangled
        self._names[address] = self._by_start[start]

    def at(self, address: int) -> str:
        """Return the function that holds `address`, "?" for none."""
        name = self._names.get(address)
        return self._find(address) if name is None else name

    def is_entry(self, address: int) -> bool:
        """Return whether this is the first instruction of a function."""
        self.at(address)
        return self._starts.get(address) == address

    def _find(self, address: int) -> str:
        symbol = self._image.function_at(address)
        index = bisect_right(self._parts, address) - 1
        if symbol is not None:
            self._note(address, symbol)
        elif index >= 0:
            start = self._starts[address] = self._parts[index]
            self._names[address] = self._by_start[start]
        else:
            self._names[address] = UNKNOWN_FUNCTION
        return self._names[address]


def _parts(
    unknown: Sequence[int], entry: int, trace: Trace, decoded: Mapping[int, Instruction]
) -> list[int]:
    """Where the parts of code begin that has no symbols: at its start, the entry, and where it is
    called.
    """
    if not unknown:
        return []
    inside = set(unknown)
    called = {target for source, target in trace.jumps if is_call(decoded.get(source))}
    return sorted({unknown[0], *(inside & {entry, *called})})


def is_call(instruction: Instruction | None) -> bool:
    """Return whether this is a branch with link."""
    return instruction is not None and instruction.links


@dataclass(frozen=True)
class CallGraph:
    """Instructions and cycles that each function spends itself, and calls: (caller, callee).

    begun: the function that the trace begins with, at its first instruction.
    """

    instructions: Mapping[str, int]
    cycles: Mapping[str, int]
    calls: Mapping[tuple[str, str], int]
    begun: str | None = None

    @classmethod
    def of(
        cls,
        trace: Trace,
        names: Names,
        decoded: Mapping[int, Instruction],
        cycles: Mapping[int, int],
        start: int,
    ) -> CallGraph:
        """Return the graph of `trace`; `cycles` are those of each instruction.

        start: where the trace begins; nothing in it jumps there.
        """
        own: defaultdict[str, int] = defaultdict(int)
        spent: defaultdict[str, int] = defaultdict(int)
        calls: defaultdict[tuple[str, str], int] = defaultdict(int)
        for address, times in trace.counts.items():
            own[names.at(address)] += times
        for address, here in cycles.items():
            spent[names.at(address)] += here
        for (source, target), times in trace.jumps.items():
            if not names.is_entry(target):
                continue
            caller, callee = names.at(source), names.at(target)
            if caller != callee or is_call(decoded.get(source)):
                calls[caller, callee] += times
        begun = names.at(start) if trace.counts.get(start) and names.is_entry(start) else None
        return cls(dict(own), dict(spent), dict(calls), begun)

    @cached_property
    def _all(self) -> int:
        return sum(self.cycles.values())

    @cached_property
    def entered(self) -> Mapping[str, int]:
        """How often each function was called."""
        return _summed((callee, times) for (_, callee), times in self.calls.items())

    @cached_property
    def _incoming(self) -> Mapping[str, int]:
        """Calls from other functions."""
        return _summed((to, times) for (by, to), times in self.calls.items() if by != to)

    @cached_property
    def _callees(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for caller, callee in sorted(self.calls):
            if caller != callee:
                found[caller].append(callee)
        return found

    @cached_property
    def _spent_on_paths(self) -> Mapping[Path, float]:
        spent: defaultdict[Path, float] = defaultdict(float)
        roots = sorted(name for name in self.instructions if name not in self._incoming)
        for root in roots or sorted(self.instructions)[:1]:
            self._expand((root,), 1.0, spent)
        missing = self._all - sum(spent.values())
        if missing >= _LEAST_CYCLES:  # what only recursion leads to, and paths left out
            spent[UNKNOWN_FUNCTION,] += missing
        return spent

    def _expand(self, path: Path, share: float, spent: defaultdict[Path, float]) -> None:
        """Book `share` of the last function of `path`, and of what it calls."""
        name = path[-1]
        spent[path] += share * self.cycles.get(name, 0)
        for callee in self._callees.get(name, ()):
            part = share * self.calls[name, callee] / self._incoming[callee]
            if callee in path or len(path) >= _MAX_DEPTH or part * self._all < _LEAST_CYCLES:
                continue
            self._expand((*path, callee), part, spent)

    def stacks(self) -> tuple[Stack, ...]:
        """Return the paths of calls with what each spends in its last frame, most first."""
        rounded = ((path, round(cycles)) for path, cycles in self._spent_on_paths.items())
        ordered = sorted(rounded, key=lambda item: (-item[1], item[0]))
        return tuple(Stack(path, cycles) for path, cycles in ordered if cycles)

    def functions(self) -> tuple[FunctionCost, ...]:
        """Return the functions, those with most cycles of their own first."""
        totals = _summed(
            (name, spent) for path, spent in self._spent_on_paths.items() for name in set(path)
        )
        found = (
            FunctionCost(
                name=name,
                calls=self.entered.get(name, 0) + (name == self.begun),
                instructions=count,
                cycles=self.cycles.get(name, 0),
                total_cycles=max(round(totals.get(name, 0)), self.cycles.get(name, 0)),
            )
            for name, count in self.instructions.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.cycles, one.name)))

    def call_costs(self) -> tuple[CallCost, ...]:
        """Return the calls, those with most cycles below them first."""
        below = _summed(
            ((path[i], path[i + 1]), spent)
            for path, spent in self._spent_on_paths.items()
            for i in range(len(path) - 1)
        )
        found = (
            CallCost(caller, callee, times, round(below.get((caller, callee), 0)))
            for (caller, callee), times in self.calls.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.cycles, one.caller, one.callee)))


def _summed(items: Iterable[tuple[_Key, _Number]]) -> dict[_Key, _Number]:
    totals: dict[_Key, _Number] = {}
    for key, value in items:
        totals[key] = totals[key] + value if key in totals else value
    return totals
