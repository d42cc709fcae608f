"""System Control Block and NVIC as firmware sees them (ARM DDI 0403E, B3.2, B3.4)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.cortex_m.double import FLASH, INTERRUPTS, Part
from workbench.armv7m.architecture import Cfsr, Exc

IRQ0 = int(Exc.IRQ0)
ICSR, VTOR, AIRCR, SCR, CCR = 0xE000_ED04, 0xE000_ED08, 0xE000_ED0C, 0xE000_ED10, 0xE000_ED14
SHPR1, SHCSR, CFSR, HFSR = 0xE000_ED18, 0xE000_ED24, 0xE000_ED28, 0xE000_ED2C
CPUID, CPACR, FPCCR = 0xE000_ED00, 0xE000_ED88, 0xE000_EF34
ISER, ICER, ISPR, ICPR, IABR, IPR = (
    0xE000_E100,
    0xE000_E180,
    0xE000_E200,
    0xE000_E280,
    0xE000_E300,
    0xE000_E400,
)
STIR = 0xE000_EF00
PENDSVSET, PENDSVCLR, PENDSTSET, PENDSTCLR, NMIPENDSET = 1 << 28, 1 << 27, 1 << 26, 1 << 25, 1 << 31
RETTOBASE, ISRPENDING = 1 << 11, 1 << 22


@pytest.fixture
def part() -> Part:
    return Part()


def vector_pending(part: Part) -> int:
    return part.word(ICSR) >> 12 & 0x1FF


def test_cpuid_is_that_of_a_cortex_m4(part: Part) -> None:
    assert part.word(CPUID) >> 4 & 0xFFF == 0xC24


@pytest.mark.parametrize(
    ("write", "clear", "number"),
    [(PENDSVSET, PENDSVCLR, Exc.PENDSV), (PENDSTSET, PENDSTCLR, Exc.SYSTICK)],
)
def test_icsr_pends_and_unpends(write: int, clear: int, number: int, part: Part) -> None:
    part.write(ICSR, write)
    assert part.word(ICSR) & write and vector_pending(part) == number
    part.write(ICSR, clear)
    assert not part.word(ICSR) & write and not vector_pending(part)


def test_icsr_pends_nmi(part: Part) -> None:
    part.write(ICSR, NMIPENDSET)
    entered = part.take_pending()
    assert entered is not None and entered.number == Exc.NMI


def test_icsr_shows_what_runs_and_whether_it_is_alone(part: Part) -> None:
    part.processor.exceptions.set_priority(IRQ0, 0x80)
    part.interrupt(IRQ0)
    assert part.word(ICSR) & 0x1FF == IRQ0 and part.word(ICSR) & RETTOBASE
    part.interrupt(IRQ0 + 1)
    assert part.word(ICSR) & 0x1FF == IRQ0 + 1 and not part.word(ICSR) & RETTOBASE


def test_icsr_shows_that_an_interrupt_is_pending(part: Part) -> None:
    part.write(ISPR, 1)
    assert part.word(ICSR) & ISRPENDING


def test_vtor_moves_the_vectors(part: Part) -> None:
    part.write(VTOR, FLASH + 0x800)
    part.set_vector(0x200 + IRQ0, FLASH + 0x1235)
    entered = part.interrupt(IRQ0)
    assert entered is not None and part.core.get("pc") == FLASH + 0x1234
    assert part.warnings == []


def test_vtor_drops_bits_and_says_so(part: Part) -> None:
    part.write(VTOR, FLASH + 0x440)
    assert part.word(VTOR) == FLASH + 0x400
    assert "VTOR was written with 0x08000440" in part.warnings[0]


@pytest.mark.parametrize(("key", "resets"), [(0x05FA, 1), (0x1234, 0)])
def test_aircr_needs_its_key(key: int, resets: int, part: Part) -> None:
    part.write(AIRCR, key << 16 | 1 << 2)
    assert part.resets == resets


@pytest.mark.parametrize(("running", "preempts"), [(0x20, False), (0x40, True)])
def test_aircr_groups_priorities(running: int, preempts: bool, part: Part) -> None:
    """PRIGROUP 5: bits 7 and 6 are the group, and only a more urgent group preempts."""
    part.write(AIRCR, 0x05FA << 16 | 5 << 8)
    assert part.word(AIRCR) == 0xFA05 << 16 | 5 << 8
    part.processor.exceptions.set_priority(IRQ0, running)
    part.interrupt(IRQ0)
    assert (part.interrupt(IRQ0 + 1) is not None) == preempts


def test_priorities_keep_the_bits_that_the_part_has(part: Part) -> None:
    part.write(IPR, 0xFFFF_FFFF)
    assert part.word(IPR) == 0xF0F0_F0F0
    part.write(SHPR1, 0xFFFF_FFFF)
    assert part.word(SHPR1) == 0x00F0_F0F0  # the last byte is reserved


def test_shcsr_enables_pends_and_activates(part: Part) -> None:
    enable, pending, active = 1 << 18, 1 << 12, 1 << 3  # UsageFault
    part.write(SHCSR, enable | pending)
    exceptions = part.processor.exceptions
    assert exceptions.is_pending(Exc.USAGE_FAULT) and exceptions.enabled >> Exc.USAGE_FAULT & 1
    entered = part.take_pending()
    assert entered is not None and entered.number == Exc.USAGE_FAULT
    assert part.word(SHCSR) == enable | active
    part.write(SHCSR, 0)
    assert not exceptions.is_active(Exc.USAGE_FAULT)


def test_status_registers_are_cleared_by_ones(part: Part) -> None:
    scb = part.processor.scb
    scb.cfsr = Cfsr.PRECISERR | Cfsr.BFARVALID | Cfsr.UNDEFINSTR
    part.write(CFSR, Cfsr.PRECISERR)
    assert part.word(CFSR) == Cfsr.BFARVALID | Cfsr.UNDEFINSTR
    scb.hfsr = 1 << 30
    part.write(HFSR, 1 << 30)
    assert part.word(HFSR) == 0


def test_a_byte_of_cfsr_is_cleared_without_the_others(part: Part) -> None:
    part.processor.scb.cfsr = Cfsr.DACCVIOL | Cfsr.PRECISERR | Cfsr.UNDEFINSTR
    part.bus.write(CFSR + 1, b"\xff")
    assert part.word(CFSR) == Cfsr.DACCVIOL | Cfsr.UNDEFINSTR


def test_registers_hold_the_bits_that_there_are(part: Part) -> None:
    for address, held in ((SCR, 0x16), (CCR, 0x31B), (CPACR, 0x00F0_0000)):
        part.write(address, 0xFFFF_FFFF)
        assert part.word(address) == held


def test_what_traps_is_told_once(part: Part) -> None:
    scb = part.processor.scb
    scb.take_trap_change()
    part.write(CCR, 1 << 4)
    assert scb.take_trap_change() and not scb.take_trap_change()
    part.write(CCR, 1 << 4)
    assert not scb.take_trap_change()


def test_the_nvic_sets_and_clears_by_ones(part: Part) -> None:
    part.write(ISER, 0b1010)
    part.write(ICER, 0b0010)
    assert part.word(ISER) == part.word(ICER) == 0b1000
    part.write(ISPR, 0b1100)
    part.write(ICPR, 0b0100)
    assert part.word(ISPR) == 0b1000
    part.take_pending()
    assert part.word(IABR) == 0b1000 and part.word(ISPR) == 0


def test_an_input_that_is_high_stays_pending(part: Part) -> None:
    part.processor.exceptions.set_line(0, True)
    part.write(ICPR, 1)
    assert part.word(ISPR) == 1


@pytest.mark.parametrize(("number", "pending"), [(0, 1), (INTERRUPTS, 0)])
def test_stir_pends_the_interrupts_that_there_are(number: int, pending: int, part: Part) -> None:
    part.write(STIR, number)
    assert part.word(ISPR) == pending


def test_a_state_is_loaded_as_it_was_saved(part: Part) -> None:
    part.write(CCR, 1 << 3)
    part.write(CPACR, 0xF << 20)
    part.write(FPCCR, 1 << 31)
    saved = part.processor.save()
    other = Part()
    other.processor.restore(saved)
    assert other.processor.save() == saved
    assert other.processor.scb.float_changed
