"""When a run stops, and what it has counted by then."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests import contract
from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.errors import EngineError, UserError
from workbench.image import Image

from .conftest import Program, run_to_end

Boot = Callable[[str], EmbeddedEngine]
REGISTERS = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc", "xpsr")


def registers(engine: EmbeddedEngine) -> dict[str, int]:
    return {name: engine.registers[name] for name in REGISTERS}


def jump(engine: EmbeddedEngine, image: Image, function: str) -> None:
    """Let the firmware get ready, then go on in `function`."""
    engine.run(Stop(uart=b"ready"), PLENTY)
    engine.uart.read()
    engine.registers["pc"] = image.symbol(function).address


@pytest.fixture
def image(program: Program) -> Image:
    return Image.from_file(program("endings"))


def test_a_limit_is_exact_at_every_instruction(boot: Boot) -> None:
    engine = boot("loops")
    for expected in range(1, 600):
        reason = engine.run(Stop(), Instructions(1))
        assert reason.kind is StopKind.LIMIT
        assert engine.instructions == reason.instructions == expected


def test_steps_end_where_one_run_ends(boot: Boot) -> None:
    engine = boot("ramcode")
    engine.run(Stop(), Instructions(1500))
    in_one = registers(engine)
    engine.reset()
    for _ in range(500):
        engine.run(Stop(), Instructions(3))
    assert registers(engine) == in_one


def test_stepping_through_everything_changes_no_result(boot: Boot) -> None:
    engine = boot("loops")
    expected = run_to_end(engine)
    engine.reset()
    engine.uart.read()
    for _ in range(3000):
        engine.run(Stop(), Instructions(1))
    assert run_to_end(engine) == expected


def test_it_keeps_the_contract_of_engines(boot: Boot) -> None:
    engine = boot("loops")
    contract.traces_are_started_before_they_are_read(engine)
    contract.a_trace_ends_once(engine)


def test_seconds_are_instructions_at_the_platforms_rate(boot: Boot) -> None:
    engine = boot("loops")
    reason = engine.run(Stop(), Seconds(1e-5))
    assert (reason.kind, reason.instructions, reason.seconds) == (StopKind.LIMIT, 1000, 1e-5)


def test_a_stop_address_is_reached_before_its_instruction(boot: Boot, program: Program) -> None:
    engine = boot("loops")
    address = Image.from_file(program("loops")).symbol("mix").address
    arguments = []
    for _ in range(10):
        reason = engine.run(Stop(pc=frozenset({address})), PLENTY)
        assert (reason.kind, reason.pc) == (StopKind.PC, address)
        arguments.append(engine.registers["r0"])
    assert arguments == list(range(10))


def test_stops_do_not_change_the_count(boot: Boot, program: Program) -> None:
    engine = boot("ramcode")
    run_to_end(engine)
    undisturbed = engine.instructions
    engine.reset()
    address = Image.from_file(program("ramcode")).symbol("run_buffer").address + 2
    stop = Stop(pc=frozenset({address}), fault=False)
    stops = 0
    while engine.run(stop, PLENTY).kind is StopKind.PC:
        stops += 1
    assert stops == 50
    assert engine.instructions == undisturbed


def test_two_runs_count_the_same(boot: Boot) -> None:
    engine = boot("loops")
    first = (run_to_end(engine), engine.instructions)
    engine.reset()
    assert (run_to_end(engine), engine.instructions) == first


def test_a_pattern_on_the_console_ends_a_run(boot: Boot) -> None:
    engine = boot("endings")
    reason = engine.run(Stop(uart=rb"re\w+"), PLENTY)
    assert reason.kind is StopKind.UART
    assert engine.uart.read().startswith(b"ready")
    assert engine.run(Stop(uart=b"ready"), PLENTY).kind is StopKind.IDLE


def test_a_broken_pattern_is_the_callers_mistake(boot: Boot) -> None:
    engine = boot("endings")
    with pytest.raises(re.error):
        engine.run(Stop(uart=b"("), PLENTY)


def test_a_core_that_nothing_can_wake_is_idle(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "sleep_for_good")
    reason = engine.run(Stop(), Seconds(10))
    assert reason.kind is StopKind.IDLE
    assert reason.seconds < 1


def test_time_passes_for_an_idle_core_if_wanted(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "sleep_for_good")
    before = engine.instructions
    reason = engine.run(Stop(idle=False), Seconds(10))
    assert reason.kind is StopKind.LIMIT
    assert reason.seconds > 10
    assert engine.instructions - before < 10


def test_a_spinning_core_is_not_idle(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "spin")
    assert engine.run(Stop(), Instructions(10_000)).kind is StopKind.LIMIT


def test_a_reset_keeps_memory_and_count(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "ask_for_reset")
    before = engine.instructions
    reason = engine.run(Stop(reset=True), PLENTY)
    assert reason.kind is StopKind.RESET
    assert engine.instructions > before
    assert engine.memory.read(image.symbol("kept").address, 4) == b"\x78\x56\x34\x12"
    assert engine.run(Stop(uart=b"ready"), PLENTY).kind is StopKind.UART


def test_resets_that_do_not_stop_a_run_are_told(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "ask_for_reset")
    reason = engine.run(Stop(uart=b"ready"), PLENTY)
    assert "the firmware or a watchdog reset the part once" in reason.warnings
    assert not engine.run(Stop(), Instructions(1)).warnings


def test_a_fault_in_a_fault_locks_up(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "lock_up")
    reason = engine.run(Stop(), PLENTY)
    assert reason.kind is StopKind.LOCKUP
    assert "undefined instruction" in reason.detail
    assert engine.run(Stop(), PLENTY).kind is StopKind.LOCKUP


def test_a_lockup_tells_the_registers(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "lock_up")
    fault = engine.run(Stop(), PLENTY).fault
    assert fault is not None
    assert fault.cfsr == 1 << 16  # UNDEFINSTR
    assert image.function_at(fault.pc) == image.symbol("lock_up")


def test_an_unreadable_vector_table_locks_up(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "bad_vector_table")
    reason = engine.run(Stop(), PLENTY)
    assert reason.kind is StopKind.LOCKUP
    assert "vector" in reason.detail


def test_a_store_to_flash_is_a_bus_fault(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "write_flash")
    reason = engine.run(Stop(), PLENTY)
    assert reason.kind is StopKind.FAULT and reason.fault is not None
    assert reason.fault.cfsr == 0x400  # IMPRECISERR
    assert (reason.fault.bfar, reason.fault.refused) == (None, 0x08001000)
    assert reason.fault.exception == 3  # BusFault is not enabled


def test_a_stack_below_ram_faults_at_the_push(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "overflow_stack")
    reason = engine.run(Stop(), PLENTY)
    assert reason.kind is StopKind.FAULT and reason.fault is not None
    assert reason.fault.cfsr == 0x1400  # STKERR, IMPRECISERR
    assert reason.fault.registers["sp"] == 0x20000008


def test_a_breakpoint_without_debugger_is_a_hard_fault(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "breakpoint")
    reason = engine.run(Stop(), PLENTY)
    assert reason.fault is not None
    assert (reason.fault.exception, reason.fault.hfsr) == (3, 1 << 31)


def test_a_fault_can_be_left_to_the_firmware(boot: Boot, image: Image) -> None:
    engine = boot("endings")
    jump(engine, image, "write_flash")
    assert run_to_end(engine).startswith("unexpected exception=00000003")


@pytest.mark.parametrize("name", ["loops", "tasks", "frames", "sleep"])
def test_a_snapshot_goes_on_as_the_machine_did(name: str, boot: Boot) -> None:
    engine = boot(name)
    engine.run(Stop(fault=False), Instructions(1234))
    snapshot = engine.snapshot()
    first = (run_to_end(engine), engine.instructions, registers(engine))
    engine.restore(snapshot)
    assert engine.instructions == 1234
    assert (run_to_end(engine), engine.instructions, registers(engine)) == first


def test_a_timer_interrupts_between_two_instructions(boot: Boot, program: Program) -> None:
    engine = boot("loops")
    handler = Image.from_file(program("loops")).symbol("SysTickHandler").address
    entries = []
    for _ in range(8):
        engine.run(Stop(pc=frozenset({handler})), PLENTY)
        entries.append(engine.instructions)
    # 1,680 ticks of 168 MHz at 100 million instructions a second; the first comes from the middle
    # of the block that started the timer.
    assert {after - before for before, after in pairwise(entries[1:])} == {1000}


def test_stepping_off_a_stop_when_a_timer_is_due(boot: Boot, program: Program) -> None:
    engine = boot("loops")
    mix = Image.from_file(program("loops")).symbol("mix").address
    around = Stop(pc=frozenset(range(mix, mix + 40, 2)))
    expected = run_to_end(engine), engine.instructions
    engine.reset()
    while engine.run(around, PLENTY).kind is StopKind.PC:
        pass
    assert (engine.uart.read().decode(), engine.instructions) == expected


def test_host_access_to_nothing_is_an_error(boot: Boot) -> None:
    engine = boot("loops")
    with pytest.raises(UserError, match="0x30000000"):
        engine.memory.read(0x30000000, 4)
    with pytest.raises(UserError, match="0x30000000"):
        engine.memory.write(0x30000000, b"x")
    with pytest.raises(UserError, match="r99"):
        engine.registers["r99"]


def test_an_engine_without_an_image_says_so() -> None:
    with EmbeddedEngine() as engine, pytest.raises(EngineError, match="no image"):
        engine.run(Stop(), PLENTY)


def test_code_that_the_host_changes_is_executed_anew(boot: Boot, program: Program) -> None:
    engine = boot("loops")
    mix = Image.from_file(program("loops")).symbol("mix").address
    engine.run(Stop(pc=frozenset({mix})), PLENTY)
    engine.run(Stop(pc=frozenset({mix})), PLENTY)
    engine.memory.write(mix, bytes.fromhex("0720 7047"))  # movs r0, #7; bx lr
    back = engine.registers["lr"] & ~1
    reason = engine.run(Stop(pc=frozenset({back})), PLENTY)
    assert reason.kind is StopKind.PC
    assert engine.registers["r0"] == 7
