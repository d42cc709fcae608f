"""What firmware asks for and Renode does not give, said before it runs."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.armv7m.thumb import BKPT_SEMIHOSTING, instructions
from workbench.image import Image


def semihosting_calls(image: Image) -> Iterator[int]:
    """Return the addresses of the semihosting calls in the functions of `image`."""
    pattern = BKPT_SEMIHOSTING.to_bytes(2, "little")
    for function in image.functions:
        code = image.read(function.address, function.size)
        if pattern not in code:
            continue
        for offset, one in instructions(code):
            if code[offset : offset + one.size] == pattern:
                yield function.address + offset


def semihosting_warning(image: Image) -> str:
    """Return a warning if a function of `image` makes a semihosting call, else nothing."""
    address = next(semihosting_calls(image), None)
    if address is None:
        return ""
    function = next(f for f in image.functions if f.address <= address < f.address + f.size)
    return (
        f"semihosting call at 0x{address:08x} in {function.demangled}: Renode does not serve it "
        "(--engine embedded does)"
    )
