"""What is said of serial ports that are not the console."""

from __future__ import annotations

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.embedded.console import OtherPorts


def test_the_port_that_sent_most_is_named() -> None:
    ports = {name: Bench("UART.STM32_UART").uart for name in ("usart1", "usart3")}
    others = OtherPorts(ports)
    assert others.advice("usart2") == ""
    ports["usart1"].transmit(b"a")
    ports["usart3"].transmit(b"bc")
    advice = others.advice("usart2")
    assert advice.startswith("the console usart2 sent nothing, usart3 sent 2 bytes")
    assert advice.endswith("--uart usart3")


def test_a_part_with_one_port_gives_no_advice() -> None:
    assert OtherPorts({}).advice("uart0") == ""
