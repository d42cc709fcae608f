"""What the engine interface promises, on Renode."""

import pytest

from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.errors import UserError

pytestmark = pytest.mark.renode

SECOND = Seconds(1.0)
TO_SLEEP = Stop()


def test_reset_stands_at_the_reset_vector(probe, probe_image):
    assert probe.registers["pc"] == probe_image.symbol("OnReset").address
    assert probe.registers["sp"] == 0x2001_0000
    assert probe.instructions == 0


def test_limit_is_exact_where_an_instruction_takes_no_whole_nanoseconds(
    started, probe_image, tmp_path
):
    """168 million a second: Renode's clock moves 21 instructions at a time."""
    from workbench import platform
    from workbench.platform import read_platform

    repl = tmp_path / "odd.repl"
    repl.write_text(read_platform("stm32f4_discovery").repl.read_text() + _ODD_SPEED)
    started.load(probe_image, platform.read_repl(repl, uart="usart2"))
    for count in (1, 20, 21, 22, 1000):
        before = started.instructions
        assert started.run(TO_SLEEP, Instructions(count)).kind is StopKind.LIMIT
        assert started.instructions - before == count


_ODD_SPEED = "\ncpu:\n    PerformanceInMips: 168\n"


def test_limit_in_seconds_is_virtual_time(probe):
    reason = probe.run(TO_SLEEP, Seconds(0.001))
    assert reason.kind is StopKind.LIMIT
    assert reason.seconds == pytest.approx(0.001)
    assert reason.instructions == 100_000  # PerformanceInMips: 100


def test_fault_stops_at_its_handler_with_the_state_before_it(probe, probe_image):
    probe.run(TO_SLEEP, SECOND)
    probe.uart.write(b"u")
    reason = probe.run(TO_SLEEP, SECOND)
    assert reason.kind is StopKind.FAULT
    assert reason.pc == probe_image.symbol("OnUsageFault").address
    fault = reason.fault
    assert (fault.exception, fault.cfsr) == (6, 1 << 16)  # UsageFault, UNDEFINSTR
    assert probe.memory.read(fault.pc, 2) == b"\x01\xde"  # udf #1
    assert fault.registers["pc"] == fault.pc
    assert fault.registers["sp"] == fault.frame_address + 0x20
    assert fault.hfsr is None  # Renode does not model it
    assert probe.run(Stop(uart=b"UsageFault"), SECOND).kind is StopKind.UART


def test_jump_to_nowhere_locks_up_and_says_what_silicon_does(probe):
    probe.run(TO_SLEEP, SECOND)
    probe.uart.write(b"j")
    reason = probe.run(TO_SLEEP, SECOND)
    assert reason.kind is StopKind.LOCKUP
    assert "0x90000000" in reason.detail
    assert "IBUSERR" in reason.detail
    assert probe.run(TO_SLEEP, SECOND).kind is StopKind.LOCKUP
    probe.reset()
    assert probe.run(TO_SLEEP, SECOND).kind is StopKind.IDLE


def test_write_to_nowhere_is_the_fault_that_silicon_takes(probe):
    probe.run(TO_SLEEP, SECOND)
    probe.uart.write(b"w")
    reason = probe.run(TO_SLEEP, SECOND)
    fault = reason.fault
    assert (reason.kind, fault.raised) == (StopKind.FAULT, False)
    assert (fault.exception, fault.cfsr, fault.bfar) == (5, 0x400, None)  # IMPRECISERR
    assert fault.refused == 0x90000000
    assert not any("0x90000000" in warning for warning in reason.warnings)
    assert probe.run(TO_SLEEP, SECOND).kind is StopKind.IDLE  # Renode goes on behind it
    probe.uart.write(b"aw")
    assert probe.run(TO_SLEEP, SECOND).kind is StopKind.FAULT
    assert probe.uart.transcript.endswith(b"b")


def test_write_to_nowhere_right_behind_the_end_of_a_run_ends_the_next_one(probe, probe_image):
    probe.run(Stop(pc=frozenset({probe_image.symbol("Work").address})), SECOND)
    # str r0, [r2]: a byte on USART2; str r0, [r1]: to nowhere, in the same block; b .
    probe.memory.write(0x2000_0800, bytes.fromhex("10600860fee7"))
    for name, value in (("r0", ord("!")), ("r1", 0x1F00_0000), ("r2", 0x4000_4404)):
        probe.registers[name] = value
    probe.registers["pc"] = 0x2000_0800
    assert probe.run(Stop(uart=rb"!"), SECOND).kind is StopKind.UART
    reason = probe.run(TO_SLEEP, SECOND)
    assert (reason.kind, reason.fault.pc) == (StopKind.FAULT, 0x2000_0802)
    assert reason.fault.refused == 0x1F00_0000


def test_write_to_nowhere_in_an_it_block_leaves_what_follows_unconditional(probe, probe_image):
    probe.run(Stop(pc=frozenset({probe_image.symbol("Work").address})), SECOND)
    # movs r4, #1; cmp r4, #0; it ne; strne r0, [r1]; cmp r0, r0; b 1f; nop;
    # 1: adds r3, #1; adds r3, #1; b .
    code = "0124002c18bf0860804200e000bf01330133fee7"
    probe.memory.write(0x2000_0800, bytes.fromhex(code))
    for name, value in (("r1", 0x1F00_0000), ("r3", 0), ("pc", 0x2000_0800)):
        probe.registers[name] = value
    assert probe.run(TO_SLEEP, Instructions(100)).fault.pc == 0x2000_0806
    probe.run(TO_SLEEP, Instructions(100))
    assert probe.registers["r3"] == 2


def test_write_to_nowhere_where_faults_are_let_pass_is_a_warning(probe):
    probe.run(TO_SLEEP, SECOND)
    probe.uart.write(b"w")
    reason = probe.run(Stop(fault=False), SECOND)
    assert reason.kind is StopKind.IDLE
    assert any("0x90000000" in w and "BusFault" in w for w in reason.warnings)


def test_what_the_host_reads_from_nowhere_is_no_fault_of_the_firmware(probe):
    probe.run(TO_SLEEP, SECOND)
    with pytest.raises(UserError):
        probe.memory.read(0x90000000, 4)
    assert probe.run(TO_SLEEP, SECOND).kind is StopKind.IDLE


def test_system_reset_starts_again_from_the_image(probe, probe_image):
    count = probe.run(TO_SLEEP, SECOND).instructions
    probe.uart.write(b"r")
    reason = probe.run(Stop(reset=True), SECOND)
    assert reason.kind is StopKind.RESET
    assert reason.pc == probe_image.symbol("OnReset").address
    assert reason.instructions > count  # counted on: it is no power-on
    assert probe.run(TO_SLEEP, SECOND).instructions == reason.instructions + count
    assert probe.uart.transcript == b"hello\ndone\n" * 2


def test_firmware_that_resets_itself_for_ever_reaches_its_limit(probe):
    for _ in range(3):
        probe.run(TO_SLEEP, SECOND)
        probe.uart.write(b"r")
    count = probe.instructions
    reason = probe.run(Stop(), Instructions(500_000))
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, count + 500_000)


def test_power_on_reset_repeats_the_run_to_the_instruction(probe):
    first = probe.run(TO_SLEEP, SECOND)
    probe.memory.write(0x0800_0200, b"\xff" * 16)
    probe.reset()
    assert probe.instructions == 0
    again = probe.run(TO_SLEEP, SECOND)
    assert (again.kind, again.pc, again.instructions, again.seconds) == (
        first.kind,
        first.pc,
        first.instructions,
        first.seconds,
    )


def test_registers_can_be_written(probe):
    for name in ("r0", "r7", "lr", "msp", "psp", "primask"):
        value = 1 if name == "primask" else 0x2000_4000
        probe.registers[name] = value
        assert probe.registers[name] == value
    probe.registers["pc"] = 0x0800_0200
    assert probe.registers["pc"] == 0x0800_0200


def test_registers_that_renode_does_not_give_are_named(probe):
    with pytest.raises(UserError, match="s0"):
        probe.registers["s0"]


def test_memory_is_that_of_the_image_and_can_be_written(probe, probe_image):
    segment = probe_image.segments[0]
    assert probe.memory.read(segment.address, len(segment.data)) == segment.data
    assert probe.memory.read(0, 64) == segment.data[:64]  # the alias at 0
    probe.memory.write(0x2000_0100, b"\x00\xff\x80data")
    assert probe.memory.read(0x2000_0100, 7) == b"\x00\xff\x80data"


@pytest.mark.parametrize("address", [0x9000_0000, 0x2002_0000 - 2])
def test_memory_that_is_not_there_is_an_error(probe, address):
    with pytest.raises(UserError, match="nothing is mapped"):
        probe.memory.read(address, 4)


def test_trace_counts_every_instruction_once(probe, probe_image):
    work = probe_image.symbol("Work")
    probe.run(Stop(pc=frozenset({work.address})), SECOND)
    back = probe.registers["lr"] & ~1
    before = probe.instructions
    probe.start_trace()
    probe.run(Stop(pc=frozenset({back})), SECOND)
    trace = probe.stop_trace()
    assert trace.instructions == probe.instructions - before
    inside = {a for a in trace.counts if work.address <= a < work.address + work.size}
    assert inside == set(trace.counts)
    (loop,) = [jump for jump, times in trace.jumps.items() if times == 99_999]
    assert loop[1] < loop[0]
    assert trace.counts[loop[0]] == 100_000


def test_trace_holds_across_interrupts_stops_resets_and_faults(probe):
    probe.run(TO_SLEEP, SECOND)
    before = probe.instructions
    probe.start_trace()
    for byte in (b"a", b"t", b"r", b"u"):
        probe.uart.write(byte)
        probe.run(TO_SLEEP, Instructions(100))
        probe.run(TO_SLEEP, SECOND)
    trace = probe.stop_trace()
    assert trace.instructions == probe.instructions - before
    assert all(len(code) % 2 == 0 for code in trace.code.values())
