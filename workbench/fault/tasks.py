"""The task that an RTOS runs, where its stack looks like a variable.

FreeRTOS takes stacks from a heap. `pxCurrentTCB` points to the task control block: pxTopOfStack
first, then lists, then pxStack (the stack's lowest address) right before the name (tasks.c,
struct tskTaskControlBlock). How long the lists are depends on its configuration, so pxStack is
looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.fault.memory import WORD, View
from workbench.image import Image

_CURRENT = "pxCurrentTCB"
_STACK_OFFSETS = range(24, 128, WORD)
_NAME_BYTES = 16  # configMAX_TASK_NAME_LEN, by default
_ALLOCATED = 1 << 31  # heap_4.c and heap_5.c: heapBLOCK_ALLOCATED_BITMASK in xBlockSize
_HEADER_BYTES = 8  # BlockLink_t: next, size
_LARGEST_STACK = 1 << 20


@dataclass(frozen=True)
class Task:
    """A task: its stack grows down from `end` (None: not known) to `stack`."""

    rtos: str
    name: str
    stack: int
    top: int
    end: int | None


def current_task(image: Image, view: View) -> Task | None:
    """Return the task that was running, None where there is no such RTOS, or none runs yet."""
    symbol = image.find(_CURRENT)
    block = view.word(symbol.address) if symbol is not None else None
    top = view.word(block) if block else None
    if not block or not top:
        return None
    for offset in _STACK_OFFSETS:
        stack = view.word(block + offset)
        name = _text(view.read(block + offset + WORD, _NAME_BYTES))
        if stack and name and stack <= top < stack + _LARGEST_STACK and stack % WORD == 0:
            return Task("FreeRTOS", name, stack, top, _end(view, stack))
    return None


def _end(view: View, stack: int) -> int | None:
    """The end of a stack that lies in a block of FreeRTOS's heap."""
    size = view.word(stack - WORD)
    if size is None or not size & _ALLOCATED:
        return None
    size &= ~_ALLOCATED
    is_block = size % 8 == 0 and _HEADER_BYTES < size < _LARGEST_STACK
    return stack - _HEADER_BYTES + size if is_block else None


def _text(data: bytes | None) -> str:
    """A name in C: printable, ended by 0."""
    name, ended, _ = (data or b"").partition(b"\0")
    return name.decode("ascii") if ended and name and all(0x20 <= b < 0x7F for b in name) else ""
