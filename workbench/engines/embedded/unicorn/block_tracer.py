"""What whoever steps through blocks needs of the tracer, whose hook runs before each block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.unicorn.base_registers import Expression


class BlockTracer(Protocol):
    """Counts the blocks that are issued, and refuses those that `state` says."""

    state: BlockState
    hook: Any  # the C function for the block hook
    inspect_hook: Any  # the C function to run before an instruction that may trap
    user_data: int | None

    def truncate(self, size: int) -> None:
        """Of the block issued last only the first `size` bytes were executed."""

    def issue(self, address: int, size: int) -> None:
        """Count a block that the hook has not seen: an instruction that trapped before it ran."""

    def accept(self, address: int, size: int, flags: int, bases: Sequence[Expression] = ()) -> None:
        """Do not refuse this block for these BlockFlag bits any more.

        Instead of for MULTIPLE, while `stop_before` has that, for a base that is unaligned.
        """
