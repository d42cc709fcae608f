"""USART of the STM32F4 (RM0090, section 30) and of the F7 (RM0385, section 31)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.embedded.peripherals.st import stm32_usart as f4
from workbench.engines.embedded.peripherals.st import stm32f7_usart as f7
from workbench.platform import UartPacing

ON = f4.CR1_UE | f4.CR1_RE | f4.CR1_TE


@pytest.fixture
def usart():
    """One that bytes come to as fast as it takes them."""
    return Bench("UART.STM32_UART", uart_pacing=UartPacing.OFF)


def test_reset_value_of_the_status_register(usart):
    assert usart[f4.SR] == 0xC0  # TXE and TC, 30.6.1


def test_sends_what_is_written_to_dr(usart):
    usart[f4.CR1] = ON
    usart[f4.DR] = 0x141  # nine bits; the ninth is not on an eight-bit line
    usart.model.write(f4.DR, 1, 0x42)
    assert usart.sent == b"AB"
    assert usart[f4.SR] & f4.SR_TC


def test_sends_nothing_while_disabled_and_says_so_once(usart):
    usart[f4.DR] = 0x41
    usart[f4.DR] = 0x41
    assert usart.sent == b""
    assert len(usart.warnings) == 1


def test_receives_in_order_and_loses_nothing(usart):
    usart[f4.CR1] = ON
    usart.uart.receive(b"ab")
    usart.uart.receive(b"c")
    got = []
    while usart[f4.SR] & f4.SR_RXNE:
        got.append(usart[f4.DR])
    assert bytes(got) == b"abc"
    assert not usart.uart.sender.waiting


def test_bytes_wait_until_the_receiver_is_enabled(usart):
    usart.uart.receive(b"x")
    assert not usart[f4.SR] & f4.SR_RXNE
    assert usart.uart.sender.waiting
    usart[f4.CR1] = ON
    assert usart[f4.SR] & f4.SR_RXNE
    assert usart[f4.DR] == ord("x")


def test_receive_interrupt_is_a_level(usart):
    usart[f4.CR1] = ON | f4.CR1_RXNEIE
    assert not usart.line
    usart.uart.receive(b"ab")
    assert usart.line
    assert usart[f4.DR] == ord("a")
    assert usart.line
    assert usart[f4.DR] == ord("b")
    assert not usart.line


def test_txe_and_tc_interrupt_where_they_are_enabled(usart):
    usart[f4.CR1] = ON | f4.CR1_TXEIE
    assert usart.line  # TXE is always set
    usart[f4.CR1] = ON | f4.CR1_TCIE
    assert usart.line
    usart[f4.SR] = 0  # TC is cleared by writing 0
    assert not usart.line
    usart[f4.DR] = 1
    assert usart.line


def test_idle_line_after_the_last_byte(usart):
    usart[f4.CR1] = ON | f4.CR1_IDLEIE
    usart.uart.receive(b"a")
    assert usart[f4.DR] == ord("a")
    assert not usart.line
    usart.clock.advance_seconds(1e-3)
    assert usart.line
    assert usart[f4.SR] & f4.SR_IDLE  # cleared by reading SR and then DR
    assert usart[f4.DR] == 0
    assert not usart[f4.SR] & f4.SR_IDLE
    assert not usart.line


def test_the_f7s_registers_lie_elsewhere():
    usart = Bench("UART.STM32F7_USART", frequency=16_000_000)
    usart[f7.CR1] = f7.CR1_UE | f7.CR1_RE | f7.CR1_TE | f4.CR1_RXNEIE
    assert usart[f7.ISR] & f7.ISR_TEACK
    assert usart[f7.ISR] & f7.ISR_REACK
    usart[f7.TDR] = ord("z")
    assert usart.sent == b"z"
    usart.uart.receive(b"q")
    assert usart.line
    assert usart[f7.RDR] == ord("q")
    assert not usart.line
    usart[f7.ICR] = f7.ICR_TCCF
    assert not usart[f7.ISR] & f4.SR_TC


def test_rxne_is_cleared_by_writing_0(usart):
    usart[f4.CR1] = ON
    usart.uart.receive(b"ab")
    usart[f4.SR] = ~f4.SR_RXNE & 0xFFFF  # drops "a"
    assert usart[f4.DR] == ord("b")


# -- at the baud rate


def paced(baud_divider=420, control=ON, control2=0, type_name="UART.STM32_UART", **properties):
    """A USART at 42 MHz, at 100,000 baud where nothing else is said: a byte takes 10,000 ticks."""
    bench = Bench(type_name, frequency=42_000_000, **properties)
    registers = f7 if "F7" in type_name else f4
    bench[registers.BRR] = baud_divider
    bench[registers.CR2] = control2
    bench[registers.CR1] = control
    return bench


def arrival(bench, status=f4.SR):
    """Ticks until the next byte has come."""
    start = bench.clock.now
    while not bench[status] & f4.SR_RXNE:
        bench.clock.advance(1 if bench.clock.now - start > 6_000 else 1_000)
        assert bench.clock.now - start < 100_000
    return bench.clock.now - start


@pytest.mark.parametrize(
    ("divider", "control", "control2", "bits"),
    [
        (420, 0, 0, 10),  # 8N1
        (420, f4.CR1_M, 0, 11),
        (420, 0, 1 << f4.CR2_STOP_SHIFT, 9.5),
        (420, 0, 2 << f4.CR2_STOP_SHIFT, 11),
        (420, f4.CR1_M, 3 << f4.CR2_STOP_SHIFT, 11.5),
        # OVER8: DIV_Mantissa 52, DIV_Fraction 4 eighths, bit 3 of BRR is kept clear or ignored
        (52 << 4 | 4, f4.CR1_OVER8, 0, 10),
        (52 << 4 | 12, f4.CR1_OVER8, 0, 10),
    ],
)
def test_a_byte_takes_the_time_of_its_frame(divider, control, control2, bits):
    usart = paced(divider, ON | control, control2)
    usart.uart.receive(b"ab")
    assert arrival(usart) == bits * 1_000
    usart[f4.DR]
    assert arrival(usart) == bits * 1_000


def test_without_a_frequency_the_clock_is_renodes():
    usart = Bench("UART.STM32_UART")
    usart[f4.BRR], usart[f4.CR1] = 80, ON  # 8 MHz / 80
    usart.uart.receive(b"a")
    assert arrival(usart) == 10_000


@pytest.mark.parametrize(
    ("control", "bits"), [(0, 10), (f7.CR1_M0, 11), (f7.CR1_M1, 9)], ids=["8", "9", "7"]
)
def test_the_f7s_words_have_7_8_or_9_bits(control, bits):
    on = f7.CR1_UE | f7.CR1_RE | control
    usart = paced(control=on, type_name="UART.STM32F7_USART")
    usart.uart.receive(b"a")
    assert arrival(usart, f7.ISR) == bits * 1_000


def test_a_byte_that_finds_rxne_set_is_lost_and_sets_ore():
    usart = paced()
    usart.uart.receive(b"abcd")
    usart.clock.advance(35_000)
    assert usart[f4.SR] & (f4.SR_RXNE | f4.SR_ORE) == f4.SR_RXNE | f4.SR_ORE
    assert usart[f4.DR] == ord("a")  # "the RDR content will not be lost", 30.3.3
    assert not usart[f4.SR] & (f4.SR_RXNE | f4.SR_ORE)
    assert arrival(usart) == 5_000
    assert usart[f4.DR] == ord("d")
    assert len(set(usart.warnings)) == 1
    assert "block: overrun" in usart.warnings[0]


def test_nothing_is_received_until_ore_is_cleared():
    usart = paced()
    usart.uart.receive(b"abcd")
    usart.clock.advance(25_000)
    assert usart[f4.DR] == ord("a")  # without a read of SR: ORE stays
    usart.clock.advance(10_000)
    assert usart[f4.SR] & (f4.SR_RXNE | f4.SR_ORE) == f4.SR_ORE
    usart[f4.DR]
    usart.clock.advance(5_000)
    assert usart[f4.DR] == ord("d")


def test_an_overrun_interrupts_with_rxneie_or_with_eie_and_dmar():
    usart = paced(control=ON | f4.CR1_RXNEIE)
    usart.uart.receive(b"ab")
    usart.clock.advance(20_000)
    usart[f4.DR]
    assert usart.line  # ORE alone: SR was not read
    usart[f4.CR1] = ON
    assert not usart.line
    usart[f4.CR3] = f4.CR3_EIE
    assert not usart.line
    usart[f4.CR3] = f4.CR3_EIE | f4.CR3_DMAR
    assert usart.line


def test_the_f7_clears_ore_by_icr_and_can_do_without_it():
    usart = paced(control=f7.CR1_UE | f7.CR1_RE, type_name="UART.STM32F7_USART")
    usart.uart.receive(b"abc")
    usart.clock.advance(25_000)
    usart[f7.RDR]
    assert usart[f7.ISR] & f4.SR_ORE
    usart[f7.ICR] = f7.ICR_ORECF
    usart.clock.advance(5_000)
    assert usart[f7.RDR] == ord("c")
    usart[f7.CR3] = f7.CR3_OVRDIS
    usart.uart.receive(b"de")
    usart.clock.advance(20_000)
    assert not usart[f7.ISR] & f4.SR_ORE
    assert usart[f7.RDR] == ord("e")


def test_the_f7_drops_a_byte_on_request():
    usart = paced(control=f7.CR1_UE | f7.CR1_RE, type_name="UART.STM32F7_USART")
    usart.uart.receive(b"a")
    usart.clock.advance(10_000)
    usart[f7.RQR] = f7.RQR_RXFRQ
    assert not usart[f7.ISR] & f4.SR_RXNE


def test_the_line_is_idle_a_frame_after_the_last_byte():
    usart = paced(control=ON | f4.CR1_IDLEIE)
    usart.uart.receive(b"ab")
    usart.clock.advance(29_999)
    assert not usart.line
    usart.clock.advance(1)
    assert usart.line


def test_a_reset_keeps_what_the_host_has_not_sent_yet_and_power_drops_it():
    usart = paced()
    usart.uart.receive(b"ab")
    usart.clock.advance(15_000)
    usart.model.reset()
    assert usart.uart.sender.waiting == b"b"
    usart.model.power_on()
    assert not usart.uart.sender.waiting


def test_a_snapshot_holds_what_was_received_and_what_comes():
    usart = paced()
    usart.uart.receive(b"ab")
    usart.clock.advance(15_000)
    state, deadlines = usart.model.save(), [t.deadline for t in usart.clock.timers]
    usart.clock.advance(50_000)
    usart.model.restore(state)
    usart.clock.now = 15_000
    for timer, deadline in zip(usart.clock.timers, deadlines, strict=True):
        timer.deadline = deadline
    assert usart[f4.DR] == ord("a")
    assert arrival(usart) == 5_000
    assert usart[f4.DR] == ord("b")
