"""How the core came to an address that is no code: by a call, a return or a jump."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.fault.instruction import call_before
from workbench.fault.memory import View
from workbench.image import Image

_ANY = tuple(f"r{n}" for n in range(13))


def arrival(image: Image, view: View, registers: Mapping[str, int]) -> str:
    """Say how the core came to PC, "" where nothing tells.

    What lay below SP is lost: the frame of the exception is there.
    """
    pc, link = registers.get("pc"), registers.get("lr")
    if pc is None or link is None:
        return ""

    def is_target(value: int | None) -> bool:
        return value is not None and value & ~1 == pc & ~1

    call = call_before(view, link)
    if call is not None and is_target(registers.get(call[2])):
        value = registers[call[2]]
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
    symbol, place = image.function_at(address), image.places.at(address)
    name = symbol.demangled if symbol else f"0x{address:08x}"
    return f"{name} ({place.file.rsplit('/', 1)[-1]}:{place.line})" if place else name
