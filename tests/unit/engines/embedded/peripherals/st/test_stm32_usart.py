"""USART of the STM32F4 (RM0090, section 30) and of the F7 (RM0385, section 31)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.embedded.peripherals.st import stm32_usart as f4
from workbench.engines.embedded.peripherals.st import stm32f7_usart as f7

ON = f4.CR1_UE | f4.CR1_RE | f4.CR1_TE


@pytest.fixture
def usart():
    return Bench("UART.STM32_UART")


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
    usart.model.receive(b"ab")
    usart.model.receive(b"c")
    got = []
    while usart[f4.SR] & f4.SR_RXNE:
        got.append(usart[f4.DR])
    assert bytes(got) == b"abc"
    assert not usart.model.receive_pending


def test_bytes_wait_until_the_receiver_is_enabled(usart):
    usart.model.receive(b"x")
    assert not usart[f4.SR] & f4.SR_RXNE
    assert usart.model.receive_pending
    usart[f4.CR1] = ON
    assert usart[f4.SR] & f4.SR_RXNE
    assert usart[f4.DR] == ord("x")


def test_receive_interrupt_is_a_level(usart):
    usart[f4.CR1] = ON | f4.CR1_RXNEIE
    assert not usart.line
    usart.model.receive(b"ab")
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
    usart.model.receive(b"a")
    usart.clock.advance_seconds(1)
    assert not usart.line  # the byte has not been taken yet
    assert usart[f4.DR] == ord("a")
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
    usart.model.receive(b"q")
    assert usart.line
    assert usart[f7.RDR] == ord("q")
    assert not usart.line
    usart[f7.ICR] = f7.ICR_TCCF
    assert not usart[f7.ISR] & f4.SR_TC
