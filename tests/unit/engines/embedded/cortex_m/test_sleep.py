"""What wakes a core that sleeps (ARM DDI 0403E, B1.5.17, B1.5.18)."""

from types import SimpleNamespace

import pytest

from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.cortex_m.scb import SCR_SEVONPEND
from workbench.engines.embedded.cortex_m.sleep import Sleep, Sleeper


def sleeper(kind, scr=0, pending=0):
    """A core that sleeps, with these pending exceptions, none of which is taken."""
    exceptions, scb = SimpleNamespace(pending=pending), SimpleNamespace(scr=scr)
    made = Sleeper(BlockState(), exceptions, scb)
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
