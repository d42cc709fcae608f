"""How the core reached an address that is not code: by a call, a return or a jump."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.fault.instruction import call_before
from workbench.fault.memory import View
from workbench.image import Image

_RUN_ON = 64  # bytes of data that may be executed before the first undefined instruction
_ANY = tuple(f"r{n}" for n in range(13))


def arrival(image: Image, view: View, registers: Mapping[str, int]) -> str:
    """Say how the core came to PC, "" where that is not known.

    What lay below SP is lost: the frame of the exception is there.
    """
    pc, link = registers.get("pc"), registers.get("lr")
    if pc is None or link is None:
        return ""

    def is_target(value: int | None) -> bool:
        return value is not None and value & ~1 == pc & ~1

    def leads_here(value: int | None) -> bool:
        """Return whether `value` is PC, or right before it: data may hold instructions too."""
        return value is not None and bool(value & 1) and 0 <= (pc & ~1) - (value & ~1) < _RUN_ON

    call = call_before(view, link)
    target = registers.get(call[2]) if call is not None else None
    if call is not None and target is not None and (is_target(target) or leads_here(target)):
        value = target
        what = "a NULL function pointer" if pc == 0 else f"the function pointer 0x{value:08x}"
        return f"called through {what} in {call[2]}, by {_place(image, call[0])}"
    if is_target(link):
        return "returned to through LR, which does not hold a return address any more"
    if call is not None:
        return (
            f"come to after {_place(image, call[0])} had called: by a return whose address was "
            "overwritten on the stack, or by a jump"
        )
    holders = [name for name in _ANY if is_target(registers.get(name))]
    return f"jumped to through {holders[0]}" if len(holders) == 1 else ""


def _place(image: Image, address: int) -> str:
    symbol, place = image.function_at(address), image.source_lines.at(address)
    name = symbol.demangled if symbol else f"0x{address:08x}"
    return f"{name} ({place.file.rsplit('/', 1)[-1]}:{place.line})" if place else name
