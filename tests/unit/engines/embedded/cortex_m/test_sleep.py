"""What wakes a core that sleeps (ARM DDI 0403E, B1.5.17, B1.5.18)."""

import pytest

from tests.unit.engines.embedded.cortex_m.double import Part
from workbench.armv7m.thumb import BlockFlag
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.cortex_m.scb import SCR_SEVONPEND
from workbench.engines.embedded.cortex_m.sleep import Sleep, Sleeper


def sleeper(kind, scr=0, pending=0):
    """A core that sleeps, with these pending exceptions, none of which is taken."""
    processor = Part().processor
    processor.exceptions.pending, processor.scb.scr = pending, scr
    made = Sleeper(BlockState(), processor.exceptions, processor.scb)
    made.kind = kind
    return made


@pytest.mark.parametrize(
    ("kind", "scr", "pending", "preempts", "awake"),
    [
        (Sleep.WFI, 0, 1, True, True),
        (Sleep.WFI, 0, 1, False, False),
        (Sleep.WFI, SCR_SEVONPEND, 1, False, False),
        (Sleep.WFE, SCR_SEVONPEND, 1, False, True),
        (Sleep.WFE, SCR_SEVONPEND, 0, False, False),
        (Sleep.WFE, 0, 1, False, False),
        (Sleep.WFE, 0, 1, True, False),
    ],
)
def test_a_pending_exception_that_is_not_taken_wakes(kind, scr, pending, preempts, awake):
    core = sleeper(kind, scr, pending)
    core.notice_pending(preempts=preempts)
    assert (core.kind is Sleep.AWAKE) == awake


def at_a_wfe(event):
    """A core that has come out for a WFE, with this event register."""
    core = sleeper(Sleep.AWAKE)
    state = core._state
    state.flags, state.address, state.size, state.event = int(BlockFlag.WFE), 0x100, 2, event
    assert core.is_wait_for_event(0x102)
    return core, state


def test_a_wfe_sleeps_where_no_event_is_registered():
    core, state = at_a_wfe(event=0)
    assert core.came_to_wfe() and core.kind is Sleep.WFE
    assert not state.flags and not state.deadline


def test_a_wfe_takes_an_event_that_is_registered_and_goes_on():
    core, state = at_a_wfe(event=1)
    assert core.came_to_wfe() and core.kind is Sleep.AWAKE and not state.event
    assert not core.came_to_wfe()


@pytest.mark.parametrize(("flag", "pc"), [(BlockFlag.WFE, 0x104), (BlockFlag.WFI, 0x102)])
def test_another_instruction_is_not_a_wfe(flag, pc):
    core = sleeper(Sleep.AWAKE)
    core._state.flags, core._state.address, core._state.size = int(flag), 0x100, 2
    assert not core.is_wait_for_event(pc)
    assert core.is_behind_wfi(pc) == (flag is BlockFlag.WFI)


def test_a_wfi_is_what_is_slept_in():
    core = sleeper(Sleep.AWAKE)
    core.wait_for_interrupt()
    assert core.kind is Sleep.WFI


@pytest.mark.parametrize("kind", [Sleep.WFI, Sleep.WFE])
def test_a_reset_wakes(kind):
    core = sleeper(kind)
    core.reset()
    assert core.kind is Sleep.AWAKE
