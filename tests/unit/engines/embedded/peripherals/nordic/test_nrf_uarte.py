"""UARTE of the nRF52840 (Product Specification v1.7, 6.34) and the UART beside it (6.33)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.peripherals.fakes import TICKS_PER_SECOND, Bench
from workbench.engines.embedded.peripherals.nordic import nrf
from workbench.engines.embedded.peripherals.nordic import nrf_uarte as u
from workbench.platform import UartPacing

BUFFER = 0x2000_1000


def bit(event: int) -> int:
    return 1 << (event - nrf.EVENTS) // 4


@pytest.fixture
def uarte():
    bench = Bench("UART.NRF52840_UART", easyDMA=True, uart_pacing=UartPacing.OFF)
    bench[u.ENABLE] = u.ENABLE_UARTE
    return bench


def start_receiving(bench, count, pointer=BUFFER):
    bench[u.RXD_PTR], bench[u.RXD_MAXCNT] = pointer, count
    bench[u.STARTRX] = 1


def test_pins_are_disconnected_after_reset(uarte):
    assert all(uarte[offset] == 0xFFFF_FFFF for offset in u.PSEL)


def test_sends_from_memory(uarte):
    uarte.bus.write(BUFFER, b"hello")
    uarte[u.TXD_PTR], uarte[u.TXD_MAXCNT] = BUFFER, 5
    uarte[u.STARTTX] = 1
    assert uarte.sent == b"hello"
    assert uarte[u.TXD_AMOUNT] == 5
    assert [uarte[e] for e in (u.TXSTARTED, u.TXDRDY, u.ENDTX, u.TXSTOPPED)] == [1, 1, 1, 0]
    uarte[u.STOPTX] = 1
    assert uarte[u.TXSTOPPED] == 1


def test_counts_have_16_bits(uarte):
    uarte.bus.write(BUFFER, b"hello")
    uarte[u.TXD_PTR], uarte[u.TXD_MAXCNT] = BUFFER, 0x1_0002
    uarte[u.STARTTX] = 1
    assert uarte.sent == b"he"
    start_receiving(uarte, 0x1_0003)
    uarte.uart.receive(b"abcd")
    assert (uarte[u.ENDRX], uarte[u.RXD_AMOUNT]) == (1, 3)


def test_what_easydma_does_not_reach_is_not_sent(uarte):
    uarte.bus.holes.append(range(0x2000_0000))
    uarte[u.TXD_PTR], uarte[u.TXD_MAXCNT] = 0x1000, 1
    uarte[u.STARTTX] = 1
    assert uarte.sent == b""
    assert (uarte[u.ENDTX], uarte[u.TXDRDY], uarte[u.TXD_AMOUNT]) == (1, 0, 0)


def test_a_buffer_that_easydma_does_not_reach_is_passed_over(uarte):
    uarte.bus.holes.append(range(0x2000_0000))
    uarte[u.RXD_PTR], uarte[u.RXD_MAXCNT] = 0x1000, 2
    uarte[u.STARTRX] = 1
    uarte.uart.receive(b"ab")
    assert (uarte[u.ENDRX], uarte[u.RXD_AMOUNT]) == (1, 0)
    assert uarte.bus.read(0x1000, 2) == b"\0\0"


def test_receives_until_the_buffer_is_full(uarte):
    start_receiving(uarte, 3)
    assert uarte[u.RXSTARTED] == 1
    uarte.uart.receive(b"ab")
    assert (uarte[u.RXDRDY], uarte[u.ENDRX]) == (1, 0)
    uarte.uart.receive(b"cd")
    assert uarte[u.ENDRX] == 1
    assert uarte[u.RXD_AMOUNT] == 3
    assert uarte.bus.read(BUFFER, 4) == b"abc\0"
    assert uarte.uart.sender.waiting


def test_no_byte_is_lost_between_one_byte_buffers(uarte):
    """The firmware restarts reception from its interrupt handler, byte for byte."""
    uarte[nrf.INTENSET] = bit(u.ENDRX)
    start_receiving(uarte, 1)
    uarte.uart.receive(b"0123456789")
    got = b""
    while uarte.line:
        uarte[u.ENDRX] = 0
        got += uarte.bus.read(BUFFER, uarte[u.RXD_AMOUNT])
        uarte[u.STARTRX] = 1
    assert got == b"0123456789"


def test_double_buffering_with_the_shortcut(uarte):
    """The pointer is latched at start, and the handler has a byte's time to set the next one."""
    byte_time = 10 / 115_200
    uarte[u.BAUDRATE] = 0x01D7_E000  # 115,200 baud
    uarte[nrf.SHORTS] = u.ENDRX_STARTRX
    uarte.uart.receive(b"abcdef")
    start_receiving(uarte, 2)
    assert uarte[u.RXDRDY] == 0
    uarte[u.RXD_PTR] = BUFFER + 0x100
    uarte.clock.advance_seconds(1.1 * byte_time)
    assert uarte.bus.read(BUFFER, 2) == b"ab"
    assert uarte[u.ENDRX] == 1
    uarte.clock.advance_seconds(1)
    assert uarte.bus.read(BUFFER + 0x100, 2) == b"\0\0"  # the handler is late
    uarte[u.ENDRX] = 0
    assert uarte.bus.read(BUFFER + 0x100, 2) == b"\0\0"
    uarte[u.RXD_PTR] = BUFFER + 0x200
    uarte.clock.advance_seconds(1.1 * byte_time)
    assert uarte.bus.read(BUFFER + 0x100, 2) == b"cd"
    uarte[u.ENDRX] = 0
    uarte.clock.advance_seconds(1.1 * byte_time)
    assert uarte.bus.read(BUFFER + 0x100, 2) == b"cd"
    assert uarte[u.ENDRX] == 1


def test_stopping_ends_the_buffer_and_then_times_out(uarte):
    start_receiving(uarte, 10)
    uarte.uart.receive(b"abc")
    uarte[u.STOPRX] = 1
    assert (uarte[u.ENDRX], uarte[u.RXTO], uarte[u.RXD_AMOUNT]) == (1, 1, 3)
    uarte.uart.receive(b"d")
    assert uarte.uart.sender.waiting


def test_interrupts_follow_events_and_enables(uarte):
    start_receiving(uarte, 1)
    uarte.uart.receive(b"a")
    assert not uarte.line
    uarte[nrf.INTENSET] = bit(u.ENDRX) | bit(u.ERROR)
    assert uarte.line
    assert uarte[nrf.INTENCLR] == uarte[nrf.INTEN] == bit(u.ENDRX) | bit(u.ERROR)
    uarte[nrf.INTENCLR] = bit(u.ENDRX)
    assert not uarte.line
    uarte[nrf.INTEN] = bit(u.ENDRX)
    assert uarte.line
    uarte[u.ENDRX] = 0
    assert not uarte.line


def test_the_older_uart_in_the_same_block():
    uart = Bench("UART.NRF52840_UART", uart_pacing=UartPacing.OFF)
    uart[u.ENABLE] = u.ENABLE_UART
    uart[u.STARTTX] = uart[u.STARTRX] = 1
    uart[u.TXD] = ord("A")
    assert uart.sent == b"A"
    assert uart[u.TXDRDY] == 1
    uart.uart.receive(b"xy")
    got = b""
    while uart[u.RXDRDY]:
        uart[u.RXDRDY] = 0
        got += bytes([uart[u.RXD]])
    assert got == b"xy"
    assert not uart.uart.sender.waiting


# -- at the baud rate

BYTE = 8_681  # ticks of 10 bits at 115,200 baud, rounded up; the register gives 115,203.9


@pytest.fixture
def paced():
    bench = Bench("UART.NRF52840_UART", easyDMA=True)
    bench[u.BAUDRATE] = 0x01D7_E000
    bench[u.ENABLE] = u.ENABLE_UARTE
    return bench


@pytest.mark.parametrize(
    ("config", "bits"),
    [(0, 10), (u.CONFIG_PARITY, 11), (u.CONFIG_STOP, 11), (u.CONFIG_PARITY | u.CONFIG_STOP, 12)],
)
def test_a_byte_takes_the_time_of_its_frame(paced, config, bits):
    paced[u.CONFIG] = config
    start_receiving(paced, 4)
    paced.uart.receive(b"ab")
    exact = bits * (1 << 32) / (0x01D7_E000 * u.BAUDRATE_HERTZ) * TICKS_PER_SECOND
    for count in (1, 2):
        paced.clock.advance(int(count * exact) - paced.clock.now)
        assert not paced[u.RXDRDY]
        paced.clock.advance(1)
        assert paced[u.RXDRDY]
        paced[u.RXDRDY] = 0


def test_the_fifo_holds_five_bytes_while_there_is_no_buffer(paced):
    start_receiving(paced, 1)
    paced.uart.receive(b"a12345")
    paced.clock.advance(7 * BYTE)
    assert (paced[u.ENDRX], paced[u.ERROR]) == (1, 0)
    start_receiving(paced, 5)
    assert paced.bus.read(BUFFER, 5) == b"12345"
    assert paced.warnings == []


def test_a_byte_that_finds_the_fifo_full_is_lost_and_sets_overrun(paced):
    paced[nrf.INTENSET] = bit(u.ERROR)
    start_receiving(paced, 1)
    paced.uart.receive(b"a123456")
    paced.clock.advance(8 * BYTE)
    assert (paced[u.ERROR], paced[u.ERRORSRC]) == (1, u.ERRORSRC_OVERRUN)
    assert paced.line
    paced[u.ERRORSRC] = u.ERRORSRC_OVERRUN
    assert paced[u.ERRORSRC] == 0
    start_receiving(paced, 7)
    paced.uart.receive(b"78")
    paced.clock.advance(3 * BYTE)
    assert paced.bus.read(BUFFER, 7) == b"1234578"
    assert len(paced.warnings) == 1


def test_the_shortcut_restarts_in_the_middle_of_a_stream(paced):
    """Whether the firmware has cleared ENDRX or not, as on silicon."""
    paced[nrf.SHORTS] = u.ENDRX_STARTRX
    start_receiving(paced, 2)
    paced[u.RXD_PTR] = BUFFER + 0x100
    paced.uart.receive(b"abcd")
    paced.clock.advance(5 * BYTE)
    assert paced.bus.read(BUFFER, 2) == b"ab"
    assert paced.bus.read(BUFFER + 0x100, 2) == b"cd"


def test_bytes_wait_for_startrx_and_after_stoprx(paced):
    paced.uart.receive(b"abc")
    paced.clock.advance(10 * BYTE)
    start_receiving(paced, 8)
    paced.clock.advance(BYTE)
    assert paced.bus.read(BUFFER, 2) == b"a\0"
    paced[u.STOPRX] = 1
    paced.clock.advance(10 * BYTE)
    assert paced.uart.sender.waiting == b"bc"
    start_receiving(paced, 8)
    paced.clock.advance(BYTE)
    assert paced.bus.read(BUFFER, 1) == b"b"


def test_flushrx_moves_what_came_after_the_last_buffer(paced):
    start_receiving(paced, 1)
    paced.uart.receive(b"abc")
    paced.clock.advance(4 * BYTE)
    paced[u.STOPRX] = 1
    paced[u.ENDRX] = 0
    paced[u.RXD_PTR], paced[u.RXD_MAXCNT] = BUFFER + 0x10, 8
    paced[u.FLUSHRX] = 1
    assert (paced[u.ENDRX], paced[u.RXD_AMOUNT]) == (1, 2)
    assert paced.bus.read(BUFFER + 0x10, 2) == b"bc"


def test_the_older_uart_keeps_six_bytes_behind_the_one_in_rxd():
    uart = Bench("UART.NRF52840_UART")
    uart[u.BAUDRATE], uart[u.ENABLE] = 0x01D7_E000, u.ENABLE_UART
    uart[u.STARTRX] = 1
    uart.uart.receive(b"a1234567")
    uart.clock.advance(8 * BYTE - BYTE // 2)
    assert not uart[u.ERROR]
    uart.clock.advance(BYTE)
    assert uart[u.ERRORSRC] == u.ERRORSRC_OVERRUN
    got = b""
    while uart[u.RXDRDY]:
        uart[u.RXDRDY] = 0
        got += bytes([uart[u.RXD]])
    assert got == b"a123456"
