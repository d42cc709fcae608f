"""What the core does at its edges, with programs of a few halfwords."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.endings import fault_of
from tests.unit.images import image_of, segment
from workbench.armv7m.architecture import XPSR_T, Cfsr, Exc, Hfsr
from workbench.engines.base import FaultState, Instructions, Seconds, Stop, StopKind
from workbench.engines.embedded import runner
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.platform import Platform, read_platform

FLASH, STACK, FAULT_HANDLER, CODE = 0x0800_0000, 0x2000_1000, 0x0800_0100, 0x0800_0200
BRANCH_TO_SELF, BX_R0 = 0xE7FE, 0x4700
VTOR, CCR = 0xE000_ED08, 0xE000_ED14


@pytest.fixture
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine() as machine:
        yield machine


@pytest.fixture(scope="module")
def platform() -> Platform:
    return read_platform("stm32f4_discovery")


def start(
    engine: EmbeddedEngine,
    platform: Platform,
    *halfwords: int,
    entry: int = CODE | 1,
    flash: int = FLASH,
) -> None:
    """Load `halfwords` at CODE and a vector table whose faults end in an endless loop.

    flash: where it is on the part, CODE and FAULT_HANDLER with it.
    """
    moved = flash - FLASH
    words = [STACK, entry + moved, *[FAULT_HANDLER + moved | 1] * 14]
    table = b"".join(word.to_bytes(4, "little") for word in words)
    code = b"".join(halfword.to_bytes(2, "little") for halfword in halfwords)
    image = image_of(
        segment(flash, table),
        segment(FAULT_HANDLER + moved, BRANCH_TO_SELF.to_bytes(2, "little")),
        segment(CODE + moved, code),
        vector_table=flash,
    )
    engine.load(image, platform)


def to_fault(engine: EmbeddedEngine) -> FaultState:
    return fault_of(engine.run(Stop(), Instructions(1000)))


def test_a_reset_vector_without_bit_0_is_a_hard_fault_at_the_first_instruction(
    engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, BRANCH_TO_SELF, entry=CODE)
    fault = to_fault(engine)
    assert (fault.exception, fault.pc, fault.cfsr) == (Exc.HARD_FAULT, CODE, Cfsr.INVSTATE)
    assert fault.hfsr == Hfsr.FORCED
    assert not fault.registers["xpsr"] & XPSR_T


def test_a_snapshot_keeps_the_thumb_bit(engine: EmbeddedEngine, platform: Platform) -> None:
    start(engine, platform, BX_R0)
    engine.registers["r0"] = CODE + 0x10
    engine.run(Stop(pc=frozenset({CODE + 0x10}), fault=False), Instructions(1))
    saved = engine.snapshot()
    first = to_fault(engine)
    engine.restore(saved)
    assert to_fault(engine) == first
    assert (first.cfsr, first.pc) == (Cfsr.INVSTATE, CODE + 0x10)


# An STR to the SCS in the same block has the core come out behind the store.
STORE_R1_TO_R2 = 0x6011


@pytest.mark.parametrize(("value", "lost"), [(0x0800_0420, True), (0x0800_0400, False)])
def test_a_vtor_that_loses_bits_is_warned_of(
    value: int, lost: bool, engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, STORE_R1_TO_R2, BRANCH_TO_SELF)
    engine.registers["r1"], engine.registers["r2"] = value, VTOR
    warnings = engine.run(Stop(), Instructions(10)).warnings
    assert any(f"VTOR was written with 0x{value:08x}" in text for text in warnings) is lost


@pytest.mark.parametrize(
    "instruction",
    [
        (0xE8D0, 0x2FAF),  # LDA r2, [r0]
        (0xE8C0, 0x2F8F),  # STL r2, [r0]
        (0xE8D0, 0x2FEF),  # LDAEX r2, [r0]
        (0xE840, 0xF200),  # TT r2, r0
    ],
)
def test_what_armv8m_added_is_undefined(
    instruction: tuple[int, int], engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, *instruction)
    engine.registers["r0"] = STACK
    assert to_fault(engine).cfsr == Cfsr.UNDEFINSTR


@pytest.mark.parametrize(
    "instruction",
    [
        (0xFE00, 0x0A00),  # VSELEQ.F32
        (0xFE80, 0x0A00),  # VMAXNM.F32
        (0xFEB8, 0x0A40),  # VRINTA.F32
        (0xEE30, 0x0B00),  # VADD.F64
    ],
)
def test_what_fpv4_sp_has_not_is_undefined_with_the_fpu_on(
    instruction: tuple[int, int], engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, STORE_R1_TO_R2, *instruction)
    engine.registers["r1"], engine.registers["r2"] = 0xF << 20, 0xE000_ED88  # CPACR
    assert to_fault(engine).cfsr == Cfsr.UNDEFINSTR


@pytest.mark.parametrize(
    ("instruction", "bit"),
    [
        ((0xEE07, 0x0F15), Cfsr.NOCP),  # MCR p15
        ((0xED80, 0x0100), Cfsr.NOCP),  # STC p1
        ((0xFFFF, 0xFFFF), Cfsr.UNDEFINSTR),  # erased flash
    ],
)
def test_a_coprocessor_that_is_not_there_is_told_from_what_is_no_instruction(
    instruction: tuple[int, int], bit: Cfsr, engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, *instruction)
    assert to_fault(engine).cfsr == bit


LDREX_R4_R2, STREX_R3_R4_R2 = (0xE852, 0x4F00), (0xE842, 0x4300)


def test_a_snapshot_keeps_the_exclusive_monitor(engine: EmbeddedEngine, platform: Platform) -> None:
    start(engine, platform, *LDREX_R4_R2, *STREX_R3_R4_R2, BRANCH_TO_SELF)
    engine.registers["r2"] = STACK
    engine.run(Stop(), Instructions(1))
    saved = engine.snapshot()
    engine.reset()
    engine.restore(saved)
    engine.run(Stop(), Instructions(1))
    assert engine.registers["r3"] == 0


def test_reset_clears_the_exclusive_monitor(engine: EmbeddedEngine, platform: Platform) -> None:
    start(engine, platform, *LDREX_R4_R2, *STREX_R3_R4_R2, BRANCH_TO_SELF)
    engine.registers["r2"] = STACK
    engine.run(Stop(), Instructions(1))
    engine.reset()
    engine.registers["r2"], engine.registers["pc"] = STACK, CODE + 4
    engine.run(Stop(), Instructions(1))
    assert engine.registers["r3"] == 1


MSR_BASEPRI_R1, MSR_BASEPRI_MAX_R1, MRS_R2_BASEPRI = (
    (0xF381, 0x8811),
    (0xF381, 0x8812),
    (0xF3EF, 0x8211),
)


def test_basepri_on_the_nrf52840_has_3_bits(engine: EmbeddedEngine) -> None:
    code = (*MSR_BASEPRI_R1, *MRS_R2_BASEPRI, BRANCH_TO_SELF)
    start(engine, read_platform("nrf52840_dk"), *code, flash=0)
    engine.registers["r1"] = 0xFF
    engine.run(Stop(), Instructions(2))
    assert (engine.registers["r2"], engine.registers["basepri"]) == (0xE0, 0xE0)


@pytest.mark.parametrize("instructions", [1, 2])
def test_the_host_sees_and_sets_the_bits_that_basepri_has(
    instructions: int, engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, *MSR_BASEPRI_MAX_R1, *MRS_R2_BASEPRI, BRANCH_TO_SELF)
    engine.registers["basepri"], engine.registers["r1"] = 0x8F, 5  # BASEPRI_MAX does not take 0
    assert engine.registers["basepri"] == 0x80
    engine.run(Stop(), Instructions(instructions))
    assert engine.registers["basepri"] == 0x80


@pytest.mark.parametrize(
    "there",
    [
        (0x0000, 0x0000),
        (0xE890, 0x000F),  # LDM r0, {r0-r3}
        (0xEE30, 0x0A20),  # VADD.F32, with the FPU off
        (0xBF00, 0xEE30, 0x0A20),
    ],
)
@pytest.mark.parametrize("limit", range(1, 5))
def test_a_limit_at_an_instruction_without_the_thumb_bit_ends_the_run(
    limit: int, there: tuple[int, ...], engine: EmbeddedEngine, platform: Platform
) -> None:
    """What lies there is not decoded as Thumb, and nothing of it is issued."""
    start(engine, platform, BX_R0, BRANCH_TO_SELF, *there)
    engine.registers["r0"] = CODE + 4
    reason = engine.run(Stop(), Instructions(limit))
    assert reason.kind is (StopKind.LIMIT if limit == 1 else StopKind.FAULT)
    assert reason.instructions == 1
    assert limit == 1 or fault_of(reason).cfsr == Cfsr.INVSTATE


def test_a_store_that_is_refused_late_is_known_to_the_host(
    engine: EmbeddedEngine, platform: Platform
) -> None:
    start(engine, platform, STORE_R1_TO_R2, BRANCH_TO_SELF)
    engine.registers["r2"] = 0x3000_0000
    fault = to_fault(engine)
    assert (fault.cfsr, fault.bfar, fault.refused) == (Cfsr.IMPRECISERR, None, 0x3000_0000)
    assert fault.pc == CODE  # of the store; the stacked PC is that of what comes next
    stacked = engine.memory.read(fault.frame_address + 24, 4)
    assert int.from_bytes(stacked, "little") == CODE + 2
    assert engine.instructions == 1


STMIA_R2_R1_R3, LOAD_R1_FROM_R2 = 0xC20A, 0x6811


def test_nothing_is_left_of_a_store_to_nowhere(engine: EmbeddedEngine, platform: Platform) -> None:
    start(engine, platform, STMIA_R2_R1_R3, BRANCH_TO_SELF, LOAD_R1_FROM_R2)
    engine.registers["r2"] = 0x3000_0000
    to_fault(engine)
    assert engine.registers["r2"] == 0x3000_0008
    engine.reset()
    engine.registers["r2"], engine.registers["pc"] = 0x3000_0000, CODE + 4
    assert to_fault(engine).bfar == 0x3000_0000


def test_a_core_that_no_timer_wakes_is_idle_where_only_instructions_are_limited(
    engine: EmbeddedEngine, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAULTMASK masks SysTick, which goes off for ever and does not end WFI (B1.5.17)."""
    monkeypatch.setattr(runner, "IN_VAIN", 1_000)
    start(engine, platform, 0xB671, 0xBF30, 0xE7FD)  # CPSID f; WFI; back to it
    for register, value in ((0xE000_E014, 9), (0xE000_E018, 0), (0xE000_E010, 7)):
        engine.memory.write(register, value.to_bytes(4, "little"))
    reason = engine.run(Stop(), Instructions(1_000))
    assert (reason.kind, reason.instructions) == (StopKind.IDLE, 2)
    assert "1,000 timers in a row did not wake it" in reason.detail
    reason = engine.run(Stop(), Seconds(0.001))
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 2)
