"""The calls that led to an instruction, through exceptions and from one stack to the other.

Frames are undone with the compiler's call frame information, or with the index table of the Arm
ABI, or by the function's prologue, or by a guess, in that order; each call says by which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from workbench.armv7m.architecture import (
    CORE_REGISTERS,
    EXC_RETURN_THREAD_MSP,
    EXC_RETURNS,
    IPSR,
    STACKED,
    frame_is_on_psp,
    sp_before,
)
from workbench.fault.cfi import CallFrames
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.exidx import IndexTable
from workbench.fault.frames import CALLEE_SAVED, Call, Context, How, register_name
from workbench.fault.instruction import call_before
from workbench.fault.memory import WORD, View
from workbench.fault.prologue import pushed
from workbench.fault.scan import caller_by_scan
from workbench.image import Image
from workbench.image.elf import MAX_FILE_BYTES
from workbench.support.files import read_regular

MOST_CALLS = 20_000
LONGEST_CYCLE = 8
_MASK = 0xFFFFFFFF
_ENDS = (0, 0xFFFFFFFE)  # LR of a thread that has no caller, and at reset (B1.5.5), without bit 0
_LR = 14
_EXECUTED = (How.REGISTERS, How.EXCEPTION, How.SCAN)  # an exact PC is where the core stood
_EXC_RETURN_FIRST = 0xFFFFFF00  # what is branched to from here on is meant to be an EXC_RETURN


@dataclass(frozen=True)
class Chain:
    """A chain of calls, the innermost first, and what is wrong with it, "" if nothing is.

    first_stack: how many calls lie on the stack of the innermost one.
    """

    calls: tuple[Call, ...]
    broken: str = ""
    first_stack: int = 0

    @property
    def on_first_stack(self) -> tuple[Call, ...]:
        """The calls that lie on the stack of the innermost one."""
        return self.calls[: self.first_stack]


class Unwinder:
    """Undoes the frames of one image."""

    def __init__(self, image: Image, view: View, names: ExceptionNames | None = None) -> None:
        self._image = image
        self._view = view
        self._names = names or ExceptionNames()
        self._frames, self._index = _tables(image)
        self._described: dict[tuple[int, bool], Call] = {}
        self._reset = image.vectors[1] & ~1 if image.vectors else None

    def chain(self, innermost: Context, psp: int = 0) -> Chain:
        """Return the calls that led to the frame `innermost`.

        `psp` is the process stack pointer, needed where a handler on the main stack interrupted
        a thread on the other one.
        """
        found = [innermost]
        seen = {(innermost.pc, innermost.sp)}
        broken = ""
        while len(found) < MOST_CALLS and not self._is_outermost(found[-1]):
            caller, trouble = self._caller(found[-1], psp)
            broken = broken or trouble
            if caller is None or (caller.pc, caller.sp) in seen:
                break
            seen.add((caller.pc, caller.sp))
            found.append(caller)
        if len(found) == MOST_CALLS:
            broken = f"more than {MOST_CALLS:,} calls"
        others = (n for n, context in enumerate(found) if context.stack != innermost.stack)
        return Chain(self._as_calls(found), broken, next(others, len(found)))

    def interrupted(self, handler: Context, psp: int) -> Context | None:
        """Return what was interrupted by the exception that is handled in the frame `handler`."""
        found: Context | None = handler
        for _ in range(MOST_CALLS):
            found = self._caller(found, psp)[0] if found is not None else None
            if found is None or found.how is How.EXCEPTION:
                break
        return found

    # -- one step --------------------------------------------------------------------------------

    def _is_outermost(self, context: Context) -> bool:
        symbol = self._image.function_at(context.at)
        if symbol is None or context.exception:
            return False
        return _ends_thread(context) or symbol.address == self._reset

    def _caller(self, context: Context, psp: int) -> tuple[Context | None, str]:
        """Return the caller's frame, and what is wrong with the stack, if anything is."""
        if context.is_exact and context.exception and context.pc >= _EXC_RETURN_FIRST:
            return self._interrupted(_as_return(context), psp), ""
        trouble = ""
        for attempt in self._ways(context):
            found = attempt(context)
            if found is None:
                continue
            if found.pc in _ENDS:
                return None, trouble
            if found.pc in EXC_RETURNS:
                return self._interrupted(found, psp), trouble
            if self._is_behind_call(found):
                return found, trouble
            if self._is_function(found.pc):  # what a thread returns to at its end
                return replace(found, is_exact=True), trouble
            if not trouble and found.how is How.CFI:
                trouble = self._overwritten(context, found)
        return None, trouble

    def _ways(self, context: Context) -> Sequence[Callable[[Context], Context | None]]:
        if not self._is_code(context.at):
            return (self._by_link, self._by_scan)
        by_index = (self._by_prologue, self._by_index)
        if not context.is_exact:
            by_index = (self._by_index, self._by_prologue)
        return (lambda c: self._frames.caller(c, self._view), *by_index, self._by_scan)

    def _by_index(self, context: Context) -> Context | None:
        return self._index.caller(context, self._view)

    def _by_link(self, context: Context) -> Context | None:
        """The target of the call is not code, and has executed nothing yet."""
        link = context.registers.get("lr")
        if not context.is_exact or link is None:
            return None
        call = call_before(self._view, link)
        if call is not None and not call[2] and call[1] != context.pc:
            return None  # that call has returned, and LR is what it left
        return context.caller({**context.registers, "pc": link}, How.LINK)

    def _by_prologue(self, context: Context) -> Context | None:
        symbol = self._image.function_at(context.at)
        if symbol is None:
            return None
        code = self._view.read(symbol.address, context.at - symbol.address & ~1)
        done = pushed(code or b"")
        known = {n: v for n, v in context.registers.items() if n in (*CALLEE_SAVED, "lr")}
        if _LR not in done.saved:
            link = known.get("lr")
            if not context.is_exact or link is None or self._image.function_at(link - 1) is symbol:
                return None  # it has called something, so LR is in no place that is known
        for number, offset in done.saved.items():
            value = self._view.word(context.sp + offset)
            if value is None:
                return None
            known[register_name(number) or ""] = value
        known["sp"] = context.sp + done.size & _MASK
        how = How.PROLOGUE if _LR in done.saved else How.LINK
        return context.caller({**known, "pc": known.pop("lr")}, how)

    def _by_scan(self, context: Context) -> Context | None:
        symbol = self._image.function_at(context.at)
        return caller_by_scan(context, self._view, symbol.address if symbol else None)

    def _interrupted(self, handler: Context, psp: int) -> Context | None:
        """Return what an exception interrupted; `handler` is about to return from it."""
        exc_return = handler.registers["pc"]
        on_psp = frame_is_on_psp(exc_return)
        start = psp if on_psp else handler.sp
        data = self._view.read(start, WORD * len(STACKED))
        if data is None:
            return None
        words = [int.from_bytes(data[i : i + WORD], "little") for i in range(0, len(data), WORD)]
        stacked = dict(zip(STACKED, words, strict=True))
        xpsr = stacked.pop("xpsr")
        kept = {n: v for n, v in handler.registers.items() if n in CALLEE_SAVED}
        return Context(
            registers={**kept, **stacked, "sp": sp_before(start, exc_return, xpsr)},
            is_exact=True,
            how=How.EXCEPTION,
            stack="psp" if on_psp else "msp",
            exception=xpsr & IPSR,
        )

    # -- what is found ---------------------------------------------------------------------------

    def _is_behind_call(self, context: Context) -> bool:
        is_code = self._is_code(context.pc - 1)
        return is_code and call_before(self._view, context.registers["pc"]) is not None

    def _is_function(self, address: int) -> bool:
        symbol = self._image.function_at(address)
        return symbol is not None and symbol.address == address

    def _is_code(self, address: int) -> bool:
        if self._image.function_at(address) is not None:
            return True
        return any(
            s.executable and s.address <= address < s.address + s.size for s in self._image.sections
        )

    def _overwritten(self, context: Context, found: Context) -> str:
        symbol = self._image.function_at(context.at)
        name = symbol.demangled if symbol else f"0x{context.pc:08x}"
        value = found.registers["pc"]
        return f"{name} would return to 0x{value:08x}, behind no call: its frame is overwritten"

    def _as_calls(self, found: Sequence[Context]) -> tuple[Call, ...]:
        calls: list[Call] = []
        for inner, context in zip((None, *found), found, strict=False):
            by = ""
            if context.how is How.EXCEPTION and inner is not None:
                by = self._names.name(inner.exception)
            call = replace(self._describe(context), sp=context.sp, how=context.how)
            if inner is not None and inner.stack == context.stack and context.sp >= inner.sp:
                calls[-1] = replace(calls[-1], size=context.sp - inner.sp)
            calls.append(replace(call, interrupted_by=by))
        return tuple(calls)

    def _describe(self, context: Context) -> Call:
        key = (context.pc, context.is_exact)
        if key not in self._described:
            symbol = self._image.function_at(context.at)
            name = symbol.demangled if symbol else ""
            place = None
            if symbol is not None and not _ends_thread(context):
                place = self._image.source_lines.at(context.at)
            call = Call(context.pc, name)
            if place is not None:
                call = Call(context.pc, name, place.file, place.line, place.inlined)
            self._described[key] = call
        return self._described[key]


def _ends_thread(context: Context) -> bool:
    """Return whether it is what a thread returns to at its end: nothing of it was executed."""
    return context.is_exact and context.how not in _EXECUTED


def folded(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Return the chain with what repeats itself in it once; `times` and `cycle` say how often."""
    places = [call.place for call in calls]
    result: list[Call] = []
    index = 0
    while index < len(calls):
        cycle, times = _repetition(places, index)
        piece = calls[index : index + cycle]
        result += [replace(call, times=times, cycle=cycle) for call in piece]
        index += cycle * times
    return tuple(result)


def _as_return(context: Context) -> Context:
    """A handler that has branched to an EXC_RETURN that does not hold, as if it did."""
    return context.caller({**context.registers, "pc": EXC_RETURN_THREAD_MSP}, context.how)


def _repetition(places: Sequence[object], start: int) -> tuple[int, int]:
    """Return how many calls from `start` on repeat themselves, and how often."""
    for cycle in range(1, LONGEST_CYCLE + 1):
        first = places[start : start + cycle]
        times = 1
        while places[start + times * cycle : start + (times + 1) * cycle] == first:
            times += 1
        if times > 1 and len(first) == cycle:
            return cycle, times
    return 1, 1


@lru_cache(maxsize=8)
def _tables_of(path: Path, sha256: str, starts: frozenset[int]) -> tuple[CallFrames, IndexTable]:
    try:
        content = read_regular(path, MAX_FILE_BYTES)
    except OSError:
        content = b""
    return CallFrames(content, starts), IndexTable(content)


def _tables(image: Image) -> tuple[CallFrames, IndexTable]:
    starts = frozenset(function.address for function in image.functions)
    return _tables_of(image.path, image.sha256, starts)


def registers_of(values: Mapping[str, int]) -> dict[str, int]:
    """Return the registers that unwinding works with."""
    return {name: values[name] for name in CORE_REGISTERS[:-1] if name in values}
