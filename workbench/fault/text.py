"""A diagnosis in lines for a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from workbench.armv7m.architecture import Cfsr, Hfsr
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.frame_moves import is_exception_return
from workbench.fault.frames import Call, How
from workbench.fault.stacks import FrameSum, StackUse
from workbench.image.demangle import without_types
from workbench.text import counted

_MOST_CALLS, _OUTERMOST = 12, 3  # shown of a chain, and how many of them are its last
_MOST_FUNCTIONS = 3
_BITS = {"CFSR": Cfsr, "HFSR": Hfsr}
_ROWS = (
    ("pc", "lr", "sp", "xpsr"),
    tuple(f"r{n}" for n in range(8)),
    tuple(f"r{n}" for n in range(8, 13)),
)


def headline(diagnosis: Diagnosis) -> str:
    """Say in one line what happened, in which function."""
    where = f", in {_function(diagnosis.calls[0])}" if diagnosis.function else ""
    if diagnosis.stack is not None and diagnosis.is_stack_overflow:
        return f"{_overflow(diagnosis.stack)} ({diagnosis.exception}{where})"
    return diagnosis.title + where


def lines(diagnosis: Diagnosis) -> list[str]:
    """Say what happened, where, why, and what to look at."""
    said = [diagnosis.title]
    use = diagnosis.stack
    if use is not None and diagnosis.is_stack_overflow:
        said = [_overflow(use), f"  {diagnosis.title}"]
    said.append(f"  {_where(diagnosis)}")
    said += [f"  {line}" for line in chain(diagnosis.calls)]
    if diagnosis.broken:
        said.append(f"  {diagnosis.broken}")
    if use is not None:
        said.append(f"  {_depth(use) if diagnosis.is_stack_overflow else _use(use)}")
    said += [f"  {note}" for note in diagnosis.notes]
    said += [f"  next: {line}" for line in diagnosis.advice]
    status = "  ".join(_register(name, value) for name, value in diagnosis.status.items())
    said.append(f"  {diagnosis.context}  {status}".rstrip())
    said += [f"  {row}" for row in _rows(diagnosis.registers)]
    return said


def chain(calls: Sequence[Call], first: str = "called from") -> list[str]:
    """Say the callers of the innermost call, a line for each stretch between two exceptions."""
    said: list[str] = []
    names: list[str] = []
    start = first
    for call in _shown(_cycles(calls)):
        if isinstance(call, str):
            names.append(call)
            continue
        if call.interrupted_by:
            said += [f"{start} {', '.join(names)}"] if names else []
            start, names = f"{call.interrupted_by} interrupted", []
        names.append(_name(call))
    return [*said, f"{start} {', '.join(names)}"] if names else said


def _cycles(calls: Sequence[Call]) -> list[Call | str]:
    """The callers; those that repeat themselves together are one text."""
    rest = list(calls[1:] if calls and calls[0].times == 1 else calls)
    said: list[Call | str] = []
    while rest:
        cycle = rest[0].cycle
        if cycle == 1 or any(call.interrupted_by for call in rest[:cycle]):
            said.append(rest.pop(0))
            continue
        together = ", ".join(_name(replace(call, times=1)) for call in rest[:cycle])
        said.append(f"[{together}] x {rest[0].times:,}")
        rest = rest[cycle:]
    return said


def _shown(calls: Sequence[Call | str]) -> Sequence[Call | str]:
    """All of a short chain; of a long one the innermost and the outermost."""
    if len(calls) <= _MOST_CALLS:
        return calls
    return [*calls[: _MOST_CALLS - _OUTERMOST], "...", *calls[-_OUTERMOST:]]


def _name(call: Call) -> str:
    place = f" ({call.file.rsplit('/', 1)[-1]}:{call.line})" if call.line else ""
    if not call.line:
        place = f" (0x{call.address:08x})"
    times = f" x {call.times:,}" if call.times > 1 else ""
    guess = "perhaps " if call.how is How.SCAN else ""
    return f"{guess}{_function(call)}{place}{times}"


def _function(call: Call) -> str:
    """The name, with those that the compiler put into it: what is inlined comes first."""
    names = (*reversed(call.inlined), call.function or "unknown code")
    return " inlined in ".join(without_types(name) for name in names)


def _where(diagnosis: Diagnosis) -> str:
    instruction = f": {diagnosis.instruction}" if diagnosis.instruction else ""
    if not diagnosis.calls:
        return f"at 0x{diagnosis.registers.get('pc', 0):08x}{instruction}"
    call = diagnosis.calls[0]
    place = f" ({_seen_from_here(call.file)}:{call.line})" if call.line else ""
    if is_exception_return(call.address) and call.function:
        return f"at 0x{call.address:08x}, on the return from {_function(call)}"
    name = _function(call) if call.function else "what is not a function"
    return f"at 0x{call.address:08x} in {name}{place}{instruction}"


def _seen_from_here(file: str) -> str:
    return file.removeprefix(f"{Path.cwd()}/")


def _overflow(use: StackUse) -> str:
    stack = use.stack
    size = f" of {stack.size:,} bytes" if stack.size else ""
    place = f"0x{stack.limit:08x}"
    if use.sp < stack.limit:
        said = f"{use.pointer} 0x{use.sp:08x} is {counted(stack.limit - use.sp, 'byte')} below"
    else:
        said = (
            f"{use.pointer} is 0x{use.sp:08x}, and 0x{use.lowest:08x}, which is needed, is "
            f"{counted(use.overflow, 'byte')} below"
        )
    return f"stack overflow: {said} the end of the {stack.name}{size} ({place})"


def _depth(use: StackUse) -> str:
    biggest = [_frames(one) for one in use.largest[:_MOST_FUNCTIONS] if one.total]
    sizes = f", most of it: {'; '.join(biggest)}" if biggest else ""
    below = f"; below the stack lies {use.stack.below}" if use.stack.below else ""
    return f"{counted(use.depth, 'call')} deep{sizes}{below}"


def _frames(one: FrameSum) -> str:
    name = without_types(one.function)
    if one.frames == 1:
        return f"{name} {counted(one.total, 'byte')}"
    return f"{name} {one.frames:,} frames of {one.largest:,}, {one.total:,} bytes"


def _use(use: StackUse) -> str:
    stack = use.stack
    if stack.top is None or not stack.limit <= use.sp <= stack.top:
        return f"{use.pointer} 0x{use.sp:08x}; the {stack.name} ends at 0x{stack.limit:08x}"
    used = stack.top - use.sp
    return f"{used:,} of {stack.top - stack.limit:,} bytes of the {stack.name} in use"


def _register(name: str, value: int) -> str:
    kind = _BITS.get(name)
    bits = [bit.name or "" for bit in kind if bit & value] if kind else []
    return f"{name}=0x{value:08x}" + (f" ({', '.join(bits)})" if bits else "")


def _rows(registers: Mapping[str, int]) -> list[str]:
    shown = [[f"{n}={registers[n]:08x}" for n in row if n in registers] for row in _ROWS]
    return [" ".join(row) for row in shown if row]
