"""The decoder beside Capstone: all 16-bit encodings, and a sample of each group of 32-bit ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from capstone import arm_const

from tests.unit.armv7m.mnemonics import is_foreign, operation_of
from tests.unit.timing.programs import assemble
from workbench.armv7m.disassembler import disassembler
from workbench.armv7m.thumb import (
    FIRST_SINGLE,
    LR,
    PC,
    SP,
    Instruction,
    Kind,
    Operation,
    Registers,
    Shift,
    decode,
)

SAMPLES = 8  # of each first halfword
BITS = {
    **{getattr(arm_const, f"ARM_REG_R{n}"): 1 << n for n in range(13)},
    arm_const.ARM_REG_SP: SP,
    arm_const.ARM_REG_LR: LR,
    arm_const.ARM_REG_PC: PC,
    **{getattr(arm_const, f"ARM_REG_S{n}"): 1 << FIRST_SINGLE + n for n in range(32)},
    **{getattr(arm_const, f"ARM_REG_D{n}"): 3 << FIRST_SINGLE + 2 * n for n in range(16)},
}
UPPER_HALF = frozenset(getattr(arm_const, f"ARM_REG_D{n}") for n in range(16, 32))
# What Capstone 5 leaves out of the registers that are written or read, or adds to them.
WRONG_WRITES = ("svc", "stmdb", "strbt", "strht", "strt", "vldm", "vpush", "vpop", "fldm")
WRONG_READS = (
    *("svc", "stm", "stmdb", "push", "pop", "vldm", "vstm", "vpush", "vpop", "msr", "bfc", "movt"),
    *("vmov", "vmrs", "vmsr", "fldm", "fstm", "str", "bfi"),
    *("pkh", "ssat", "usat", "sxta", "uxta", "revsh", "clz", "smlal", "smlsld", "umlal", "umaal"),
)


def bits(registers: Any) -> Registers:
    found = 0
    for register in registers:
        found |= BITS.get(register, 0)
    return found


def narrow() -> Iterator[bytes]:
    yield from (first.to_bytes(2, "little") for first in range(0xE800))


def wide() -> Iterator[bytes]:
    draw = random.Random(1)
    for first in range(0xE800, 0x10000):
        for _ in range(SAMPLES):
            second = draw.randrange(0x10000)
            if first & 0xFC00 == 0xEC00:
                second = second & 0xF0FF | 0x0A00 | draw.randrange(2) << 8
            yield first.to_bytes(2, "little") + second.to_bytes(2, "little")


def decoded_by_both(codes: Iterator[bytes]) -> Iterator[tuple[Any, Instruction]]:
    """Yield what both know: Capstone leaves out much that is UNPREDICTABLE."""
    for code in codes:
        found = next(disassembler().disasm(code, 0, 1), None)
        if found is not None and found.size == len(code) and not is_foreign(code, found):
            yield found, decode(code)


def has_upper_half(found: Any) -> bool:
    """Whether it has one of D16 to D31, which no core of ours has."""
    return bool(UPPER_HALF & {o.reg for o in found.operands if o.type == arm_const.ARM_OP_REG})


def is_unpredictable(found: Any) -> bool:
    """PC where few 32-bit instructions may have it (those are in the list below)."""
    if found.size == 2:
        return False
    registers = [o.reg for o in found.operands if o.type == arm_const.ARM_OP_REG]
    bases = [o.mem.base for o in found.operands if o.type == arm_const.ARM_OP_MEM]
    steps_on = bases or registers[:1]
    return arm_const.ARM_REG_PC in (registers + steps_on if found.writeback else registers)


def same_registers(found: Any, one: Instruction) -> bool:
    read, written = (bits(registers) for registers in found.regs_access())
    changes_pc = bool(written & PC) or one.is_direct or one.operation is Operation.TABLE_BRANCH
    if (found.size, changes_pc) != (one.size, one.changes_pc):
        return False
    if one.writes != written & ~PC and not found.mnemonic.startswith(WRONG_WRITES):
        return False
    return one.reads == read & ~PC or found.mnemonic.startswith(WRONG_READS)


def same_access(found: Any, one: Instruction) -> bool:
    memory = [o.mem for o in found.operands if o.type == arm_const.ARM_OP_MEM]
    if not memory or one.operation is Operation.PRELOAD:
        return True
    index = bits([memory[0].index])
    offset = 0 if found.post_index else memory[0].disp
    return (bits([memory[0].base]) | index, bool(index), found.writeback, offset) == (
        one.forms_address,
        one.register_offset,
        one.base_update,
        one.immediate,
    )


def same_number(found: Any, one: Instruction) -> bool:
    """Whether data processing has the number that Capstone shows, a branch the target."""
    numbers = [o.imm for o in found.operands if o.type == arm_const.ARM_OP_IMM]
    if one.is_direct:
        return bool(numbers[-1] & 0xFFFFFFFF == one.leads_to(0))
    if one.operation in WITH_NUMBERS and one.other is None and numbers:
        return bool(numbers[-1] & 0xFFFFFFFF == one.immediate)
    return True


WITH_NUMBERS = frozenset(
    {
        *(Operation.MOV, Operation.MOVT, Operation.MVN, Operation.ADD, Operation.SUB),
        *(Operation.ADC, Operation.SBC, Operation.RSB, Operation.AND, Operation.BIC),
        *(Operation.ORR, Operation.ORN, Operation.EOR, Operation.TST, Operation.TEQ),
        *(Operation.CMP, Operation.CMN, Operation.SVC, Operation.BKPT, Operation.UDF),
    }
)


def same_shift(found: Any, one: Instruction) -> bool:
    """Whether a shifted register is shifted as Capstone shows it, where it shows it apart."""
    shifts = [o.shift for o in found.operands if o.shift.type]
    if len(shifts) != 1:
        return True
    names = {1: "asr", 2: "lsl", 3: "lsr", 4: "ror", 5: "ror"}
    shown = shifts[0]
    places = shown.value if shown.type != arm_const.ARM_SFT_RRX else 0
    return Shift(names[shown.type], places % 32) == Shift(one.shift.name, one.shift.places % 32)


def same_operation(found: Any, one: Instruction) -> bool:
    return one.operation is operation_of(found)


OPERANDS = (same_registers, same_access, same_number, same_shift)


def differences(found: Any, one: Instruction) -> Iterator[str]:
    told = f"{found.bytes.hex()}: {found.mnemonic} {found.op_str}"
    if not same_operation(found, one):
        yield f"{told} is not {one.operation.text}"
    elif not has_upper_half(found) and not is_unpredictable(found):
        yield from (f"{told}: {same.__name__}" for same in OPERANDS if not same(found, one))


@pytest.mark.slow
@pytest.mark.parametrize("codes", [narrow, wide])
def test_operations_and_operands_are_those_of_capstone(
    codes: Callable[[], Iterator[bytes]],
) -> None:
    wrong = [told for both in decoded_by_both(codes()) for told in differences(*both)]
    assert not wrong, f"{len(wrong)}: {wrong[:20]}"


@pytest.mark.parametrize(
    ("encoding", "kind"),
    [
        (0xBF00, Kind.PROCESS),  # nop
        (0xBF08, Kind.IT),  # it eq
        (0xB672, Kind.SYSTEM),  # cpsid i
        (0xDF01, Kind.SYSTEM),  # svc #1
        (0xD1FD, Kind.BRANCH),  # bne
        (0xB108, Kind.BRANCH),  # cbz r0
        (0x4770, Kind.BRANCH),  # bx lr
        (0x6802, Kind.LOAD),  # ldr r2, [r0]
        (0x50CA, Kind.STORE),  # str r2, [r1, r3]
        (0xB513, Kind.STORE_MULTIPLE),  # push {r0, r1, r4, lr}
        (0xC807, Kind.LOAD_MULTIPLE),  # ldm r0!, {r0, r1, r2}
        (0xF000_F800, Kind.BRANCH),  # bl
        (0xF3BF_8F5F, Kind.BARRIER),  # dmb sy
        (0xF3BF_8F2F, Kind.PROCESS),  # clrex
        (0xF3EF_8010, Kind.SYSTEM),  # mrs r0, primask
        (0xF380_8810, Kind.SYSTEM),  # msr primask, r0
        (0xF3AF_8000, Kind.PROCESS),  # nop.w
        (0xFBB0_F0F1, Kind.DIVIDE),  # udiv r0, r0, r1
        (0xFB90_F0F1, Kind.DIVIDE),  # sdiv r0, r0, r1
        (0xFB20_3001, Kind.PROCESS),  # smlad r0, r0, r1, r3
        (0xFBC0_2301, Kind.PROCESS),  # smlal r2, r3, r0, r1
        (0xE8DF_F000, Kind.TABLE_BRANCH),  # tbb [pc, r0]
        (0xE9D0_2300, Kind.LOAD_MULTIPLE),  # ldrd r2, r3, [r0]
        (0xE850_1F00, Kind.LOAD),  # ldrex r1, [r0]
        (0xE840_2100, Kind.STORE),  # strex r1, r2, [r0]
        (0xF890_F000, Kind.PROCESS),  # pld [r0]
        (0xEE30_0A20, Kind.FLOAT),  # vadd.f32 s0, s0, s1
        (0xEE20_0A20, Kind.FLOAT),  # vmul.f32 s0, s0, s1
        (0xEEB4_0A60, Kind.FLOAT),  # vcmp.f32 s0, s1
        (0xEEF1_FA10, Kind.FLOAT),  # vmrs apsr_nzcv, fpscr
        (0xEEB8_0AC0, Kind.FLOAT),  # vcvt.f32.s32 s0, s0
        (0xEE00_0A20, Kind.FLOAT_FUSED),  # vmla.f32 s0, s0, s1
        (0xEEA0_0A20, Kind.FLOAT_FUSED),  # vfma.f32 s0, s0, s1
        (0xEE80_0A20, Kind.FLOAT_DIVIDE),  # vdiv.f32 s0, s0, s1
        (0xEEB1_0AC0, Kind.FLOAT_DIVIDE),  # vsqrt.f32 s0, s0
        (0xEC51_0A10, Kind.FLOAT_MOVE_PAIR),  # vmov r0, r1, s0, s1
        (0xED90_0A00, Kind.LOAD_MULTIPLE),  # vldr s0, [r0]
        (0xED2D_8B10, Kind.STORE_MULTIPLE),  # vpush {d8-d15}
        (0xDE00, Kind.SYSTEM),  # udf
    ],
)
def test_each_class_of_instructions_is_told_by_its_encoding(encoding: int, kind: Kind) -> None:
    assert decode(assemble(encoding)).kind is kind


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        (0xBD13, 4),  # pop {r0, r1, r4, pc}
        (0xE890_000E, 3),  # ldm.w r0, {r1, r2, r3}
        (0xE9D0_2300, 2),  # ldrd r2, r3, [r0]
        (0xED90_0A00, 1),  # vldr s0, [r0]
        (0xED90_0B00, 2),  # vldr d0, [r0]
        (0xED2D_8B10, 16),  # vpush {d8-d15}
        (0xECB0_0A04, 4),  # vldm r0!, {s0-s3}
    ],
)
def test_a_multiple_access_moves_so_many_words(encoding: int, words: int) -> None:
    assert decode(assemble(encoding)).words == words


@pytest.mark.parametrize(
    ("encoding", "links", "immediate", "loads_pc"),
    [
        (0xF000_F800, True, True, False),  # bl
        (0x4780, True, False, False),  # blx r0
        (0x4770, False, False, False),  # bx lr
        (0x46F7, False, False, False),  # mov pc, lr
        (0xE7FE, False, True, False),  # b .
        (0xBD00, False, False, True),  # pop {pc}
        (0xF85D_FB04, False, False, True),  # ldr pc, [sp], #4
        (0xE8BD_8010, False, False, True),  # ldm.w sp!, {r4, pc}
        (0xE8DF_F010, False, False, True),  # tbh [pc, r0, lsl #1]
    ],
)
def test_a_branch_is_told_by_where_its_target_comes_from(
    encoding: int, links: bool, immediate: bool, loads_pc: bool
) -> None:
    one = decode(assemble(encoding))
    assert one.changes_pc
    assert (one.links, one.is_direct, one.loads_pc) == (links, immediate, loads_pc)


def test_literals_and_steps_of_the_base_are_told() -> None:
    literal, step = decode(assemble(0x4B00)), decode(assemble(0xF850_2B04))
    assert literal.literal and literal.forms_address == PC
    assert step.base_update and step.writes == 0b101  # ldr r2, [r0], #4
    assert not decode(assemble(0xE8DF_F000)).literal  # tbb [pc, r0]


def test_the_registers_of_the_fpu_are_told_apart() -> None:
    add = decode(assemble(0xEE31_0A82))  # vadd.f32 s0, s3, s4
    assert add.writes == 1 << FIRST_SINGLE
    assert add.reads == 1 << FIRST_SINGLE + 3 | 1 << FIRST_SINGLE + 4


def test_code_that_ends_within_an_instruction_is_undefined() -> None:
    assert decode(b"\x00\xf0").kind is Kind.SYSTEM
    assert decode(b"\x00\xf0").size == 2


@pytest.mark.parametrize(
    ("encoding", "target"),
    [
        (0xE7FE, 0x8000000),  # b .
        (0xD1FD, 0x7FFFFFE),  # bne
        (0xB108, 0x8000006),  # cbz r0
        (0xF000_F800, 0x8000004),  # bl
        (0xF7FF_FFFE, 0x8000000),  # bl .
        (0xF43F_AFFE, 0x8000000),  # beq.w .
        (0x4770, None),  # bx lr
    ],
)
def test_a_direct_branch_knows_its_target(encoding: int, target: int | None) -> None:
    assert decode(assemble(encoding)).leads_to(0x8000000) == target


@pytest.mark.parametrize(
    ("encoding", "immediate", "step"),
    [
        (0xB513, -16, -16),  # push {r0, r1, r4, lr}
        (0xBD13, 0, 16),  # pop {r0, r1, r4, pc}
        (0xF850_2B04, 0, 4),  # ldr r2, [r0], #4
        (0xF850_2D04, -4, -4),  # ldr r2, [r0, #-4]!
        (0xE9D0_2302, 8, None),  # ldrd r2, r3, [r0, #8]
        (0xED2D_8B10, -64, -64),  # vpush {d8-d15}
        (0xED90_0A01, 4, None),  # vldr s0, [r0, #4]
    ],
)
def test_an_access_knows_its_lowest_address_and_the_step_of_its_base(
    encoding: int, immediate: int, step: int | None
) -> None:
    one = decode(assemble(encoding))
    assert (one.immediate, one.step) == (immediate, step)


def test_a_condition_is_that_of_the_branch_or_the_first_of_it() -> None:
    assert decode(assemble(0xD1FD)).condition == 1  # bne
    one = decode(assemble(0xBF1C))  # itt ne
    assert (one.condition, one.makes_conditional) == (1, 2)
    assert decode(assemble(0xE7FE)).condition == 0xE


def test_equal_code_is_the_same_object() -> None:
    assert decode(assemble(0x4770)) is decode(assemble(0x4770) + b"\0\0")
