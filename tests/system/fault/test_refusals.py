"""Why the core refused: alignment, privilege, priority, frames beyond memory, data as code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endings import diagnosis_of
from tests.system.programs import PLENTY
from workbench.engines.base import Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fault.diagnosis import STACK_OVERFLOW, Diagnosis
from workbench.fault.text import lines
from workbench.image import Image
from workbench.platform import Platform, select_platform

from .conftest import Compile, crash_on

SMALLER_PART = """
flash: Memory.MappedMemory @ sysbus 0x08000000
    size: 0x80000
sram: Memory.MappedMemory @ sysbus 0x20000000
    size: 0x4000
nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    IRQ -> cpu@0
cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m4f"
    nvic: nvic
usart2: UART.STM32_UART @ sysbus 0x40004400
    -> nvic@38
"""


Refusal = Callable[[str], Diagnosis]


@pytest.fixture
def refusal(compiled: Compile, platform: Platform) -> Refusal:
    """Return a function that runs one of refusals.c and says why it was refused."""

    def run(function: str) -> Diagnosis:
        with EmbeddedEngine() as engine:
            return crash_on(engine, compiled("refusals"), platform, function)

    return run


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (
            "execute_data",
            "control left the code: it executes data, 4 bytes into `data_as_code` (16 bytes), in "
            "RAM sram1; called through the function pointer 0x",
        ),
        ("execute_data", " by call (refusals.c:13)"),
        (
            "other_coprocessor",
            "ee11 0f10, an instruction of coprocessor 15, which this core does not have",
        ),
        ("table_branch", "read of 1 byte from 0x60000000, where nothing is"),
        ("table_branch_wide", "read of 2 bytes from 0x60000004, where nothing is"),
        (
            "unprivileged",
            "write of 4 bytes to 0xe000e100, in nvic, which unprivileged code may not touch",
        ),
        ("load_multiple", "1 byte into `buffer` (128 bytes), in RAM sram1: LDM needs an aligned"),
        ("store_below", "unaligned write of 8 bytes to 0x"),
        ("store_below", "2 bytes into `buffer` (128 bytes), in RAM sram1: STMDB needs an aligned"),
        ("load_exclusive", "2 bytes into `buffer` (128 bytes), in RAM sram1: LDREX needs an"),
        ("trapped_by_choice", "in RAM sram1: CCR.UNALIGN_TRP makes it a fault"),
        (
            "store_multiple_in_device",
            "unaligned write of 8 bytes to 0x40020002, in gpioPortA: in Device memory every access",
        ),
        (
            "read_in_device",
            "unaligned read of 4 bytes from 0x40020001, in gpioPortA: in Device memory every",
        ),
        ("read_in_scs", "unaligned read of 4 bytes from 0xe000ed01, in nvic: in Device memory"),
        (
            "svc_under_basepri",
            "HardFault: an SVC at a priority at which SVCall cannot be taken: BASEPRI is 0x40, and "
            "SVCall has the priority 0x80",
        ),
        ("svc_under_primask", "SVCall cannot be taken: PRIMASK is set"),
        ("svc_under_faultmask", "lockup: an SVC at a priority at which SVCall cannot be taken: FA"),
        ("svc_in_svc", "it is called in the handler of SVCall, which cannot preempt itself"),
        (
            "svc_in_interrupt",
            "it is called in IRQ 0, which has the priority 0x20, and SVCall has the priority 0x80",
        ),
        (
            "frame_beyond",
            "frame could not be written at 0x1000fff0, ending 16 bytes beyond the end of RAM ccm",
        ),
        (
            "return_without_stack",
            "the exception frame at 0x30000000, where nothing is, could not be read back: MSP was "
            "there when Irq1Handler (IRQ 1 (exti)) returned",
        ),
        ("even_vector", "without the Thumb bit; the vector of IRQ 3 (rtc/exti) is 0x0800"),
        ("even_vector", ", with bit 0 clear"),
        ("empty_vector", "the vector of IRQ 3 (rtc/exti) is 0, so it has no handler"),
    ],
)
def test_the_title_says_why(function: str, says: str, refusal: Refusal) -> None:
    assert says in refusal(function).title


def test_data_that_is_executed_is_not_blamed_on_the_fpu(refusal: Refusal) -> None:
    diagnosis = refusal("execute_data")
    assert not any("CPACR" in line for line in lines(diagnosis))
    assert diagnosis.notes[0].startswith("taken as code, it is ")
    assert "called through" not in diagnosis.notes[0]


def test_the_fpu_is_not_offered_for_another_coprocessor(refusal: Refusal) -> None:
    assert refusal("other_coprocessor").advice == ()


def test_the_status_line_says_that_the_code_was_unprivileged(refusal: Refusal) -> None:
    assert refusal("unprivileged").context == "in unprivileged thread mode, on PSP"


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("read_in_device", "use accesses of the register's own width"),
        ("load_multiple", "the address must be aligned"),
        ("trapped_by_choice", "clear bit 3 of CCR (0xE000ED14)"),
        ("unprivileged", "do it in an exception handler"),
        ("svc_under_basepri", "give SVCall a more urgent priority"),
    ],
)
def test_the_advice_is_that_of_the_reason(function: str, says: str, refusal: Refusal) -> None:
    (advice,) = refusal(function).advice
    assert advice.startswith(says) or says in advice


@pytest.mark.parametrize("function", ["svc_under_basepri", "svc_under_primask", "svc_in_svc"])
def test_the_line_is_that_of_the_svc(function: str, refusal: Refusal) -> None:
    diagnosis = refusal(function)
    assert diagnosis.instruction is not None
    assert diagnosis.instruction.text.startswith("svc #")
    assert diagnosis.calls[0].address == diagnosis.instruction.address
    assert diagnosis.calls[0].file.endswith("refusals.c")


def test_an_access_across_the_end_of_memory_says_where_it_leaves_it(refusal: Refusal) -> None:
    diagnosis = refusal("across_the_end")
    assert "0x20020000, just beyond the end of RAM sram2" in diagnosis.title


@pytest.mark.parametrize(
    ("function", "handler", "interrupted"),
    [
        ("return_without_stack", "Irq1Handler", "IRQ 1 (exti) interrupted perhaps return_without"),
        ("push_without_stack", "Irq2Handler", "IRQ 2 interrupted perhaps push_without_stack"),
    ],
)
def test_a_lost_stack_names_the_handler_and_what_it_interrupted(
    function: str, handler: str, interrupted: str, refusal: Refusal
) -> None:
    diagnosis = refusal(function)
    assert diagnosis.function == handler
    assert any(line.strip().startswith(interrupted) for line in lines(diagnosis))


def test_a_first_stack_pointer_outside_ram_is_named_as_that(
    compiled: Compile, tmp_path: Path
) -> None:
    repl = tmp_path / "smaller.repl"
    repl.write_text(SMALLER_PART)
    platform = select_platform(None, repl=repl)
    image = Image.from_file(compiled("refusals"))
    with EmbeddedEngine() as engine:
        engine.load(image, platform)
        crash = diagnosis_of(engine, image, platform, engine.run(Stop(), PLENTY))
    assert crash is not None
    assert crash.title.startswith(
        "the initial stack pointer 0x20008000 lies outside RAM, 16,384 bytes beyond the end of "
        "RAM sram: BusFault escalated to HardFault: write of"
    )
    assert STACK_OVERFLOW not in crash.kinds
    assert "linked for another part?" in crash.advice[0]
