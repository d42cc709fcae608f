"""Which fault is taken, and what the status registers say of it (ARM DDI 0403E, B1.5.14)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.cortex_m.double import CODE, STACK, Part, handler_of
from workbench.armv7m.architecture import (
    BASIC_FRAME_BYTES,
    EXC_RETURN_THREAD_MSP,
    IPSR,
    Cfsr,
    Exc,
    Hfsr,
)
from workbench.engines.embedded.cortex_m.entry import LockupError
from workbench.engines.embedded.cortex_m.faults import DFSR_BKPT, Cause, Faults

IRQ0 = int(Exc.IRQ0)
NOWHERE = 0x5000_0000
KINDS = [
    (Cause(Cfsr.DACCVIOL, NOWHERE), Exc.MEM_MANAGE),
    (Cause(Cfsr.PRECISERR, NOWHERE), Exc.BUS_FAULT),
    (Cause(Cfsr.UNDEFINSTR), Exc.USAGE_FAULT),
]


@pytest.fixture
def part() -> Part:
    return Part()


@pytest.fixture
def faults(part: Part) -> Faults:
    return part.processor.faults


def enable(part: Part, *numbers: int) -> None:
    for number in numbers:
        part.processor.exceptions.enabled |= 1 << number


@pytest.mark.parametrize(("cause", "number"), KINDS)
def test_a_fault_that_is_enabled_has_its_own_handler(
    cause: Cause, number: int, part: Part, faults: Faults
) -> None:
    enable(part, number)
    fault = faults.take(cause)
    assert (fault.exception, fault.pc, fault.hfsr) == (number, CODE, 0)
    assert part.core.get("pc") == handler_of(number)
    assert fault.cfsr is not None and fault.cfsr & cause.bit
    assert fault.frame_address == STACK - BASIC_FRAME_BYTES
    assert fault.exc_return == EXC_RETURN_THREAD_MSP


@pytest.mark.parametrize(("cause", "number"), KINDS)
def test_a_fault_that_is_not_enabled_is_a_hardfault(
    cause: Cause, number: int, part: Part, faults: Faults
) -> None:
    fault = faults.take(cause)
    assert (fault.exception, fault.hfsr) == (Exc.HARD_FAULT, Hfsr.FORCED)
    assert fault.cfsr is not None and fault.cfsr & cause.bit


def test_a_fault_that_its_handler_raises_again_is_a_hardfault(part: Part, faults: Faults) -> None:
    enable(part, Exc.USAGE_FAULT)
    faults.take(Cause(Cfsr.UNDEFINSTR))
    assert faults.take(Cause(Cfsr.DIVBYZERO)).exception == Exc.HARD_FAULT


@pytest.mark.parametrize(
    ("mask", "value", "taken"),
    [
        ("primask", 1, Exc.HARD_FAULT),
        ("basepri", 0x40, Exc.HARD_FAULT),
        ("basepri", 0xA0, Exc.USAGE_FAULT),
    ],
)
def test_a_fault_that_is_masked_is_a_hardfault(
    mask: str, value: int, taken: int, part: Part, faults: Faults
) -> None:
    enable(part, Exc.USAGE_FAULT)
    part.processor.exceptions.set_priority(Exc.USAGE_FAULT, 0x80)
    part.processor.special.set(mask, value)
    assert faults.take(Cause(Cfsr.UNDEFINSTR)).exception == taken


@pytest.mark.parametrize("where", ["HardFault", "NMI", "FAULTMASK"])
def test_where_no_fault_can_be_taken_the_core_locks_up(
    where: str, part: Part, faults: Faults
) -> None:
    if where == "FAULTMASK":
        part.core.set("faultmask", 1)
    else:
        part.processor.unit.enter(Exc.HARD_FAULT if where == "HardFault" else Exc.NMI)
    with pytest.raises(LockupError, match="division by zero in HardFault or NMI"):
        faults.take(Cause(Cfsr.DIVBYZERO))


@pytest.mark.parametrize(
    ("bit", "valid", "mmfar", "bfar"),
    [
        (Cfsr.DACCVIOL, Cfsr.MMARVALID, NOWHERE, None),
        (Cfsr.PRECISERR, Cfsr.BFARVALID, None, NOWHERE),
    ],
)
def test_the_address_is_in_the_register_of_its_fault(
    bit: Cfsr, valid: Cfsr, mmfar: int | None, bfar: int | None, faults: Faults
) -> None:
    fault = faults.take(Cause(bit, NOWHERE))
    assert (fault.mmfar, fault.bfar) == (mmfar, bfar)
    assert fault.cfsr == bit | valid


def test_a_fault_without_an_address_leaves_both_alone(faults: Faults) -> None:
    fault = faults.take(Cause(Cfsr.IACCVIOL))
    assert (fault.mmfar, fault.bfar, fault.cfsr) == (None, None, Cfsr.IACCVIOL)


def test_a_fault_of_a_return_is_chained_to_its_frame(part: Part, faults: Faults) -> None:
    entered = part.interrupt(IRQ0)
    assert entered is not None
    part.processor.unit.leave(0xFFFF_FFF0)
    fault = faults.take(Cause(Cfsr.INVPC), (entered.exc_return, entered.frame))
    assert fault.frame_address == entered.frame
    assert part.core.get("sp") == entered.frame


def test_registers_are_those_at_the_instruction(part: Part, faults: Faults) -> None:
    part.core.set("r3", 0x1234)
    fault = faults.take(Cause(Cfsr.UNDEFINSTR))
    assert fault.registers["r3"] == 0x1234
    assert fault.registers["sp"] == STACK


@pytest.mark.parametrize("enabled", [True, False])
def test_a_store_that_is_refused_late_is_an_imprecise_fault(
    enabled: bool, part: Part, faults: Faults
) -> None:
    if enabled:
        enable(part, Exc.BUS_FAULT)
    part.core.set("r0", 0x77)
    faults.hold(NOWHERE, 4)
    part.core.set("r0", 0)  # the core is behind the store
    entered = part.take_pending()
    assert entered is not None
    fault = faults.entered(entered)
    assert fault.exception == (Exc.BUS_FAULT if enabled else Exc.HARD_FAULT)
    assert (fault.cfsr, fault.bfar, fault.refused) == (Cfsr.IMPRECISERR, None, NOWHERE)
    assert fault.registers["r0"] == 0x77


def test_a_late_store_is_forgotten_at_a_reset(part: Part, faults: Faults) -> None:
    faults.hold(NOWHERE, 4)
    faults.reset()
    part.core.set("msp", STACK)
    assert faults.entered(part.processor.unit.enter(Exc.BUS_FAULT)).refused is None


def test_bkpt_is_a_hardfault(part: Part, faults: Faults) -> None:
    fault = faults.take_breakpoint()
    assert (fault.exception, fault.hfsr) == (Exc.HARD_FAULT, Hfsr.DEBUGEVT)
    assert part.processor.scb.dfsr == DFSR_BKPT
    with pytest.raises(LockupError, match="BKPT"):
        faults.take_breakpoint()


def test_svc_becomes_pending(part: Part, faults: Faults) -> None:
    assert faults.supervisor_call() is None
    entered = part.take_pending()
    assert entered is not None and entered.number == Exc.SVCALL
    assert part.core.get("xpsr") & IPSR == Exc.SVCALL


def test_svc_that_is_masked_is_a_hardfault(part: Part, faults: Faults) -> None:
    part.core.set("primask", 1)
    fault = faults.supervisor_call()
    assert fault is not None
    assert (fault.exception, fault.hfsr) == (Exc.HARD_FAULT, Hfsr.FORCED)


def test_svc_in_hardfault_locks_up(part: Part, faults: Faults) -> None:
    part.processor.unit.enter(Exc.HARD_FAULT)
    with pytest.raises(LockupError, match="SVC"):
        faults.supervisor_call()


def test_a_locked_up_core_is_described_where_it_stands(part: Part, faults: Faults) -> None:
    part.processor.unit.enter(Exc.HARD_FAULT)
    final = faults.final()
    assert (final.exception, final.pc) == (Exc.HARD_FAULT, handler_of(Exc.HARD_FAULT))
