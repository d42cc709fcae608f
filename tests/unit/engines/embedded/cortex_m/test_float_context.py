"""The floating-point part of a frame (ARM DDI 0403E, B1.5.7), and the MPU at both parts."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.cortex_m.double import RAM, STACK, Part
from workbench.armv7m.architecture import (
    BASIC_FRAME_BYTES,
    CONTROL_FPCA,
    EXC_RETURN_BASIC,
    EXC_RETURN_THREAD_MSP,
    EXTENDED_FRAME_BYTES,
    Cfsr,
    Exc,
)
from workbench.engines.embedded.cortex_m.entry import Entered
from workbench.engines.embedded.cortex_m.scb import (
    FPCCR_ASPEN,
    FPCCR_LSPACT,
    FPCCR_LSPEN,
    FPCCR_THREAD,
    FPCCR_USER,
)

IRQ0 = int(Exc.IRQ0)
FRAME = STACK - EXTENDED_FRAME_BYTES
FLOATS = FRAME + BASIC_FRAME_BYTES
UNREADABLE = 0x5000_0000
MPU_CTRL, MPU_RBAR, MPU_RASR = 0xE000_ED94, 0xE000_ED9C, 0xE000_EDA0
CTRL_ENABLE, CTRL_PRIVDEFENA = 1 << 0, 1 << 2
READ_ONLY = 6 << 24


@pytest.fixture
def part() -> Part:
    made = Part()
    for number in range(32):
        made.core.set(f"s{number}", 0x3F80_0000 + number)
    made.core.set("fpscr", 0x0100_0000)
    made.processor.special.set_control(CONTROL_FPCA)
    return made


def enter(part: Part, lazy: bool) -> Entered:
    part.processor.scb.fpccr = FPCCR_ASPEN | (FPCCR_LSPEN if lazy else 0)
    entered = part.interrupt(IRQ0)
    assert entered is not None
    return entered


def forbid_writes(part: Part, address: int, size: int) -> None:
    """Make `size` bytes read-only; the rest of memory is as without an MPU."""
    part.write(MPU_RBAR, address)
    part.write(MPU_RASR, READ_ONLY | (size.bit_length() - 2) << 1 | 1)
    part.write(MPU_CTRL, CTRL_ENABLE | CTRL_PRIVDEFENA)


def stacked(part: Part) -> list[int]:
    return [part.word(FLOATS + 4 * index) for index in range(17)]


WRITTEN = [0x3F80_0000 + number for number in range(16)] + [0x0100_0000]


@pytest.mark.parametrize("lazy", [True, False])
def test_an_extended_frame_has_room_for_them(lazy: bool, part: Part) -> None:
    entered = enter(part, lazy)
    assert entered == Entered(IRQ0, FRAME, EXC_RETURN_THREAD_MSP & ~EXC_RETURN_BASIC)
    assert not part.core.get("control") & CONTROL_FPCA
    assert (stacked(part) == WRITTEN) == (not lazy)


def test_a_lazy_frame_is_written_when_it_is_needed(part: Part) -> None:
    enter(part, lazy=True)
    scb, floats = part.processor.scb, part.processor.floats
    assert scb.fpcar == FLOATS and scb.fpccr & FPCCR_LSPACT and scb.fpccr & FPCCR_THREAD
    assert floats.is_due
    assert floats.preserve() is None
    assert stacked(part) == WRITTEN and not floats.is_due


def test_a_frame_of_unprivileged_code_is_written_as_such(part: Part) -> None:
    part.processor.special.set_control(CONTROL_FPCA | 1)
    enter(part, lazy=True)
    assert part.processor.scb.fpccr & FPCCR_USER


@pytest.mark.parametrize("lazy", [True, False])
def test_a_return_gives_back_what_was_stacked(lazy: bool, part: Part) -> None:
    entered = enter(part, lazy)
    if lazy:
        part.processor.floats.preserve()
    part.core.set("s0", 0)
    assert part.processor.unit.leave(entered.exc_return) is None
    assert part.core.get("s0") == WRITTEN[0]
    assert part.core.get("control") & CONTROL_FPCA and part.core.get("sp") == STACK


def test_a_return_leaves_them_alone_where_the_frame_was_never_written(part: Part) -> None:
    entered = enter(part, lazy=True)
    assert part.processor.unit.leave(entered.exc_return) is None
    assert part.core.get("s0") == WRITTEN[0] and not part.processor.floats.is_due


@pytest.mark.parametrize("automatic", [True, False])
def test_a_first_instruction_begins_a_context_where_aspen_says_so(
    automatic: bool, part: Part
) -> None:
    part.processor.special.set_control(0)
    part.processor.scb.fpccr = FPCCR_ASPEN if automatic else 0
    part.processor.floats.begin()
    assert bool(part.core.get("control") & CONTROL_FPCA) == automatic


def test_a_lazy_frame_that_cannot_be_written_is_lsperr(part: Part) -> None:
    enter(part, lazy=True)
    part.processor.scb.fpcar = UNREADABLE
    assert part.processor.floats.preserve() == Cfsr.LSPERR


def test_the_mpu_refuses_a_lazy_frame(part: Part) -> None:
    enter(part, lazy=True)
    forbid_writes(part, RAM, 0x4000)
    assert part.processor.floats.preserve() == Cfsr.MLSPERR


def test_the_mpu_refuses_a_frame(part: Part) -> None:
    part.processor.exceptions.set_priority(IRQ0, 0x80)
    part.processor.exceptions.enabled |= 1 << Exc.MEM_MANAGE
    forbid_writes(part, RAM, 0x4000)
    entered = enter(part, lazy=False)
    assert entered.number == Exc.MEM_MANAGE
    assert part.processor.scb.cfsr == Cfsr.MSTKERR


def test_the_mpu_refuses_the_unstacking(part: Part) -> None:
    entered = enter(part, lazy=False)
    part.write(MPU_CTRL, CTRL_ENABLE)  # no region: nothing may be read
    assert part.processor.unit.leave(entered.exc_return) == Cfsr.MUNSTKERR


def test_nmi_goes_past_the_mpu_unless_hfnmiena_is_set(part: Part) -> None:
    forbid_writes(part, RAM, 0x4000)
    part.processor.special.set_control(0)
    part.processor.unit.enter(Exc.NMI)
    assert part.processor.mpu.bypassed
    assert part.processor.mpu.allows(RAM, 4, privileged=True, write=True)
