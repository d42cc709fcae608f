"""A title for every bit of the status registers."""

from typing import Any

import pytest

from workbench.armv7m.architecture import Cfsr, Hfsr
from workbench.armv7m.mpu_region import MpuRegion
from workbench.engines.base import FaultState
from workbench.fault.addresses import Addresses
from workbench.fault.advice import notes
from workbench.fault.cause import title
from workbench.fault.instruction import Instruction
from workbench.fault.mpu import MpuState
from workbench.fault.scene import Scene
from workbench.fault.status import CAUSES, MEANINGS

from .machines import image, platform

LOAD = Instruction(0x0800_0200, b"\x03\x68", "ldr r3, [r0]", {"r0": 0x6000_0000}, 0x6000_0000, 4)
READ_ONLY = MpuState(True, False, (MpuRegion(2, 0x2000_0000, 0x2000_0100, 6, True),))


def scene(cfsr: int = 0, exception: int = 3, hfsr: int | None = Hfsr.FORCED, **more: Any) -> Scene:
    registers = {"pc": 0x0800_0200, "sp": 0x2000_8000, "xpsr": 1 << 24}
    fault = FaultState(exception, 0x0800_0200, 0x2000_7FE0, registers, 0xFFFFFFF9, cfsr, hfsr)
    known = {
        "fault": fault,
        "instruction": LOAD,
        "addresses": Addresses(image(), platform()),
        "mpu": MpuState(),
        "access": None,
        "came_by": "",
        "cpacr": 0,
        "is_privileged": True,
        "engine": "embedded",
    }
    return Scene(**{**known, **more})


@pytest.mark.parametrize(
    ("bit", "says"),
    [
        (Cfsr.IACCVIOL, "MemManage escalated to HardFault: execution at 0x08000200, in flash"),
        (Cfsr.DACCVIOL, "MemManage escalated to HardFault: an access to data was refused"),
        (Cfsr.MUNSTKERR, "MemManage escalated to HardFault: the exception frame at 0x20007fe0"),
        (Cfsr.MSTKERR, "MemManage escalated to HardFault: the exception frame could not be wr"),
        (Cfsr.MLSPERR, "MemManage escalated to HardFault: the floating-point registers could"),
        (Cfsr.IBUSERR, "BusFault escalated to HardFault: execution at 0x08000200"),
        (Cfsr.PRECISERR, "BusFault escalated to HardFault: an access to data was refused"),
        (Cfsr.IMPRECISERR, "a write was refused some instructions ago; the one at PC is not it"),
        (Cfsr.UNSTKERR, "BusFault escalated to HardFault: the exception frame at 0x20007fe0"),
        (Cfsr.STKERR, "BusFault escalated to HardFault: the exception frame could not be wr"),
        (Cfsr.LSPERR, "BusFault escalated to HardFault: the floating-point registers could"),
        (Cfsr.UNDEFINSTR, "UsageFault escalated to HardFault: no instruction of this core"),
        (Cfsr.INVSTATE, "UsageFault escalated to HardFault: execution at 0x08000200 without"),
        (Cfsr.INVPC, "by EXC_RETURN 0x08000201 that does not hold"),
        (Cfsr.NOCP, "`ldr r3, [r0]` while the FPU is off"),
        (Cfsr.UNALIGNED, "UsageFault escalated to HardFault: an unaligned data access was"),
        (Cfsr.DIVBYZERO, "a division by zero"),
    ],
)
def test_every_cause_has_a_title(bit: Cfsr, says: str) -> None:
    assert says in title(scene(bit))


def test_every_bit_has_a_meaning() -> None:
    assert set(MEANINGS) == {*Cfsr, *Hfsr}
    assert all(title(scene(bit)) for bit in CAUSES)


@pytest.mark.parametrize(
    ("hfsr", "says"),
    [
        (Hfsr.DEBUGEVT, "HardFault: a breakpoint instruction, and no debugger"),
        (Hfsr.VECTTBL, "HardFault: the vector of an exception could not be read"),
        (0, "HardFault: the status registers do not say why"),
    ],
)
def test_a_hard_fault_of_its_own_has_a_title(hfsr: int, says: str) -> None:
    assert title(scene(0, hfsr=hfsr)).startswith(says)


def test_a_semihosting_call_is_told_from_a_breakpoint() -> None:
    call = Instruction(0x0800_0200, b"\xab\xbe", "bkpt #0xab", {})
    assert "a semihosting call" in title(scene(0, hfsr=Hfsr.DEBUGEVT, instruction=call))


def test_a_fault_that_its_own_handler_takes_is_not_escalated() -> None:
    said = title(scene(Cfsr.PRECISERR, exception=5, hfsr=0, access=0x6000_0000))
    assert said == "BusFault: read of 4 bytes from 0x60000000, where nothing is (precise)"


def test_the_cause_that_tells_most_is_the_title_and_the_others_are_notes() -> None:
    both = scene(Cfsr.STKERR | Cfsr.PRECISERR, access=0x6000_0000)
    assert "read of 4 bytes" in title(both)
    assert any(note.startswith("STKERR is set too") for note in notes(both))


def test_a_bit_that_was_left_from_an_earlier_fault_is_not_the_cause() -> None:
    said = title(scene(Cfsr.PRECISERR | Cfsr.DIVBYZERO, exception=6, hfsr=0))
    assert said == "UsageFault: a division by zero, which CCR.DIV_0_TRP makes a fault"


def test_the_region_of_the_mpu_that_forbids_is_named() -> None:
    store = Instruction(0x0800_0200, b"\x03\x60", "str r3, [r0]", {}, 0x2000_0010, 4)
    said = title(scene(Cfsr.DACCVIOL, mpu=READ_ONLY, access=0x2000_0010, instruction=store))
    assert said.endswith("which MPU region 2 (0x20000000..0x200000ff) makes read-only")


@pytest.mark.parametrize(
    ("access", "privileged", "says"),
    [
        (0x2000_0200, True, "which no MPU region allows"),
        (0x2000_0010, False, "makes read-only for unprivileged code"),
    ],
)
def test_what_the_mpu_allows_depends_on_who_asks(access: int, privileged: bool, says: str) -> None:
    assert says in READ_ONLY.refusal(access, privileged, fetch=False)


def test_privileged_code_may_use_the_default_map_where_it_is_the_background() -> None:
    state = MpuState(True, True, READ_ONLY.regions)
    assert state.refusal(0x2000_0200, True, fetch=False) == ""
    assert state.refusal(0x2000_0200, False, fetch=False) == "which no MPU region allows"


def test_a_subregion_that_is_off_does_not_decide() -> None:
    region = MpuRegion(0, 0x2000_0000, 0x2000_0800, 0, False, disabled=0b1)
    assert not region.holds(0x2000_0000)
    assert region.holds(0x2000_0100)


def test_renode_is_said_to_be_no_silicon() -> None:
    said = list(notes(scene(Cfsr.UNDEFINSTR, exception=6, hfsr=None, engine="renode")))
    assert any("silicon escalates it to HardFault" in note for note in said)
