"""What firmware asks for and Renode does not give, said before it runs."""

from __future__ import annotations

from workbench.image import Image
from workbench.thumb import BKPT_SEMIHOSTING, instructions


def semihosting_warning(image: Image) -> str:
    """Return a warning if a function of `image` makes a semihosting call, else nothing."""
    pattern = BKPT_SEMIHOSTING.to_bytes(2, "little")
    for function in image.functions:
        code = image.read(function.address, function.size)
        if pattern not in code:
            continue
        for offset, first, _ in instructions(code[: len(code) & ~1]):
            if first == BKPT_SEMIHOSTING:
                return (
                    f"semihosting call at 0x{function.address + offset:08x} in "
                    f"{function.demangled}: Renode does not serve it (--engine embedded does)"
                )
    return ""
