"""Guesses by what lies on a stack, which often is left over from earlier calls.

For code without any frame information, a caller: the first word that points behind a call. A call
whose target is the function that was called is taken before others. For a handler that has lost
its stack pointer, the frame of what it interrupted.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.armv7m.architecture import (
    EXC_RETURN_BASIC,
    EXC_RETURN_THREAD_MSP,
    EXC_RETURNS,
    IPSR,
    STACKED,
    XPSR_T,
    sp_before,
)
from workbench.fault.frames import Context, How
from workbench.fault.instruction import call_before
from workbench.fault.memory import WORD, View

_XPSR_ZEROS = 0x00F0_0000  # reserved bits of xPSR (ARM DDI 0403E, B1.4.2)
_RESET_LR = 0xFFFFFFFF  # B1.5.5
_FAR, _NEAR = 4096, 512  # bytes to look at, for a call of that very function and for any call


def caller_by_scan(context: Context, view: View, function: int | None) -> Context | None:
    """Return a frame that may be the caller's; `function` is where the called one starts."""
    start = context.sp & ~3
    first = None
    for address in range(start, start + _FAR, WORD):
        word = view.word(address)
        if word is None:
            break
        call = call_before(view, word) if word & 1 else None
        if call is None:
            continue
        found = context.caller({"pc": word, "sp": address + WORD}, How.SCAN)
        if function is not None and call[1] == function:
            return found
        if first is None and address < start + _NEAR:
            first = found
    return first


def interrupted_by_scan(
    view: View, limit: int, top: int, is_code: Callable[[int], bool]
) -> Context | None:
    """Return what the frame that lies deepest on the stack [limit, top) says was interrupted."""
    size = WORD * len(STACKED)
    for frame in range(limit & ~3, top - size + 1, WORD):
        data = view.read(frame, size)
        if data is None or not int.from_bytes(data[-WORD:], "little") & XPSR_T:
            continue
        words = [int.from_bytes(data[at : at + WORD], "little") for at in range(0, size, WORD)]
        stacked = dict(zip(STACKED, words, strict=True))
        xpsr, link = stacked.pop("xpsr"), stacked["lr"]
        is_link = link == _RESET_LR or link & ~1 in EXC_RETURNS or call_before(view, link)
        if xpsr & _XPSR_ZEROS or stacked["pc"] & 1 or not is_link or not is_code(stacked["pc"]):
            continue
        sp = sp_before(frame, EXC_RETURN_THREAD_MSP | EXC_RETURN_BASIC, xpsr)
        return Context({**stacked, "sp": sp}, True, How.SCAN, exception=xpsr & IPSR)
    return None
