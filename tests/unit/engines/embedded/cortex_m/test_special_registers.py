"""Mode, privilege and masks (ARM DDI 0403E, B1.4), read and written whatever the privilege is."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.cortex_m.double import STACK, Part, RegisterFile
from workbench.armv7m.architecture import CONTROL_NPRIV, CONTROL_SPSEL, IPSR, Exc
from workbench.engines.embedded.cortex_m.core_state import reset_core, restore_core, save_core
from workbench.engines.embedded.cortex_m.exceptions import Masks
from workbench.engines.embedded.cortex_m.special_registers import SpecialRegisters


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
def special(part: Part) -> SpecialRegisters:
    return part.processor.special


def test_masks_are_read_whatever_the_privilege_is(part: Part, special: SpecialRegisters) -> None:
    special.set("basepri", 0x40)
    special.set_control(CONTROL_NPRIV)
    assert part.core.get("basepri") == 0  # as firmware sees it
    assert special.masks() == Masks(0, 0, 0x40)
    assert special.get("basepri") == 0x40
    assert not special.privileged and part.core.get("xpsr") & IPSR == 0


def test_a_mask_is_written_whatever_the_privilege_is(special: SpecialRegisters) -> None:
    special.set_control(CONTROL_NPRIV)
    special.set("primask", 1)
    assert special.masks().primask == 1


def test_basepri_keeps_the_bits_that_the_part_has(part: Part, special: SpecialRegisters) -> None:
    special.set("basepri", 0x47)
    assert special.get("basepri") == part.state.basepri == 0x40


def test_a_stack_pointer_is_a_word_address(special: SpecialRegisters) -> None:
    special.set("psp", STACK + 3)
    assert special.get("psp") == STACK


def test_control_is_written_whatever_the_privilege_is(
    part: Part, special: SpecialRegisters
) -> None:
    special.set_control(CONTROL_NPRIV)
    changes = part.mode_changes
    special.set_control(CONTROL_SPSEL)
    assert special.privileged and special.mode()[1] == CONTROL_SPSEL
    assert part.mode_changes == changes + 1


def test_a_handler_is_privileged(part: Part, special: SpecialRegisters) -> None:
    special.set_control(CONTROL_NPRIV)
    part.interrupt(Exc.IRQ0)
    assert special.privileged and special.ipsr == Exc.IRQ0 and not special.is_urgent


@pytest.mark.parametrize("how", ["NMI", "FAULTMASK"])
def test_a_priority_below_0_is_urgent(how: str, part: Part, special: SpecialRegisters) -> None:
    if how == "NMI":
        part.processor.unit.enter(Exc.NMI)
    else:
        part.core.set("faultmask", 1)
    assert special.is_urgent


def test_faultmask_cannot_be_set_in_hardfault(part: Part, special: SpecialRegisters) -> None:
    part.processor.unit.enter(Exc.HARD_FAULT)
    part.core.set("faultmask", 1)
    special.hold_faultmask()
    assert part.core.get("faultmask") == 0


def test_faultmask_that_nmi_finds_can_be_cleared_once(
    part: Part, special: SpecialRegisters
) -> None:
    part.core.set("faultmask", 1)
    part.processor.unit.enter(Exc.NMI)
    special.hold_faultmask()
    assert part.core.get("faultmask") == 1
    part.core.set("faultmask", 0)
    special.hold_faultmask()
    part.core.set("faultmask", 1)
    special.hold_faultmask()
    assert part.core.get("faultmask") == 0


@pytest.mark.parametrize("in_handler", [False, True])
def test_registers_are_put_back_as_they_were_taken(in_handler: bool, part: Part) -> None:
    part.core.set("r7", 7)
    part.core.set("s31", 31)
    part.core.set("lr", 0x101)
    part.use_process_stack(privileged=False)
    if in_handler:
        part.interrupt(Exc.IRQ0)
    saved = save_core(part.core, part.processor.special)
    before = part.registers()
    reset_core(part.core)
    assert part.registers() != before
    restore_core(part.core, saved)
    assert part.registers() == before


def test_a_reset_leaves_lr_as_the_manual_says() -> None:
    core = RegisterFile()
    core.set("primask", 1)
    core.set_xpsr(Exc.NMI)
    reset_core(core)
    assert (core.get("lr"), core.get("primask"), core.get("xpsr")) == (0xFFFF_FFFF, 0, 1 << 24)
