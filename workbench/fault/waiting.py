"""What firmware waits for that reaches the limit of a run, or sleeps: a variable, or nothing."""

from __future__ import annotations

from workbench.fault.addresses import Addresses
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.frames import Context
from workbench.fault.handlers import Handlers
from workbench.fault.loops import Loop, loop_at
from workbench.fault.memory import View
from workbench.fault.standing import innermost_frame, unwinder_of
from workbench.machine import Ending
from workbench.text import counted

_MOST_NAMED = 3


def waits_for(ending: Ending) -> str:
    """Say what the core waited for where it stood, "" where it did not only wait.

    Where it stood in a handler that is about to return, that is what the interrupted code does.
    """
    return _Wait(ending).said()


class _Wait:
    """A machine that was stopped by the limit of a run, or asleep."""

    def __init__(self, ending: Ending) -> None:
        self._image = ending.image
        self._view = View(ending.core.memory)
        self._names = ExceptionNames.of(ending.platform)
        self._addresses = Addresses(ending.image, ending.platform)
        self._handlers = Handlers(ending.image, self._view)
        self._unwinder = unwinder_of(ending)
        self._innermost = innermost_frame(ending.core)
        self._psp = ending.core.registers.get("psp", 0)

    def said(self) -> str:
        context = self._innermost
        loop = self._loop(context)
        if loop is None and context.exception:
            interrupted = self._unwinder.interrupted(context, self._psp)
            loop = self._loop(interrupted) if interrupted is not None else None
            context = interrupted or context
        if loop is None:
            return ""
        if loop.reads:
            return self._variables(loop)
        return self._endless(context) if loop.is_endless and not loop.sleeps else ""

    def _loop(self, context: Context) -> Loop | None:
        symbol = self._image.function_at(context.pc)
        if symbol is None:
            return None
        end = symbol.address + symbol.size if symbol.size else 1 << 32
        return loop_at(self._view, context.registers, symbol.address, end)

    def _variables(self, loop: Loop) -> str:
        named = " and ".join(self._named(address) for address in loop.reads[:_MOST_NAMED])
        return f"waits for a change of {named}: the loop reads it and does nothing else"

    def _named(self, address: int) -> str:
        """A variable with its value; a register is not read, as that may change it."""
        holder = self._addresses.object_at(address)
        place = f"0x{address:08x}"
        if holder is None:
            return f"{place} ({self._addresses.describe(address)})"
        offset = address - holder.address
        name = f"`{holder.demangled}`" + (f" + {offset}" if offset else "")
        size = holder.size if holder.size in (1, 2) else 4
        value = self._view.read(address, size)
        content = "" if value is None else f", which is 0x{int.from_bytes(value, 'little'):x}"
        return f"{name} at {place}{content}"

    def _endless(self, context: Context) -> str:
        symbol = self._image.function_at(context.pc)
        name = symbol.demangled if symbol else f"0x{context.pc:08x}"
        place = self._image.source_lines.at(context.pc)
        if not context.exception:
            where = f" at {place.file.rsplit('/', 1)[-1]}:{place.line}" if place else ""
            return (
                f"{name} is in an endless loop{where}: if the source has a condition there, the "
                "compiler has removed it, and what an interrupt changes must be volatile"
            )
        what = self._names.name(context.exception)
        sharing = self._handlers.sharing(symbol.address) if symbol else []
        if len(sharing) > 1:
            return (
                f"{what} has no handler of its own: {name} is an endless loop that "
                f"{counted(len(sharing), 'vector')} share"
            )
        return f"{name}, the handler of {what}, is in an endless loop and does not return"
