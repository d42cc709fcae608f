"""What of blocks the machine must know, against Capstone and in C."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from capstone import CS_ARCH_ARM, CS_MODE_MCLASS, CS_MODE_THUMB, Cs

from workbench.armv7m.thumb import BlockFlag, condition_passed, instructions, scan
from workbench.engines.embedded.tracing.tracers import native_module

CAPSTONE = Cs(CS_ARCH_ARM, CS_MODE_THUMB | CS_MODE_MCLASS)


@pytest.mark.slow
def test_lengths_are_those_of_capstone() -> None:
    seeded = random.Random(3)
    compared = 0
    for _ in range(20_000):
        code = seeded.randbytes(4)
        decoded = next(CAPSTONE.disasm(code, 0), None)
        if decoded is None:
            continue
        compared += 1
        offsets = [offset for offset, *_ in instructions(code[: decoded.size])]
        assert offsets == [0], code.hex()
    assert compared > 10_000


@pytest.mark.parametrize(
    ("code", "flag"),
    [
        ("30bf", BlockFlag.WFI),
        ("20bf", BlockFlag.WFE),
        ("40bf", BlockFlag.SEV),
        ("aff30380", BlockFlag.WFI),  # wfi.w
        ("72b6", BlockFlag.MASKS),  # cpsid i
        ("61b6", BlockFlag.MASKS | BlockFlag.FAULTMASK),  # cpsie f
        ("80f31088", BlockFlag.MASKS),  # msr primask, r0
        ("80f31388", BlockFlag.MASKS | BlockFlag.FAULTMASK),  # msr faultmask, r0
        ("80f31188", BlockFlag.MASKS | BlockFlag.BASEPRI),  # msr basepri, r0
        ("80f31288", BlockFlag.MASKS | BlockFlag.BASEPRI_MAX),  # msr basepri_max, r0
        ("54e8001f", BlockFlag.EXCLUSIVE),  # ldrex r1, [r4]
        ("d4e84f1f", BlockFlag.EXCLUSIVE),  # ldrexb r1, [r4]
        ("d4e85f1f", BlockFlag.EXCLUSIVE),  # ldrexh r1, [r4]
        ("44e80012", BlockFlag(0)),  # strex r2, r1, [r4]
        ("80f31488", BlockFlag.CONTROL),  # msr control, r0
        ("80f30888", BlockFlag.STACK),  # msr msp, r0
        ("80f30988", BlockFlag.STACK),  # msr psp, r0
        ("80f30088", BlockFlag(0)),  # msr apsr_nzcvq, r0
        ("b7ee000a", BlockFlag.FLOAT),  # vmov.f32 s0, #1.0
        ("2ded028b", BlockFlag.FLOAT),  # vpush {d8}
        ("f1ee10fa", BlockFlag.FLOAT),  # vmrs apsr_nzcv, fpscr
        ("0ecc", BlockFlag.MULTIPLE),  # ldm r4!, {r1, r2, r3}
        ("94e80600", BlockFlag.MULTIPLE),  # ldm r4, {r1, r2}
        ("d4e90012", BlockFlag.MULTIPLE),  # ldrd r1, r2, [r4]
        ("94ed000a", BlockFlag.FLOAT | BlockFlag.MULTIPLE),  # vldr s0, [r4]
        ("bde80600", BlockFlag(0)),  # pop {r1, r2}: SP is aligned
        ("d4e8001f", BlockFlag(0)),  # tbb [r4, r0] and its kind
        ("92fbf3f1", BlockFlag.DIVIDE),  # sdiv r1, r2, r3
        ("b2fbf3f1", BlockFlag.DIVIDE),  # udiv r1, r2, r3
    ],
)
def test_an_instruction_has_the_flag_of_what_it_does(code: str, flag: BlockFlag) -> None:
    assert scan(bytes.fromhex(code)) == (1, flag)


@pytest.mark.slow
def test_flags_match_capstones_mnemonics() -> None:
    seeded = random.Random(4)
    for _ in range(60_000):
        code = seeded.randbytes(4)
        decoded = next(CAPSTONE.disasm(code, 0), None)
        if decoded is None:
            continue
        _, flags = scan(code[: decoded.size])
        name = decoded.mnemonic
        assert bool(flags & BlockFlag.DIVIDE) == (name in ("sdiv", "udiv")), code.hex()
        assert bool(flags & BlockFlag.WFI) == (name in ("wfi", "wfi.w")), code.hex()


def test_a_block_is_the_sum_of_its_instructions() -> None:
    code = bytes.fromhex("0020 0130 92fbf3f1 30bf")
    assert scan(code) == (4, BlockFlag.DIVIDE | BlockFlag.WFI)


def xpsr(it: int, flags: int) -> int:
    return flags << 28 | (it & 0xFC) << 8 | (it & 3) << 25


@pytest.mark.parametrize(
    ("it", "flags", "passed"),
    [
        (0x00, 0b0000, True),  # no IT block
        (0x08, 0b0100, True),  # EQ, Z set
        (0x08, 0b0000, False),
        (0x18, 0b0000, True),  # NE
        (0xA8, 0b1001, True),  # GE: N == V
        (0xA8, 0b1000, False),
        (0xC8, 0b0000, True),  # GT
        (0xC8, 0b0100, False),
        (0x88, 0b0010, True),  # HI: C and not Z
        (0x98, 0b0110, True),  # LS
        (0xE8, 0b0000, True),  # AL
    ],
)
def test_a_condition_holds_by_the_flags_of_xpsr(it: int, flags: int, passed: bool) -> None:
    assert condition_passed(xpsr(it, flags)) is passed


@pytest.mark.slow
def test_accesses_that_must_be_aligned_are_those_of_capstone() -> None:
    names = ("ldm", "stm", "ldrd", "strd", "vldr", "vstr", "vldm", "vstm", "fldm", "fstm")
    seeded = random.Random(5)
    compared = 0
    for _ in range(60_000):
        code = seeded.randbytes(4)
        decoded = next(CAPSTONE.disasm(code, 0), None)
        if decoded is None or decoded.mnemonic.endswith(".16"):  # half precision: ARMv8
            continue
        _, flags = scan(code[: decoded.size])
        base = re.search(r"\[(\w+)|^(\w+)!?, \{", decoded.op_str)
        of_base = base and (base[1] or base[2]) not in ("sp", "pc")
        expected = decoded.mnemonic.startswith(names) and bool(of_base)
        assert bool(flags & BlockFlag.MULTIPLE) == expected, (code.hex(), decoded.mnemonic)
        compared += expected
    assert compared > 1000


NATIVE: Any = native_module()
native = pytest.mark.skipif(NATIVE is None, reason="the C tracer was not built")


@native
def test_the_c_tracer_knows_all_16_bit_encodings() -> None:
    c_scan = NATIVE.scan
    for first in range(0xE800):
        code = first.to_bytes(2, "little")
        assert c_scan(code) == scan(code), code.hex()


@native
def test_the_c_tracer_knows_32_bit_encodings() -> None:
    c_scan, seeded = NATIVE.scan, random.Random(6)
    for first in range(0xE800, 0x10000):
        for _ in range(8):
            code = first.to_bytes(2, "little") + seeded.randbytes(2)
            assert c_scan(code) == scan(code), code.hex()


@native
def test_the_c_tracer_cuts_blocks_alike() -> None:
    c_scan, seeded = NATIVE.scan, random.Random(7)
    for _ in range(2000):
        code = seeded.randbytes(2 * seeded.randrange(1, 20))
        assert c_scan(code) == scan(code), code.hex()
