"""Which lines of Renode's log (as 1.15.3 writes them) are a fault on silicon, and which fault."""

import pytest

from workbench.armv7m.architecture import CORE_REGISTERS, EXC_RETURN_THREAD_PSP, Cfsr
from workbench.engines.renode.nowhere import Refusal, fault_state, refusal_in

CORE = "sysbus: [cpu: 0x8000242 (main+0x12)] "


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        (
            "[cpu: 0x8000242] WriteDoubleWord to non existing peripheral at 0x70000000, value 0x1.",
            Refusal(0x70000000, is_write=True),
        ),
        (
            CORE + "ReadByte from non existing peripheral at 0x90000001.",
            Refusal(0x90000001, is_write=False),
        ),
    ],
)
def test_an_access_of_the_core_to_nothing_is_refused(line, refused):
    assert refusal_in(line) == refused


@pytest.mark.parametrize(
    "line",
    [
        CORE + "(tag: 'FSMC') ReadWord from non existing peripheral at 0xA0000000, returning 0x0.",
        CORE + "ReadDoubleWord from non existing peripheral at 0xE0001004.",
        "sysbus: ReadDoubleWord from non existing peripheral at 0x70000000.",
        CORE + "Trying to execute code outside RAM or ROM at 0x90000000.",
    ],
    ids=["a tag of the .repl", "the core's own DWT", "not by the core", "something else"],
)
def test_other_accesses_are_not(line):
    assert refusal_in(line) is None


def test_the_fault_is_the_one_that_silicon_takes():
    registers = dict.fromkeys(CORE_REGISTERS, 0) | {"sp": 0x20001000, "pc": 0x08000242}
    fault = fault_state(Refusal(0x70000000, is_write=False), registers, control=2)
    assert not fault.raised
    assert (fault.pc, fault.bfar, fault.cfsr) == (0x08000242, 0x70000000, 0x8200)
    assert fault.exc_return == EXC_RETURN_THREAD_PSP


def test_a_refused_write_is_imprecise() -> None:
    registers = {"pc": 0x08000100, "sp": 0x20001000, "xpsr": 0x01000000}
    fault = fault_state(Refusal(0x70000000, is_write=True), registers, control=0)
    assert (fault.cfsr, fault.bfar, fault.refused) == (Cfsr.IMPRECISERR, None, 0x70000000)
