"""Instructions that are looked at before they execute, because they may trap: by hooks on them.

A block with such instructions is refused the first time it is about to execute; then each of them
gets a hook, and the block is accepted. Divisions (CCR.DIV_0_TRP) keep theirs. Accesses that must be
aligned (A3.2.1) are common, so their base is looked at 256 times; where it was aligned that often
it is taken to stay so, and the code runs at full speed from then on.

Inside an IT block a hook cannot stop the core in time. Divisions there are stepped through,
accesses are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench import thumb
from workbench.engines.embedded.core import Core
from workbench.engines.embedded.registers import ITSTATE
from workbench.engines.embedded.tracer import Tracer
from workbench.thumb import BlockFlag

_DIVIDE, _MULTIPLE = int(BlockFlag.DIVIDE), int(BlockFlag.MULTIPLE)


class Inspection:
    """The hooks of one core."""

    def __init__(self, core: Core, tracer: Tracer) -> None:
        self._core = core
        self._tracer = tracer
        self._hooks: dict[int, int] = {}  # by address

    @property
    def addresses(self) -> frozenset[int]:
        """The instructions that are looked at now."""
        return frozenset(self._hooks)

    def accept(self, pc: int, code: bytes, refused_for: int) -> bool:
        """Put hooks on what is to be looked at in the block `code` at `pc`, refused for BlockFlags.

        False where that makes no difference to it.
        """
        flags = refused_for & (_DIVIDE | _MULTIPLE)
        if not flags:
            return False
        in_it_block = bool(self._core.get("xpsr") & ITSTATE)
        found = [
            (address, flag & flags, conditional or in_it_block)
            for address, flag, conditional in _flagged(pc, code)
            if flag & flags
        ]
        if any(flag & _DIVIDE and conditional for _, flag, conditional in found):
            flags &= ~_DIVIDE
        for address, flag, conditional in found:
            if flag & flags and not conditional and address not in self._hooks:
                self._hooks[address] = self._core.add_code_hook(
                    self._tracer.inspect_hook, self._tracer.user_data, address
                )
        self._tracer.accept(pc, len(code), flags)
        return bool(flags)

    def settle(self) -> None:
        """Take out the hooks on what was looked at often enough; not while the core executes."""
        if not self._tracer.state.checked:
            return
        for address in self._tracer.checked():
            hook = self._hooks.pop(address, None)
            if hook is not None:
                self._core.remove_code_hook(hook, address)


def _flagged(pc: int, code: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield (address, BlockFlag bits, whether it is in an IT block) of each instruction."""
    conditional = 0  # instructions of an IT block that are still to come
    for offset, first, second in thumb.instructions(code):
        yield pc + offset, int(thumb.flags_of(first, second)), bool(conditional)
        conditional = thumb.it_length(first) or max(0, conditional - 1)
