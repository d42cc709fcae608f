"""Instructions that are looked at before they execute, because they may trap.

A block with such instructions is refused the first time it is about to execute, then accepted.
Divisions (CCR.DIV_0_TRP) each get a hook. Of accesses that must be aligned (A3.2.1) the tracer
looks at the bases before the block: see `base_registers.py`. Where a base is not known by then, as
one that the block itself has loaded, the access gets a hook.

Inside an IT block a hook cannot stop the core in time. Divisions there are stepped through,
accesses from bases that are not known are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.armv7m import thumb
from workbench.armv7m.thumb import BlockFlag
from workbench.engines.embedded.unicorn.base_registers import accesses
from workbench.engines.embedded.unicorn.block_tracer import BlockTracer
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.registers import ITSTATE

_DIVIDE, _MULTIPLE = int(BlockFlag.DIVIDE), int(BlockFlag.MULTIPLE)


class Inspection:
    """The hooks of one core."""

    def __init__(self, core: Core, tracer: BlockTracer) -> None:
        self._core = core
        self._tracer = tracer
        self._hooked: set[int] = set()

    @property
    def addresses(self) -> frozenset[int]:
        """The instructions that are looked at now."""
        return frozenset(self._hooked)

    def accept(self, pc: int, code: bytes, refused_for: int) -> bool:
        """Put hooks on what is to be looked at in the block `code` at `pc`, refused for BlockFlags.

        False where that makes no difference to it.
        """
        flags = refused_for & (_DIVIDE | _MULTIPLE)
        if not flags:
            return False
        in_it_block = bool(self._core.get("xpsr") & ITSTATE)
        divisions = list(_divisions(pc, code, in_it_block)) if flags & _DIVIDE else []
        if any(is_conditional for _, is_conditional in divisions):
            flags &= ~_DIVIDE
            divisions.clear()
        found = accesses(code, in_it_block) if flags & _MULTIPLE else []
        unknown = (a for a in found if a.base is None and not a.is_conditional)
        for address in [*(a for a, _ in divisions), *(pc + a.offset for a in unknown)]:
            if address not in self._hooked:
                self._hooked.add(address)
                hook, user_data = self._tracer.inspect_hook, self._tracer.user_data
                self._core.add_code_hook(hook, user_data, address)
        bases = sorted({access.base for access in found if access.base})
        self._tracer.accept(pc, len(code), flags, bases)
        return bool(flags)


def _divisions(pc: int, code: bytes, in_it_block: bool) -> Iterator[tuple[int, bool]]:
    """Yield (address, whether it is in an IT block) of each division."""
    conditional = 4 * in_it_block  # instructions of an IT block that may still come
    for offset, one in thumb.instructions(code):
        if one.flags & _DIVIDE:
            yield pc + offset, bool(conditional)
        conditional = one.makes_conditional or max(0, conditional - 1)
