"""What is said of each way to crash, on the embedded engine."""

from __future__ import annotations

import pytest

from tests.endings import diagnosis_of
from tests.system.programs import PLENTY
from workbench.engines.base import Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fault.diagnosis import STACK_OVERFLOW
from workbench.fault.text import headline, lines
from workbench.image import Image
from workbench.platform import Platform

from .conftest import Compile, Crash, crash_on

UNDEFINED = b"\x00\xde"  # UDF


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("read_nowhere", "read of 4 bytes from 0x60000000, where nothing is (precise)"),
        ("write_through_null", "write of 4 bytes to 0x00000000, NULL, in flash, which a store"),
        ("write_code", "write of 4 bytes to 0x08000100, in flash, which a store does not change"),
        ("run_out_of_ram", "write of 4 bytes to 0x20020000, just beyond the end of RAM sram2"),
        ("unaligned", "unaligned read of 8 bytes from 0x"),
        ("unaligned", "2 bytes into `buffer` (128 bytes)"),
        ("call_null", "called through a NULL function pointer in r0, by call (crashes.c:"),
        ("call_even", "without the Thumb bit; called through the function pointer 0x0800"),
        ("call_peripheral", "execution at 0x40000000, in timer2, from where nothing may be"),
        ("overwrite_return", "its bytes are the text 'AAAA'"),
        ("overwrite_return", "by a return whose address was overwritten on the stack"),
        ("trap", "udf #0xff, an instruction that is undefined on purpose"),
        ("undefined", "no instruction of this core: 0xb6f1"),
        ("stop_here", "HardFault: a breakpoint instruction, and no debugger"),
        ("divide", "a division by zero, which CCR.DIV_0_TRP makes a fault"),
        ("fpu_off", "while the FPU is off (CPACR is 0)"),
        ("write_protected", "MPU region 3 (0x20000200..0x200002ff) makes read-only"),
        ("enabled_handler", "MemManage: write of 4 bytes"),
        ("execute_never", "MPU region 3 (0x20000000..0x20007fff) makes execute-never"),
        ("bad_exception_return", "EXC_RETURN 0xfffffff3 that does not hold"),
        ("lock_up", "lockup: a fault with FAULTMASK set, where no handler can take it: BusFault"),
    ],
)
def test_the_title_says_what_happened(function: str, says: str, crash: Crash) -> None:
    assert says in crash(function).title


def test_an_escalated_fault_says_so(crash: Crash) -> None:
    assert crash("read_nowhere").title.startswith("BusFault escalated to HardFault: ")


def test_the_instruction_comes_with_the_values_it_used(crash: Crash) -> None:
    instruction = crash("read_nowhere").instruction
    assert instruction is not None
    assert (instruction.text, dict(instruction.values)) == ("ldr r0, [r3]", {"r3": 0x60000000})


def test_a_pointer_that_is_null_is_named(crash: Crash) -> None:
    assert crash("write_through_null").advice == (
        "r3 is the pointer that was not set: see who gives it",
    )


def test_the_handlers_that_were_interrupted_are_named_as_the_platform_does(crash: Crash) -> None:
    diagnosis = crash("nested_handlers")
    assert diagnosis.context == "in IRQ 1 (exti), on MSP"
    text = "\n".join(lines(diagnosis))
    assert "  IRQ 1 (exti) interrupted Irq0Handler (crashes.c:" in text
    assert "  IRQ 0 interrupted compute (crashes.c:" in text


def test_a_fault_in_the_handler_of_a_fault_shows_both(
    compiled: Compile, platform: Platform
) -> None:
    with EmbeddedEngine() as engine:
        crash_on(engine, compiled(), platform, "nested_handlers")
        image = Image.from_file(compiled())
        handler = engine.registers["pc"]
        engine.memory.write(handler, UNDEFINED)
        crash = diagnosis_of(engine, image, platform, engine.run(Stop(fault=False), PLENTY))
    assert crash is not None
    assert crash.title.startswith("lockup: undefined instruction in HardFault or NMI, where no")
    assert "after a BusFault escalated to HardFault: an access to 0x60000004" in crash.title
    assert crash.calls[1].interrupted_by == "HardFault"


def test_a_vector_table_that_is_nowhere_is_named(compiled: Compile, platform: Platform) -> None:
    with EmbeddedEngine() as engine:
        crash = crash_on(engine, compiled("endings"), platform, "bad_vector_table")
    assert crash.title.startswith("lockup: the vector of HardFault cannot be read")
    assert "Lockup" in crash.kinds
    assert crash.causes == ("VECTTBL",)
    assert "look at what was written to VTOR" in crash.advice[0]


def test_a_recursion_is_a_stack_overflow_with_its_depth_and_its_functions(crash: Crash) -> None:
    diagnosis = crash("recurse_by_turns")
    assert STACK_OVERFLOW in diagnosis.kinds
    assert diagnosis.depth > 1000
    text = "\n".join(lines(diagnosis))
    assert "stack overflow: MSP 0x20000000 is 1,024 bytes below the end of the main stack" in text
    assert "called from [odd (crashes.c:" in text
    assert "look at what ends the recursion of even" in text


def test_a_large_frame_is_named_with_its_size(crash: Crash) -> None:
    diagnosis = crash("large_frame")
    assert diagnosis.is_stack_overflow
    assert diagnosis.stack is not None
    assert diagnosis.stack.largest[0].function == "large"
    assert diagnosis.stack.largest[0].largest >= 160 * 1024


def test_the_guard_of_a_threads_stack_is_its_end(crash: Crash) -> None:
    diagnosis = crash("overflow_thread")
    assert headline(diagnosis).startswith("stack overflow: PSP is 0x20000220, and 0x20000200")
    assert diagnosis.context == "in thread mode, on PSP"
    assert diagnosis.stack is not None
    assert diagnosis.stack.stack.name == "stack in `guarded`"


@pytest.mark.parametrize("function", ["read_nowhere", "write_through_null", "call_null", "trap"])
def test_what_is_no_overflow_is_not_called_one(function: str, crash: Crash) -> None:
    diagnosis = crash(function)
    assert not diagnosis.is_stack_overflow
    assert any("of the main stack in use" in line for line in lines(diagnosis))
