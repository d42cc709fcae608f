"""As much of the Thumb-2 encoding as counting and stopping need (ARM DDI 0403E, A5 and A7.7)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntFlag


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


# special registers (B5.1.1)
_SYSM_MSP, _SYSM_PSP = 8, 9
_SYSM_PRIMASK, _SYSM_BASEPRI, _SYSM_BASEPRI_MAX, _SYSM_FAULTMASK, _SYSM_CONTROL = 16, 17, 18, 19, 20
_HINTS = {2: BlockFlag.WFE, 3: BlockFlag.WFI, 4: BlockFlag.SEV}


BKPT = 0xBE00
"""BKPT #0; the immediate is in the lower byte (A7.7.17)."""

BKPT_SEMIHOSTING = BKPT | 0xAB
"""What Arm's "Semihosting for AArch32 and AArch64", 2.0, gives a meaning to."""

UDF = 0xDE00
"""UDF #0, undefined on purpose; the immediate is in the lower byte (A7.7.194)."""

_UDF_WIDE = 0xF7F0, 0xA000


def is_wide(halfword: int) -> bool:
    """Whether `halfword` begins a 32-bit instruction: 0b11101, 0b11110 or 0b11111 (A5.1)."""
    return halfword >= 0xE800


def instructions(code: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (offset, first halfword, second halfword or 0) of each instruction in `code`."""
    offset, end = 0, len(code)
    while offset < end:
        first = code[offset] | code[offset + 1] << 8
        if is_wide(first) and offset + 4 <= end:
            yield offset, first, code[offset + 2] | code[offset + 3] << 8
            offset += 4
        else:
            yield offset, first, 0
            offset += 2


def is_breakpoint(halfword: int) -> bool:
    """Whether this is a BKPT, of whatever immediate."""
    return halfword & 0xFF00 == BKPT


def is_supervisor_call(halfword: int) -> bool:
    """Whether this is an SVC, of whatever immediate (A7.7.175)."""
    return halfword & 0xFF00 == 0xDF00


def is_undefined_on_purpose(first: int, second: int) -> bool:
    """Whether this is a UDF, which compilers and assertions use for what must not be reached."""
    if not is_wide(first):
        return first & 0xFF00 == UDF
    return (first & 0xFFF0, second & 0xF000) == _UDF_WIDE


def is_coprocessor(first: int) -> bool:
    """Whether this begins an instruction of a coprocessor, the FPU's included (A6.1)."""
    return first & 0xEC00 == 0xEC00


def is_float(second: int) -> bool:
    """Whether this ends an instruction of coprocessor 10 or 11: the FPU, where `is_coprocessor`."""
    return second >> 8 & 0xE == 0xA


def it_length(first: int) -> int:
    """Return how many instructions an IT instruction makes conditional, 0 for any other."""
    mask = first & 0xF
    if first & 0xFF00 != 0xBF00 or not mask:
        return 0
    return 5 - (mask & -mask).bit_length()


def register_name(number: int) -> str:
    """Return the name of a core register, 0 to 15."""
    return {13: "sp", 14: "lr", 15: "pc"}.get(number, f"r{number}")


def base_register(first: int) -> int:
    """Return Rn of an instruction with the flag MULTIPLE."""
    return first & 0xF if is_wide(first) else first >> 8 & 7


def _is_multiple(first: int) -> bool:
    """LDM, STM, LDRD, STRD and VLDR to VSTM, as `first` begins them; those that must be aligned.

    SP and PC are aligned by themselves (A5.1.2, A5.1.3).
    """
    if first & 0xF in (13, 15):
        return False
    if first & 0xFE40 == 0xE800:  # LDM, STM: increment after, decrement before
        return first >> 7 & 3 in (1, 2)
    if first & 0xFE40 == 0xE840:  # LDRD, STRD: P or W; without them exclusive accesses and TBB
        return bool(first & 0x0120)
    return first & 0xFE00 == 0xEC00 and first & 0x01A0 != 0  # VLDR to VSTM; 0: VMOV of two


def is_plain_store(first: int, second: int) -> bool:
    """Whether this is a store of one register that changes no register (A7.7: STR, STRB, STRH)."""
    if not is_wide(first):
        offset = first & 0xF800 in (0x6000, 0x7000, 0x8000, 0x9000)
        return offset or first & 0xFE00 in (0x5000, 0x5200, 0x5400)
    if first & 0xFF90 == 0xF880:  # a 12-bit offset
        return True
    # a register, or an 8-bit offset to subtract, without write-back
    return first & 0xFF90 == 0xF800 and (not second & 0xFC0 or second & 0xF00 == 0xC00)


def _special(sysm: int) -> BlockFlag:
    if sysm == _SYSM_CONTROL:
        return BlockFlag.CONTROL
    if sysm in (_SYSM_MSP, _SYSM_PSP):
        return BlockFlag.STACK
    if sysm == _SYSM_BASEPRI:
        return BlockFlag.MASKS | BlockFlag.BASEPRI
    if sysm == _SYSM_BASEPRI_MAX:
        return BlockFlag.MASKS | BlockFlag.BASEPRI_MAX
    if sysm == _SYSM_FAULTMASK:
        return BlockFlag.MASKS | BlockFlag.FAULTMASK
    return BlockFlag.MASKS if sysm == _SYSM_PRIMASK else BlockFlag(0)


def _is_exclusive_load(first: int, second: int) -> bool:
    """LDREX; LDREXB and LDREXH, which share their first half with TBB and TBH."""
    if first & 0xFFF0 == 0xE850:
        return True
    return first & 0xFFF0 == 0xE8D0 and second >> 4 & 0xF in (4, 5)


def flags_of(first: int, second: int) -> BlockFlag:
    """Return the flags of one instruction."""
    if not is_wide(first):
        if first & 0xFF0F == 0xBF00:  # hints, A7.7: NOP, YIELD, WFE, WFI, SEV
            return _HINTS.get(first >> 4 & 0xF, BlockFlag(0))
        if first & 0xF000 == 0xC000:  # LDM, STM
            return BlockFlag.MULTIPLE
        if first & 0xFFE8 == 0xB660:  # CPS; bit 0 is F
            return BlockFlag.MASKS | (BlockFlag.FAULTMASK if first & 1 else BlockFlag(0))
        return BlockFlag(0)
    if first == 0xF3AF and second & 0xFF00 == 0x8000:  # hints, 32 bits
        return _HINTS.get(second & 0xFF, BlockFlag(0))
    if first & 0xFFE0 == 0xF380 and second & 0xD000 == 0x8000:  # MSR
        return _special(second & 0xFF)
    if is_coprocessor(first) and is_float(second):
        return BlockFlag.FLOAT | (BlockFlag.MULTIPLE if _is_multiple(first) else BlockFlag(0))
    if first & 0xFE00 == 0xE800:
        if _is_multiple(first):
            return BlockFlag.MULTIPLE
        return BlockFlag.EXCLUSIVE if _is_exclusive_load(first, second) else BlockFlag(0)
    if first & 0xFFD0 == 0xFB90 and second & 0xF0 == 0xF0:  # SDIV, UDIV
        return BlockFlag.DIVIDE
    return BlockFlag(0)


def scan(code: bytes) -> tuple[int, int]:
    """Return (number of instructions, BlockFlag bits) of the block `code`."""
    count, flags = 0, 0
    for _, first, second in instructions(code):
        count += 1
        flags |= flags_of(first, second)
    return count, int(flags)


def condition_passed(xpsr: int) -> bool:
    """Whether the next instruction executes, by the IT state and the flags in xPSR (A7.3)."""
    it_state = xpsr >> 8 & 0xFC | xpsr >> 25 & 3
    if not it_state & 0xF:
        return True
    negative, zero, carry, overflow = (bool(xpsr >> bit & 1) for bit in (31, 30, 29, 28))
    condition = it_state >> 4
    holds = (
        zero,
        carry,
        negative,
        overflow,
        carry and not zero,
        negative == overflow,
        negative == overflow and not zero,
        True,
    )[condition >> 1]
    return holds != bool(condition & 1) if condition < 0xE else True
