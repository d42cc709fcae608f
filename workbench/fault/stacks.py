"""Where a stack begins and ends, and whether it has overflowed: found, not guessed.

The bounds come from what the linker and the RTOS say. A stack has overflowed where SP, or a
refused access that the stack pointer makes, lies below them, and the calls above reach into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from workbench.fault.addresses import Addresses
from workbench.fault.frames import Call
from workbench.fault.memory import View
from workbench.fault.mpu import MpuState
from workbench.fault.tasks import current_task
from workbench.image import Image

# What linker scripts call the lowest address of the main stack: CMSIS, Arm's own tools, newer
# scripts of ST, RIOT, ChibiOS, IAR, and ours.
_LIMITS = frozenset(
    {
        *("__stack_limit", "__StackLimit", "__STACK_LIMIT", "_stack_limit", "_sstack", "__sstack"),
        *("__stack_start__", "__stack_bottom", "_stack_bottom", "__main_stack_base__"),
        *("Image$$ARM_LIB_STACK$$ZI$$Base", "Image$$ARM_LIB_STACK$$Base", "STACK$$Base"),
        *("CSTACK$$Base", "_stack_end"),
    }
)
_THREAD_LIMITS = frozenset({"__process_stack_base__"})
_SIZES = ("_Min_Stack_Size", "__STACK_SIZE", "__stack_size", "_stack_size")
_STACK_WORD = "stack"
END_OF_VARIABLES = "the end of the variables"
_NEAR_BYTES = 1024  # below a stack, where its overflow is plain even if its calls are lost


@dataclass(frozen=True)
class Stack:
    """The addresses [limit, top) that a stack may use; `known_by` says from what.

    `top` is None where only the limit is known. below: what lies right below the limit.
    """

    name: str
    limit: int
    top: int | None
    known_by: str
    below: str = ""

    def holds(self, pointer: int) -> bool:
        """Return whether a stack pointer is in it, that of an empty stack too."""
        return self.limit <= pointer and (self.top is None or pointer <= self.top)

    @property
    def size(self) -> int | None:
        return None if self.top is None else self.top - self.limit


@dataclass(frozen=True)
class FrameSum:
    """The frames of one function on a stack: how many, how large each, together."""

    function: str
    frames: int
    largest: int
    total: int


@dataclass(frozen=True)
class StackUse:
    """How a stack was used when the fault came.

    lowest: the lowest address that was used or asked for. overflow: bytes below the limit, 0
    where it has not overflowed. depth: calls on it, and `largest` the functions that take most.
    """

    stack: Stack
    pointer: str
    sp: int
    lowest: int
    overflow: int
    depth: int
    largest: tuple[FrameSum, ...]


def stack_use(
    stack: Stack | None, pointer: str, sp: int, lowest: int, calls: Sequence[Call]
) -> StackUse | None:
    """Return how `stack` is used; `calls` are those on it. None where the stack is not known."""
    if stack is None:
        return None
    outermost = max((call.sp for call in calls), default=sp)
    below = stack.limit - lowest
    is_plain = stack.holds(outermost) or (below <= _NEAR_BYTES and not stack.below)
    overflow = below if below > 0 and is_plain else 0
    largest = tuple(_sums(calls))
    return StackUse(stack, pointer.upper(), sp, lowest, overflow, len(calls), largest)


def above_guard(stack: Stack, mpu: MpuState, sp: int) -> Stack:
    """Return the stack without what the MPU guards at its lower end."""
    for region in mpu.regions if mpu.enabled else ():
        if region.start <= stack.limit < region.end <= sp and not region.may_write(privileged=True):
            return replace(stack, limit=region.end, known_by=str(region), below="its guard")
    return stack


def _sums(calls: Sequence[Call]) -> list[FrameSum]:
    """The functions whose frames take most, the largest sum first."""
    sizes: dict[str, list[int]] = {}
    for call in calls:
        if call.size is not None:
            sizes.setdefault(call.function or f"0x{call.address:08x}", []).append(call.size)
    sums = [FrameSum(name, len(found), max(found), sum(found)) for name, found in sizes.items()]
    return sorted(sums, key=lambda one: -one.total)


class Stacks:
    """Finds the stacks of one image on one platform."""

    def __init__(self, image: Image, addresses: Addresses, view: View) -> None:
        self._image = image
        self._addresses = addresses
        self._view = view

    def find(self, pointer: str, sp: int, outermost: int) -> Stack | None:
        """Return the stack that `pointer`, "msp" or "psp", is in; `outermost` is its highest use.

        Where its outermost frame lies shows what SP has left.
        """
        main = self.main
        if pointer == "msp":
            return self._of_handlers(main, outermost)
        return self._task(sp) or self._object(outermost) or self._thread() or self._of_main(main)

    def _of_handlers(self, main: Stack | None, outermost: int) -> Stack | None:
        """The main stack, or the one that an RTOS has given to its handlers."""
        if main is not None and main.holds(outermost):
            return main
        other = self._object(outermost)
        return other if other is not None and _STACK_WORD in other.known_by.lower() else main

    @cached_property
    def main(self) -> Stack | None:
        """The main stack: from the initial SP downwards."""
        if self._image.vectors is None:
            return None
        top, _ = self._image.vectors
        start = self._addresses.start_of_memory(top)
        named = [s for s in self._image.symbols if s.name in _LIMITS and start <= s.address < top]
        if named:
            best = max(named, key=lambda symbol: symbol.address)
            return self._stack("main stack", best.address, top, f"symbol {best.name}")
        whole = self._addresses.object_at(top - 1)
        if whole is not None:
            return self._stack("main stack", whole.address, top, f"variable {whole.name}")
        for section in self._image.sections:
            is_stack = _STACK_WORD in section.name and "heap" not in section.name
            if is_stack and section.address < top <= section.address + section.size:
                return self._stack("main stack", section.address, top, f"section {section.name}")
        return self._above_data(start, top)

    def _above_data(self, start: int, top: int) -> Stack:
        """Between the variables and the initial SP, with the heap if there is one."""
        ends = [
            section.address + section.size
            for section in self._image.sections
            if section.writable
            and "heap" not in section.name
            and start <= section.address < section.address + section.size <= top
        ]
        limit = max(ends, default=start)
        known_by = END_OF_VARIABLES if ends else "the start of RAM"
        sizes = [s for s in self._image.symbols if s.name in _SIZES and 0 < s.address < top - limit]
        if sizes:
            known_by += f"; the linker script reserves {sizes[0].address:,} bytes ({sizes[0].name})"
        return self._stack("main stack", limit, top, known_by)

    def _task(self, sp: int) -> Stack | None:
        task = current_task(self._image, self._view)
        if task is None or task.stack > task.top:
            return None
        holder = self._addresses.object_at(task.stack)
        end = holder.address + holder.size if holder is not None else None
        if end is not None and sp > end:
            return None
        name = f"stack of task '{task.name}'"
        return self._stack(name, task.stack, task.end, f"{task.rtos}'s task control block")

    def _object(self, outermost: int) -> Stack | None:
        """The variable that the outermost frame lies in."""
        holder = self._addresses.object_at(outermost - 1)
        if holder is None:
            return None
        top = holder.address + holder.size
        name = f"stack in `{holder.demangled}`"
        return self._stack(name, holder.address, top, f"variable {holder.name}")

    def _thread(self) -> Stack | None:
        for symbol in self._image.symbols:
            if symbol.name in _THREAD_LIMITS:
                return self._stack("process stack", symbol.address, None, f"symbol {symbol.name}")
        return None

    def _of_main(self, main: Stack | None) -> Stack | None:
        """Firmware without an RTOS may let PSP share the main stack's memory: its limit holds."""
        return None if main is None else Stack("stack", main.limit, None, main.known_by, main.below)

    def _stack(self, name: str, limit: int, top: int | None, known_by: str) -> Stack:
        return Stack(name, limit, top, known_by, self._addresses.name_at(limit - 1))
