"""Which exception is next: priorities, grouping, masks, levels (ARM DDI 0403E, B1.5)."""

from __future__ import annotations

import pytest

from workbench.armv7m.architecture import Exc
from workbench.engines.embedded.cortex_m.exceptions import (
    NO_MASKS,
    THREAD_PRIORITY,
    ExceptionState,
    Masks,
)

IRQ = int(Exc.IRQ0)


@pytest.fixture
def state() -> ExceptionState:
    state = ExceptionState(interrupts=32, priority_bits_mask=0xF0)
    state.enabled |= 0xFFFFFFFF << IRQ
    return state


def pend(state: ExceptionState, number: int, priority: int | None = None) -> None:
    if priority is not None:
        state.set_priority(number, priority)
    state.pend(number)


def test_nothing_pending_is_nothing_to_take(state: ExceptionState) -> None:
    assert state.preempting(NO_MASKS) is None


def test_the_smaller_priority_value_wins(state: ExceptionState) -> None:
    pend(state, IRQ, 0x40)
    pend(state, IRQ + 5, 0x20)
    assert state.preempting(NO_MASKS) == IRQ + 5


def test_of_equal_priorities_the_smaller_number_wins(state: ExceptionState) -> None:
    pend(state, IRQ + 9, 0x20)
    pend(state, IRQ + 3, 0x20)
    assert state.preempting(NO_MASKS) == IRQ + 3


def test_bits_that_the_part_lacks_are_zero(state: ExceptionState) -> None:
    state.set_priority(IRQ, 0xFF)
    assert state.priority(IRQ) == 0xF0


def test_an_active_exception_holds_off_its_own_priority(state: ExceptionState) -> None:
    pend(state, IRQ, 0x40)
    state.activate(IRQ)
    pend(state, IRQ + 1, 0x40)
    assert state.preempting(NO_MASKS) is None
    pend(state, IRQ + 2, 0x30)
    assert state.preempting(NO_MASKS) == IRQ + 2


def test_sub_priorities_order_but_do_not_preempt(state: ExceptionState) -> None:
    state.prigroup = 6  # one group bit
    pend(state, IRQ, 0x70)
    pend(state, IRQ + 1, 0x10)
    assert state.preempting(NO_MASKS) == IRQ + 1
    state.activate(IRQ)
    assert state.preempting(NO_MASKS) is None


def test_prigroup_7_lets_only_fixed_priorities_preempt(state: ExceptionState) -> None:
    state.prigroup = 7
    pend(state, IRQ, 0xF0)
    state.activate(IRQ)
    pend(state, IRQ + 1, 0x00)
    assert state.preempting(NO_MASKS) is None
    state.pend(Exc.NMI)
    assert state.preempting(NO_MASKS) == Exc.NMI


@pytest.mark.parametrize(
    ("masks", "taken"),
    [
        (Masks(primask=1), None),
        (Masks(basepri=0x40), None),
        (Masks(basepri=0x50), IRQ),
        (Masks(faultmask=1), None),
    ],
)
def test_masks_hold_off(state: ExceptionState, masks: Masks, taken: int | None) -> None:
    pend(state, IRQ, 0x40)
    assert state.preempting(masks) == taken


def test_hard_fault_passes_primask_but_not_faultmask(state: ExceptionState) -> None:
    state.pend(Exc.HARD_FAULT)
    assert state.preempting(Masks(primask=1)) == Exc.HARD_FAULT
    assert state.preempting(Masks(faultmask=1)) is None


def test_primask_does_not_keep_the_core_asleep(state: ExceptionState) -> None:
    pend(state, IRQ, 0x40)
    assert state.wakes(Masks(primask=1))
    assert not state.wakes(Masks(basepri=0x40))


def test_a_disabled_interrupt_stays_pending(state: ExceptionState) -> None:
    state.enabled &= ~(1 << IRQ)
    state.pend(IRQ)
    assert state.preempting(NO_MASKS) is None
    assert state.is_pending(IRQ)


def test_a_line_that_stays_high_pends_again_after_the_handler(state: ExceptionState) -> None:
    state.set_line(4, True)
    state.activate(IRQ + 4)
    state.set_line(4, True)
    assert not state.is_pending(IRQ + 4)
    state.deactivate(IRQ + 4)
    assert state.is_pending(IRQ + 4)


def test_a_pulse_is_latched(state: ExceptionState) -> None:
    state.set_line(4, True)
    state.set_line(4, False)
    assert state.is_pending(IRQ + 4)
    state.activate(IRQ + 4)
    state.deactivate(IRQ + 4)
    assert not state.is_pending(IRQ + 4)


def test_a_line_beyond_the_controller_is_ignored(state: ExceptionState) -> None:
    state.set_line(500, True)
    assert state.pending == 0


def test_thread_mode_has_the_lowest_priority(state: ExceptionState) -> None:
    assert state.execution_priority(NO_MASKS) == THREAD_PRIORITY


def test_a_saved_state_comes_back(state: ExceptionState) -> None:
    pend(state, IRQ, 0x40)
    saved = state.save()
    state.reset()
    state.restore(saved)
    assert state.preempting(NO_MASKS) == IRQ
    assert state.priority(IRQ) == 0x40


@pytest.mark.parametrize(
    ("masks", "wakes"),
    [
        (NO_MASKS, True),
        (Masks(primask=1, faultmask=0, basepri=0), True),
        (Masks(primask=0, faultmask=1, basepri=0), False),
        (Masks(primask=0, faultmask=0, basepri=0x40), False),
        (Masks(primask=1, faultmask=0, basepri=0x60), True),
    ],
)
def test_what_wakes_a_core_is_what_would_preempt_but_for_primask(
    masks: Masks, wakes: bool, state: ExceptionState
) -> None:
    pend(state, IRQ, 0x40)
    assert state.wakes(masks) is wakes
