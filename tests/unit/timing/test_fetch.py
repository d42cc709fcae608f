"""How late 32-bit instructions come from a prefetch unit with a queue of three words."""

import pytest

from tests.unit.timing.programs import BASE, BNE_BACK, LDR_R2_R0, NOP, SMLAD, assemble
from workbench.armv7m.thumb import decode
from workbench.timing.fetch import fetch_stalls
from workbench.timing.rules import CORTEX_M4


def late(*encodings: int, base: int = BASE, loads: int = 1) -> list[int]:
    """Cycles that each of the instructions at `base` comes late; a load takes `loads`."""
    run = [
        (decode(assemble(encoding)), loads if encoding == LDR_R2_R0 else 1)
        for encoding in encodings
    ]
    return list(fetch_stalls(CORTEX_M4, base, run))


def test_instructions_that_lie_in_one_word_are_never_late():
    assert not any(late(*[NOP] * 8, *[SMLAD] * 8))


def test_right_behind_a_jump_the_unit_keeps_up():
    assert not any(late(SMLAD, SMLAD, base=BASE + 2))


@pytest.mark.parametrize(("group", "cycles"), [(1, 0), (2, 0), (3, 1), (4, 1), (12, 1)])
def test_the_third_of_a_group_across_word_borders_is_late(group, cycles):
    """Compendium, behind a call: "groups of three or more unaligned wide instructions"."""
    found = late(NOP, *[SMLAD] * group, NOP)
    assert sum(found) == cycles
    assert found[1:3] == [0, 0][:group] + [0] * (2 - group)


def test_an_instruction_of_several_cycles_lets_the_queue_fill_up():
    """IACR ePrint 2025/523: a multi-cycle instruction, then three across word borders."""
    assert sum(late(*[NOP] * 8, LDR_R2_R0, *[SMLAD] * 3, loads=2)) == 1


def test_every_such_group_is_late_once():
    again = (*[NOP] * 8, LDR_R2_R0, *[SMLAD] * 5)
    assert sum(late(*again, NOP, *again, loads=2)) == 2


def test_instructions_of_one_cycle_do_not_make_the_unit_pause():
    """Measured on an STM32F407 (cortexm-AES, CM4_DSPsBOX): 16-bit instructions, then a group."""
    assert not any(late(*[NOP] * 9, *[SMLAD] * 6, NOP))


def test_a_branch_that_is_not_taken_has_cost_a_fetch():
    assert late(SMLAD, SMLAD, NOP, SMLAD, SMLAD) == [0, 0, 0, 0, 0]
    assert late(SMLAD, SMLAD, BNE_BACK, SMLAD, SMLAD) == [0, 0, 0, 0, 1]
