"""Exception entry and return (ARM DDI 0403E, B1.5.6 to B1.5.8), on the double."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.cortex_m.double import (
    CODE,
    FLASH,
    MEMORY_BYTES,
    PROCESS_STACK,
    RAM,
    STACK,
    Part,
    handler_of,
)
from workbench.armv7m.architecture import (
    BASIC_FRAME_BYTES,
    CONTROL_NPRIV,
    CONTROL_SPSEL,
    EXC_RETURN_HANDLER,
    EXC_RETURN_THREAD_MSP,
    EXC_RETURN_THREAD_PSP,
    FRAME_PADDED,
    IPSR,
    XPSR_T,
    Cfsr,
    Exc,
    Hfsr,
)
from workbench.engines.embedded.cortex_m.entry import Entered, LockupError

IRQ0, IRQ1 = int(Exc.IRQ0), int(Exc.IRQ0) + 1
CCR, CCR_STKALIGN, CCR_NONBASETHRDENA = 0xE000_ED14, 1 << 9, 1 << 0
BEYOND_RAM = RAM - 0x100
UNREADABLE = 0x5000_0000


@pytest.fixture
def part() -> Part:
    made = Part()
    for number in range(13):
        made.core.set(f"r{number}", 0x100 + number)
    made.core.set("lr", 0xAAAA)
    made.core.set_xpsr(XPSR_T | 1 << 31)
    return made


def frame(part: Part, address: int) -> list[int]:
    return [part.word(address + 4 * index) for index in range(8)]


def test_the_frame_holds_what_a_function_may_change(part: Part) -> None:
    entered = part.interrupt(IRQ0)
    assert entered == Entered(IRQ0, STACK - BASIC_FRAME_BYTES, EXC_RETURN_THREAD_MSP)
    expected = [0x100, 0x101, 0x102, 0x103, 0x10C, 0xAAAA, CODE, XPSR_T | 1 << 31]
    assert frame(part, entered.frame) == expected


def test_the_handler_begins_at_its_vector(part: Part) -> None:
    part.interrupt(IRQ0)
    core = part.core
    assert core.get("pc") == handler_of(IRQ0)
    assert core.get("lr") == EXC_RETURN_THREAD_MSP
    assert core.get("xpsr") & IPSR == IRQ0
    assert core.get("sp") == STACK - BASIC_FRAME_BYTES
    assert part.processor.exceptions.is_active(IRQ0)
    assert not part.processor.exceptions.is_pending(IRQ0)


def test_a_vector_without_bit_0_leaves_the_thumb_state(part: Part) -> None:
    part.set_vector(IRQ0, handler_of(IRQ0))
    part.interrupt(IRQ0)
    assert not part.core.get("xpsr") & XPSR_T


@pytest.mark.parametrize(("offset", "aligned"), [(0, True), (4, True), (4, False)])
def test_the_frame_is_aligned_where_ccr_says_so(offset: int, aligned: bool, part: Part) -> None:
    part.write(CCR, CCR_STKALIGN if aligned else 0)
    part.core.set("msp", STACK - offset)
    entered = part.interrupt(IRQ0)
    assert entered is not None
    padded = aligned and bool(offset)
    assert entered.frame == STACK - offset - BASIC_FRAME_BYTES - 4 * padded
    assert bool(part.word(entered.frame + 28) & FRAME_PADDED) == padded
    part.processor.unit.leave(entered.exc_return)
    assert part.core.get("sp") == STACK - offset


@pytest.mark.parametrize("privileged", [True, False])
def test_a_thread_on_psp_is_stacked_there(privileged: bool, part: Part) -> None:
    part.use_process_stack(privileged)
    entered = part.interrupt(IRQ0)
    assert entered == Entered(IRQ0, PROCESS_STACK - BASIC_FRAME_BYTES, EXC_RETURN_THREAD_PSP)
    assert part.core.get("sp") == STACK
    assert part.processor.special.privileged


@pytest.mark.parametrize("privileged", [True, False])
@pytest.mark.parametrize("on_psp", [True, False])
def test_a_return_puts_everything_back(privileged: bool, on_psp: bool, part: Part) -> None:
    control = (CONTROL_SPSEL if on_psp else 0) | (0 if privileged else CONTROL_NPRIV)
    part.processor.special.set_control(control)
    before = part.registers()
    entered = part.interrupt(IRQ0)
    assert entered is not None and part.registers() != before
    for number in (0, 1, 2, 3, 12):
        part.core.set(f"r{number}", 0xDEAD)
    assert part.processor.unit.leave(entered.exc_return) is None
    assert part.registers() == before
    assert not part.processor.exceptions.active


def test_a_nested_exception_returns_to_the_handler(part: Part) -> None:
    part.processor.exceptions.set_priority(IRQ0, 0x80)
    part.interrupt(IRQ0)
    inner = part.interrupt(IRQ1)
    assert inner is not None and inner.exc_return == EXC_RETURN_HANDLER
    assert part.processor.unit.leave(EXC_RETURN_HANDLER) is None
    assert part.core.get("pc") == handler_of(IRQ0)
    assert part.core.get("xpsr") & IPSR == IRQ0


def test_what_is_pending_at_a_return_is_tail_chained(part: Part) -> None:
    first = part.interrupt(IRQ0)
    assert first is not None
    part.processor.exceptions.enabled |= 1 << IRQ1
    part.processor.exceptions.pend(IRQ1)
    stacked = frame(part, first.frame)
    chained = part.processor.unit.leave(first.exc_return)
    assert chained == Entered(IRQ1, first.frame, first.exc_return)
    assert frame(part, first.frame) == stacked
    assert part.core.get("sp") == first.frame


def test_an_interrupt_whose_line_is_still_high_is_taken_again(part: Part) -> None:
    part.processor.exceptions.set_line(0, True)
    first = part.interrupt(IRQ0)
    assert first is not None
    assert part.processor.unit.leave(first.exc_return) == first


@pytest.mark.parametrize(
    "exc_return", [0xFFFF_FFF0, EXC_RETURN_HANDLER], ids=["none of them", "to a handler"]
)
def test_an_exc_return_that_does_not_fit_is_invpc(exc_return: int, part: Part) -> None:
    part.interrupt(IRQ0)
    assert part.processor.unit.leave(exc_return) == Cfsr.INVPC
    assert not part.processor.exceptions.is_active(IRQ0)


@pytest.mark.parametrize("allowed", [False, True])
def test_a_nested_handler_returns_to_thread_mode_where_ccr_allows_it(
    allowed: bool, part: Part
) -> None:
    part.write(CCR, CCR_STKALIGN | (CCR_NONBASETHRDENA if allowed else 0))
    part.processor.exceptions.set_priority(IRQ0, 0x80)
    part.interrupt(IRQ0)
    part.interrupt(IRQ1)
    part.write(part.core.get("sp") + 28, XPSR_T)  # the frame of Thread mode
    failed = part.processor.unit.leave(EXC_RETURN_THREAD_MSP)
    assert failed == (None if allowed else Cfsr.INVPC)


def test_a_frame_that_says_another_mode_is_invpc(part: Part) -> None:
    entered = part.interrupt(IRQ0)
    assert entered is not None
    part.write(entered.frame + 28, XPSR_T | IRQ1)
    assert part.processor.unit.leave(entered.exc_return) == Cfsr.INVPC


def test_a_frame_that_cannot_be_read_is_unstkerr(part: Part) -> None:
    entered = part.interrupt(IRQ0)
    assert entered is not None
    part.core.set("msp", UNREADABLE)
    assert part.processor.unit.leave(entered.exc_return) == Cfsr.UNSTKERR


def test_entry_and_return_clear_the_exclusive_monitor(part: Part) -> None:
    part.state.exclusive = 1
    entered = part.interrupt(IRQ0)
    assert entered is not None and part.core.exclusives_cleared == 1
    part.state.exclusive = 1
    part.processor.unit.leave(entered.exc_return)
    assert part.core.exclusives_cleared == 2


@pytest.mark.parametrize(("number", "left"), [(IRQ0, 0), (int(Exc.NMI), 1)])
def test_a_return_clears_faultmask_unless_it_is_from_nmi(
    number: int, left: int, part: Part
) -> None:
    entered = part.interrupt(number)
    assert entered is not None
    part.core.set("faultmask", 1)
    part.processor.unit.leave(entered.exc_return)
    assert part.core.get("faultmask") == left


@pytest.mark.parametrize("enabled", [True, False])
def test_a_frame_that_cannot_be_written_is_a_derived_fault(enabled: bool, part: Part) -> None:
    part.core.set("msp", BEYOND_RAM)
    exceptions = part.processor.exceptions
    if enabled:
        exceptions.enabled |= 1 << Exc.BUS_FAULT
    exceptions.set_priority(IRQ0, 0x80)
    entered = part.interrupt(IRQ0)
    assert entered is not None
    assert entered.number == (Exc.BUS_FAULT if enabled else Exc.HARD_FAULT)
    assert part.processor.scb.cfsr == Cfsr.STKERR
    assert bool(part.processor.scb.hfsr & Hfsr.FORCED) == (not enabled)
    assert exceptions.is_pending(IRQ0)  # it comes when the fault has been dealt with


def test_the_more_urgent_of_an_interrupt_and_its_derived_fault_comes_first(part: Part) -> None:
    part.core.set("msp", BEYOND_RAM)
    exceptions = part.processor.exceptions
    exceptions.enabled |= 1 << Exc.BUS_FAULT
    exceptions.set_priority(Exc.BUS_FAULT, 0x80)
    entered = part.interrupt(IRQ0)
    assert entered is not None and entered.number == IRQ0
    assert exceptions.is_pending(Exc.BUS_FAULT)


def test_hardfault_is_entered_without_a_frame(part: Part) -> None:
    part.core.set("msp", BEYOND_RAM)
    entered = part.processor.unit.enter(Exc.HARD_FAULT)
    assert entered.number == Exc.HARD_FAULT


def test_a_vector_that_cannot_be_read_is_a_hardfault(part: Part) -> None:
    part.processor.scb.vtor = FLASH + MEMORY_BYTES - 4 * IRQ0  # the first interrupt's is beyond
    hard_fault = part.processor.scb.vtor + 4 * Exc.HARD_FAULT
    part.bus.program(hard_fault, (handler_of(Exc.HARD_FAULT) | 1).to_bytes(4, "little"))
    entered = part.interrupt(IRQ0)
    assert entered is not None and entered.number == Exc.HARD_FAULT
    assert part.processor.scb.hfsr & Hfsr.VECTTBL


def test_without_any_vector_the_core_locks_up(part: Part) -> None:
    part.processor.scb.vtor = UNREADABLE
    with pytest.raises(LockupError, match="the vector of HardFault"):
        part.interrupt(IRQ0)
    with pytest.raises(LockupError, match="the vector of exception 2"):
        part.processor.unit.enter(Exc.NMI)
