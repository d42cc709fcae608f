"""A guess at a caller: the first word on the stack that points behind a call.

For code without any frame information. A call whose target is the function that was called is
taken before others: what lies on a stack is often left over from earlier calls.
"""

from __future__ import annotations

from workbench.fault.frames import Context, How
from workbench.fault.instruction import call_before
from workbench.fault.memory import WORD, View

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
