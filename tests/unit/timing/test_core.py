"""Cycles of the core, counted by hand from the manual and the notes that `rules` names."""

from dataclasses import replace

import pytest

from tests.unit.timing.programs import (
    ADDS_R0_1,
    B_BACK,
    BASE,
    BNE_BACK,
    BX_LR,
    IT_NE,
    LDM_3,
    LDR_LITERAL,
    LDR_R2_R0,
    LDR_R2_R0_STEP,
    LDR_R2_R1_STEP,
    LDR_R3_R1,
    LDR_R3_R2,
    M4,
    MOVS_R1_0,
    NOP,
    POP_PC,
    PUSH_3,
    SMLAD,
    SMULL,
    STR_R2_R0_STEP,
    STR_R2_R1,
    STR_R2_R1_R3,
    UDIV,
    VADD,
    VDIV,
    VLDR,
    VMOV_PAIR,
    assemble,
    straight,
)
from workbench.timing.costs import Cause, Costs
from workbench.timing.cycles import Cycles
from workbench.timing.program import Flow, Program, core_costs
from workbench.trace import FlashReads, Trace


def costs(trace: Trace) -> Costs:
    return core_costs(Flow.of(trace, Program.of(trace, M4)))


def cycles(trace: Trace) -> Cycles:
    return costs(trace).total


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ((NOP,), 1),
        ((SMLAD,), 1),
        ((SMULL,), 1),
        ((LDR_R2_R0,), 2),
        ((STR_R2_R1,), 1),
        ((STR_R2_R1_R3,), 2),
        ((LDR_R2_R0, LDR_R3_R1), 3),  # the manual's own examples of pairs
        ((LDR_R2_R0, LDR_R3_R1, LDR_R2_R0), 4),
        ((LDR_R2_R0, STR_R2_R1_R3), 3),
        ((LDR_R2_R0, LDR_R3_R2), 5),  # the first one's result is the address of the second
        ((STR_R2_R1, LDR_R3_R1), 4),  # a load waits for the store before it
        ((STR_R2_R1, LDM_3), 6),
        ((STR_R2_R1, STR_R2_R1), 2),
        ((STR_R2_R1, NOP, LDR_R3_R1), 4),
        ((LDR_R2_R0_STEP, LDR_R2_R0_STEP), 4),  # the second one's base is being stepped on
        ((LDR_R2_R0_STEP, LDR_R2_R1_STEP), 3),
        ((STR_R2_R0_STEP, STR_R2_R0_STEP), 3),
        ((LDR_LITERAL, LDR_R2_R0), 4),  # from two memories
        ((ADDS_R0_1, LDR_R2_R0), 4),  # the address comes from the instruction before
        ((MOVS_R1_0, LDR_R2_R0), 3),
        ((PUSH_3,), 5),
        ((LDM_3,), 4),
        ((VADD,), 1),
        ((VADD, VADD), 3),  # the second waits for the first one's result
        ((VDIV,), 14),
        ((VMOV_PAIR,), 2),
        ((VLDR,), 2),
    ],
)
def test_straight_code_takes_what_the_rules_say(code, expected):
    assert cycles(straight(*code)).best == expected


def test_nothing_takes_no_time():
    """A firmware that crashes before its first instruction can be profiled."""
    assert cycles(straight()) == Cycles(0, 0, 0)


def test_a_division_has_the_interval_of_the_manual():
    assert cycles(straight(UDIV)) == Cycles(2, 7, 12)


def test_it_is_free_behind_a_narrow_instruction_only():
    assert cycles(straight(NOP, IT_NE, NOP)) == Cycles(2, 2, 3)
    assert cycles(straight(SMLAD, IT_NE, NOP)).best == 3


def test_a_literal_may_meet_the_fetch_unit():
    assert cycles(straight(LDR_LITERAL)) == Cycles(2, 2, 3)


def test_a_taken_immediate_branch_refills_the_pipeline():
    """SUBS; BNE: the delay loop of three cycles an iteration."""
    code = assemble(ADDS_R0_1, BNE_BACK)
    trace = Trace({BASE: 100, BASE + 2: 100}, {(BASE + 2, BASE): 99}, {BASE: code})
    assert cycles(trace).best == 3 * 100 - 1


def test_a_target_of_two_words_costs_a_fetch_more():
    code = assemble(NOP, SMLAD, B_BACK)
    aligned = Trace({BASE: 1, BASE + 6: 1}, {(BASE + 6, BASE): 1}, {BASE: code})
    across = Trace({BASE + 2: 1, BASE + 6: 1}, {(BASE + 6, BASE + 2): 1}, {BASE: code})
    assert cycles(across).best == cycles(aligned).best + 1


def test_returns_cost_more_than_branches():
    def jump(encoding):
        code = assemble(NOP, encoding)
        return cycles(Trace({BASE: 1, BASE + 2: 1}, {(BASE + 2, BASE): 1}, {BASE: code}))

    assert jump(B_BACK).best - 2 == 1
    assert jump(BX_LR).best - 2 == 2
    assert jump(POP_PC).best - 1 - 5 == 3


def test_a_jump_from_what_is_no_branch_is_an_exception():
    trace = Trace({BASE: 1, BASE + 2: 1}, {(BASE, BASE + 2): 1}, {BASE: assemble(NOP, NOP)})
    found = costs(trace)
    assert found.by_cause[Cause.EXCEPTION].best == 24
    assert found.by_address[BASE + 2] == 1 + 24


def test_the_part_of_a_trace_begins_with_the_jump_to_it():
    """bx lr ran in the part before: it is a return and no exception."""
    code = {BASE: assemble(NOP, BX_LR)}
    whole = Trace({BASE: 1, BASE + 2: 1}, {(BASE + 2, BASE): 1}, code)
    part = Trace({BASE: 1}, {(BASE + 2, BASE): 1}, code)
    found = core_costs(Flow.of(part, Program.of(whole, M4))).by_cause
    assert found[Cause.BRANCH].best == 2
    assert Cause.EXCEPTION not in found


def test_loads_are_not_paired_across_a_jump():
    """Of ten times through, the second load came nine times by a jump."""
    code = assemble(LDR_R2_R0, LDR_R3_R1)
    trace = Trace({BASE: 1, BASE + 2: 10}, {(0, BASE + 2): 9}, {BASE: code})
    found = costs(trace).by_cause
    assert found[Cause.ISSUE].best + found[Cause.MEMORY].best == 2 + 10 * 2 - 1


@pytest.mark.parametrize(
    ("code", "reads", "expected"),
    [
        ((LDR_R2_R0, LDR_R3_R1), (0, 10), 10 * 4),  # one from RAM, one from flash
        ((LDR_R2_R0, LDR_R3_R1), (10, 10), 10 * 3),
        ((LDR_R2_R0, LDR_R3_R1), (10, 8), 10 * 3 + 2),  # twice from RAM
        ((LDR_LITERAL, LDR_R2_R0), (10, 0), 10 * 4),
        ((LDR_LITERAL, LDR_R2_R0), (10, 10), 10 * 3),
        ((LDR_R2_R0, STR_R2_R1_R3), (10, 0), 10 * 4),
        ((LDR_R2_R0, STR_R2_R1_R3), (0, 0), 10 * 3),
    ],
)
def test_accesses_are_pipelined_where_both_go_to_the_same_memory(code, reads, expected):
    read = {BASE + 2 * i: FlashReads(n, n) for i, n in enumerate(reads)}
    trace = replace(straight(*code, times=10), flash_reads=read)
    found = costs(trace).by_cause
    assert found[Cause.ISSUE].best + found[Cause.MEMORY].best == expected


def test_silicon_may_take_some_cycles_more_than_the_rules_explain():
    found = costs(straight(*[NOP] * 1000))
    assert found.by_cause[Cause.UNEXPLAINED] == Cycles(-10, 0, 60)


def test_every_estimate_lies_in_its_interval():
    found = cycles(straight(LDR_LITERAL, UDIV, IT_NE, NOP, PUSH_3, VDIV, times=7))
    assert found.low <= found.best <= found.high
