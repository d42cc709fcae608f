"""What firmware waits for that reaches the limit of a run, or sleeps: a variable, or nothing."""

from __future__ import annotations

from workbench.armv7m.architecture import CONTROL_SPSEL, CORE_REGISTERS, IPSR
from workbench.engines.base import Engine
from workbench.errors import WorkbenchError
from workbench.fault.addresses import Addresses
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.frames import Context, How
from workbench.fault.handlers import Handlers
from workbench.fault.loops import Loop, loop_at
from workbench.fault.memory import View
from workbench.fault.unwind import Unwinder, registers_of
from workbench.image import Image
from workbench.machine import LoadedMachine
from workbench.platform import Platform
from workbench.support.text import counted

_MOST_NAMED = 3


def waits_for(machine: LoadedMachine) -> str:
    """Say what the core waits for where it stands, "" where it does not only wait.

    Where it stands in a handler that is about to return, that is what the interrupted code does.
    """
    return _Wait(machine.engine, machine.image, machine.platform).told()


class _Wait:
    """A machine that was stopped by the limit of a run."""

    def __init__(self, engine: Engine, image: Image, platform: Platform) -> None:
        self._image = image
        self._view = View(engine.memory)
        self._names = ExceptionNames.of(platform)
        self._addresses = Addresses(image, platform)
        self._handlers = Handlers(image, self._view)
        registers = {name: engine.registers[name] for name in CORE_REGISTERS}
        self._exception = registers["xpsr"] & IPSR
        on_psp = not self._exception and bool(_control(engine) & CONTROL_SPSEL)
        stack = "psp" if on_psp else "msp"
        self._innermost = Context(
            registers_of(registers), True, How.REGISTERS, stack, self._exception
        )
        self._psp = engine.registers["psp"] if self._exception else 0

    def told(self) -> str:
        context = self._innermost
        loop = self._loop(context)
        if loop is None and self._exception:
            unwinder = Unwinder(self._image, self._view, self._names)
            interrupted = unwinder.interrupted(context, self._psp)
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
        place = self._image.places.at(context.pc)
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


def _control(engine: Engine) -> int:
    try:
        return engine.registers["control"]
    except WorkbenchError:
        return 0
