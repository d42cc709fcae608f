"""What of an instruction the machine must act on, beside executing it."""

from __future__ import annotations

from enum import IntFlag

from workbench.armv7m.thumb.operation import Operation


class BlockFlag(IntFlag):
    """What a block contains that the machine must act on. The C tracer has the same values."""

    WFI = 1
    WFE = 2
    SEV = 4
    MASKS = 8  # CPS or MSR: may change PRIMASK, BASEPRI or FAULTMASK
    FLOAT = 16  # an instruction of the floating-point extension
    DIVIDE = 32  # SDIV or UDIV
    MULTIPLE = 64  # accesses several words, or one of the FPU, from a base that may be unaligned
    CONTROL = 128  # MSR to CONTROL: may drop privilege
    EXCLUSIVE = 256  # LDREX, LDREXB, LDREXH: set the exclusive monitor
    BASEPRI = 512  # MSR to BASEPRI, which holds as many bits as the part has for priorities
    BASEPRI_MAX = 1024  # the same through BASEPRI_MAX
    FAULTMASK = 2048  # CPS or MSR to FAULTMASK
    STACK = 4096  # MSR to MSP or PSP, whose bits 1 and 0 are always 0


NONE = BlockFlag(0)

_OF_OPERATION = {
    Operation.WFI: BlockFlag.WFI,
    Operation.WFE: BlockFlag.WFE,
    Operation.SEV: BlockFlag.SEV,
    Operation.SDIV: BlockFlag.DIVIDE,
    Operation.UDIV: BlockFlag.DIVIDE,
    Operation.LDREX: BlockFlag.EXCLUSIVE,
}

# Special registers by SYSm (B5.1.1)
_OF_SPECIAL = {
    8: BlockFlag.STACK,  # MSP
    9: BlockFlag.STACK,  # PSP
    16: BlockFlag.MASKS,  # PRIMASK
    17: BlockFlag.MASKS | BlockFlag.BASEPRI,
    18: BlockFlag.MASKS | BlockFlag.BASEPRI_MAX,
    19: BlockFlag.MASKS | BlockFlag.FAULTMASK,
    20: BlockFlag.CONTROL,
}
_CPS_FAULTMASK = 1  # the bit F of CPS (B5.2.1)


def flags_of_operation(operation: Operation) -> BlockFlag:
    """Return the flags that follow from an operation alone."""
    return _OF_OPERATION.get(operation, NONE)


def flags_of_special(operation: Operation, immediate: int) -> BlockFlag:
    """Return the flags of MSR to the special register `immediate`, or of CPS with these bits."""
    if operation is Operation.MSR:
        return _OF_SPECIAL.get(immediate, NONE)
    return BlockFlag.MASKS | (BlockFlag.FAULTMASK if immediate & _CPS_FAULTMASK else NONE)
