"""Thumb-2 code: one decoder, and the value that an instruction is (ARM DDI 0403E)."""

from workbench.armv7m.thumb.blocks import condition_passed, scan
from workbench.armv7m.thumb.decoder import (
    BKPT,
    BKPT_SEMIHOSTING,
    MAX_BYTES,
    UDF,
    decode,
    instructions,
    is_breakpoint,
    is_wide,
)
from workbench.armv7m.thumb.flags import BlockFlag
from workbench.armv7m.thumb.instruction import (
    FIRST_SINGLE,
    LR,
    LR_NUMBER,
    PC,
    PC_NUMBER,
    SP,
    SP_NUMBER,
    UNSHIFTED,
    Instruction,
    Registers,
    Shift,
    numbers,
    register_name,
)
from workbench.armv7m.thumb.operation import Kind, Operation

__all__ = [
    "BKPT",
    "BKPT_SEMIHOSTING",
    "FIRST_SINGLE",
    "LR",
    "LR_NUMBER",
    "MAX_BYTES",
    "PC",
    "PC_NUMBER",
    "SP",
    "SP_NUMBER",
    "UDF",
    "UNSHIFTED",
    "BlockFlag",
    "Instruction",
    "Kind",
    "Operation",
    "Registers",
    "Shift",
    "condition_passed",
    "decode",
    "instructions",
    "is_breakpoint",
    "is_wide",
    "numbers",
    "register_name",
    "scan",
]
