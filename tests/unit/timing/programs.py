"""Short pieces of Thumb code, assembled here by hand, and traces of them."""

from __future__ import annotations

from workbench.timing.core import CoreTiming
from workbench.timing.rules import CORTEX_M4
from workbench.trace import Trace

M4 = CoreTiming(CORTEX_M4)

BASE = 0x2000_0000

# 16-bit encodings (ARM DDI 0403E, A7.7)
NOP = 0xBF00
ADDS_R0_1 = 0x3001  # adds r0, #1
MOVS_R1_0 = 0x2100
LDR_R2_R0 = 0x6802  # ldr r2, [r0]
LDR_R3_R1 = 0x680B  # ldr r3, [r1]
LDR_R3_R2 = 0x6813  # ldr r3, [r2]
LDR_LITERAL = 0x4B00  # ldr r3, [pc, #0]
STR_R2_R1 = 0x600A  # str r2, [r1]
STR_R2_R1_R3 = 0x50CA  # str r2, [r1, r3]
PUSH_3 = 0xB513  # push {r0, r1, r4, lr}
POP_PC = 0xBD13  # pop {r0, r1, r4, pc}
BX_LR = 0x4770
B_BACK = 0xE7FD  # b to two bytes before it
BNE_BACK = 0xD1FD  # bne, likewise
IT_NE = 0xBF18
# 32-bit ones
UDIV = 0xFBB0_F0F1  # udiv r0, r0, r1
SMLAD = 0xFB20_3001  # smlad r0, r0, r1, r3
SMULL = 0xFB80_2301  # smull r2, r3, r0, r1
LDM_3 = 0xE890_000E  # ldm.w r0, {r1, r2, r3}
VADD = 0xEE30_0A20  # vadd.f32 s0, s0, s1
VDIV = 0xEE80_0A20  # vdiv.f32 s0, s0, s1
VLDR = 0xED90_0A00  # vldr s0, [r0]
VMOV_PAIR = 0xEC51_0A10  # vmov r0, r1, s0, s1
LDR_R2_R0_STEP = 0xF850_2B04  # ldr r2, [r0], #4
LDR_R2_R1_STEP = 0xF851_2B04  # ldr r2, [r1], #4
STR_R2_R0_STEP = 0xF840_2B04  # str r2, [r0], #4


def assemble(*encodings: int) -> bytes:
    """Return the code: a number beyond 16 bits is a 32-bit instruction."""
    code = b""
    for encoding in encodings:
        if encoding > 0xFFFF:
            code += (encoding >> 16).to_bytes(2, "little")
        code += (encoding & 0xFFFF).to_bytes(2, "little")
    return code


def straight(*encodings: int, base: int = BASE, times: int = 1) -> Trace:
    """Return the trace of code that was run through from its start, `times` times."""
    addresses, at = {}, base
    for encoding in encodings:
        addresses[at] = times
        at += 4 if encoding > 0xFFFF else 2
    jumps = {(0x2100_0000, base): times - 1} if times > 1 else {}
    return Trace(addresses, jumps, {base: assemble(*encodings)})
