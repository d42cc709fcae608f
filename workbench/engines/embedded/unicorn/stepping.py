"""Stopping inside a block: for exact limits, and for instructions that must be looked at first.

The core executes whole blocks. To stop inside one, an exit is put at the wanted instruction; the
core then makes the block end there.
"""

from __future__ import annotations

from workbench.armv7m import thumb
from workbench.armv7m.architecture import XPSR_T, Cfsr
from workbench.armv7m.thumb import BlockFlag, Instruction
from workbench.engines.base import FaultState
from workbench.engines.embedded.block_state import StopCause
from workbench.engines.embedded.bus import Bus
from workbench.engines.embedded.cortex_m.faults import Cause
from workbench.engines.embedded.cortex_m.processor import Processor
from workbench.engines.embedded.cortex_m.scb import (
    CCR_DIV_0_TRP,
    CP_FULL,
    CP_PRIVILEGED,
    CPACR_CP10_SHIFT,
    FPCCR_LSPACT,
)
from workbench.engines.embedded.unicorn.block_tracer import BlockTracer
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.inspection import Inspection
from workbench.engines.embedded.unicorn.registers import ITSTATE

_FLOAT, _DIVIDE = int(BlockFlag.FLOAT), int(BlockFlag.DIVIDE)
_MULTIPLE = int(BlockFlag.MULTIPLE)


class Stepper:
    """Knows which instructions to look at, and the exit that is in force."""

    def __init__(
        self,
        core: Core,
        bus: Bus,
        tracer: BlockTracer,
        inspection: Inspection,
        processor: Processor,
    ) -> None:
        self._core = core
        self._bus = bus
        self._tracer = tracer
        self._inspection = inspection
        self._processor = processor
        self.exits: frozenset[int] = frozenset()
        self._pass = False  # the next instruction has been looked at and may execute
        self._batch = core.batch(("pc", "xpsr"))

    def reset(self) -> None:
        self.exits = frozenset()
        self._pass = False

    def arrived(self) -> None:
        """An exit was reached."""
        self.reset()

    def watched(self) -> int:
        """Return the BlockFlag bits of the instructions that may not just execute."""
        if self._pass:
            return 0
        scb = self._processor.scb
        flags = _MULTIPLE
        if scb.fpccr & FPCCR_LSPACT or not self._float_is_on():
            flags |= _FLOAT
        if scb.ccr & CCR_DIV_0_TRP:
            flags |= _DIVIDE
        return flags

    def _float_is_on(self) -> bool:
        access = self._processor.scb.cpacr >> CPACR_CP10_SHIFT & 3
        return access == CP_FULL or (access == CP_PRIVILEGED and self._processor.special.privileged)

    def refused(self, cause: StopCause) -> FaultState | None:
        """The tracer refused the block at PC; return a fault if one was taken over it."""
        state = self._tracer.state
        pc, xpsr = self._batch.read()
        if not xpsr & XPSR_T:
            return None  # what lies there is not Thumb code: it faults once it may execute
        code = self._bus.read(pc, state.refused_size)
        if cause is StopCause.LIMIT:
            remaining = state.limit - state.count
            if remaining > 0:
                offsets = [offset for offset, *_ in thumb.instructions(code)]
                self.exits = frozenset({pc + offsets[remaining]})
            return None
        if cause is StopCause.BASE:
            return self._look_at_base(pc, code)
        if self._inspection.accept(pc, code, state.refused_flags & state.stop_before):
            return None
        for offset, one in thumb.instructions(code):
            flag = one.flags & state.stop_before & ~_MULTIPLE
            if flag and offset:
                self.exits = frozenset({pc + offset})
                return None
            if flag:
                return self._inspect(flag, one, pc)
        return None

    def trapped(self, cause: StopCause) -> FaultState:
        """The core stands before an inspected instruction that traps."""
        one = self._next_instruction()
        self._tracer.truncate(self._core.pc + one.size - self._tracer.state.address)
        self.reset()
        if cause is StopCause.DIVIDE:
            return self._processor.faults.take(Cause(Cfsr.DIVBYZERO))
        return self._unaligned(one)

    def _look_at_base(self, pc: int, code: bytes) -> FaultState | None:
        """A base in the block at PC is unaligned: go to the first access that must be aligned."""
        offset, one = next(
            (at, one) for at, one in thumb.instructions(code) if one.flags & _MULTIPLE
        )
        if offset:
            self.exits = frozenset({pc + offset})
            return None
        if self._core.get(_base_of(one)) & 3 and thumb.condition_passed(self._core.get("xpsr")):
            self._tracer.issue(pc, one.size)
            self.reset()
            return self._unaligned(one)
        self.exits = frozenset({pc + one.size})
        self._pass = True
        return None

    def _unaligned(self, one: Instruction) -> FaultState:
        if one.flags & _FLOAT:
            self._processor.floats.begin()
        base = _base_of(one)
        detail = f"unaligned access of several words at 0x{self._core.get(base):08x} ({base})"
        return self._processor.faults.take(Cause(Cfsr.UNALIGNED, detail=detail))

    def pass_store(self) -> bool:
        """The core stands before a store that was made: put it behind the instruction.

        False where the instruction does more, or is in an IT block.
        """
        pc, xpsr = self._batch.read()
        one = self._next_instruction()
        if xpsr & ITSTATE or not one.is_plain_store:
            return False
        self._tracer.truncate(pc + one.size - self._tracer.state.address)
        self._tracer.state.flags = 0
        self._core.set("pc", pc + one.size)
        self._core.forget_translations()
        return True

    def _next_instruction(self) -> Instruction:
        """Return the instruction at PC."""
        pc = self._core.pc
        code = self._bus.read(pc, 2)
        if thumb.is_wide(int.from_bytes(code, "little")):
            code = self._bus.read(pc, 4)
        return thumb.decode(code)

    def _inspect(self, flag: int, one: Instruction, pc: int) -> FaultState | None:
        """Look at the 32-bit instruction at PC before it executes."""
        if thumb.condition_passed(self._core.get("xpsr")):
            trap = None
            divisor = thumb.register_name(one.other or 0)
            if flag & BlockFlag.DIVIDE and not self._core.get(divisor):
                trap = Cfsr.DIVBYZERO
            elif flag & BlockFlag.FLOAT and not self._float_is_on():
                trap = Cfsr.NOCP
            elif flag & BlockFlag.FLOAT:
                trap = self._processor.floats.preserve()
                if trap is None:
                    return None  # the lazy frame is written: nothing left to watch for
            if trap is not None:
                self._tracer.issue(pc, 4)
                self.reset()
                return self._processor.faults.take(Cause(trap))
        self.exits = frozenset({pc + 4})
        self._pass = True
        return None


def _base_of(one: Instruction) -> str:
    """The name of the base of an instruction with the flag MULTIPLE."""
    return thumb.register_name(one.base or 0)
