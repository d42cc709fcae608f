"""Buttons at rest: the level that firmware reads before anyone has pressed them."""

from __future__ import annotations

import pytest

from workbench.engines.embedded.assemble import assemble
from workbench.platform import read_repl

REPL = """
flash: Memory.MappedMemory @ sysbus 0x08000000 { size: 0x1000 }
ram: Memory.MappedMemory @ sysbus 0x20000000 { size: 0x1000 }
cpu: CPU.CortexM @ sysbus { cpuType: "cortex-m4f"; nvic: nvic }
nvic: IRQControllers.NVIC @ sysbus 0xE000E000 { -> cpu@0 }
uart: UART.STM32_UART @ sysbus 0x40004400
button: Miscellaneous.Button @ port 13 { invert: true; -> port@13 }
port: GPIOPort.STM32_GPIOPort @ sysbus <0x40020800, +0x400> { [0-15] -> exti@[0-15] }
exti: IRQControllers.STM32F4_EXTI @ sysbus 0x40013C00
"""
IDR, FTSR, PR = 0x10, 0x0C, 0x14


@pytest.fixture
def machine(tmp_path):
    """A board with one button that is high at rest, written before what it is wired to."""
    path = tmp_path / "board.repl"
    path.write_text(REPL)
    machine = assemble(read_repl(path))
    machine.vector_table = 0x0800_0000
    machine.power_on()
    yield machine
    machine.close()


def test_an_inverted_button_is_high_at_rest(machine):
    assert machine.peripherals["port"].read(IDR, 4) == 1 << 13


def test_the_first_press_after_a_reset_is_an_edge(machine):
    for reset in (machine.power_on, machine.warm_reset):
        reset()
        exti = machine.peripherals["exti"]
        exti.write(FTSR, 4, 1 << 13)
        machine.peripherals["port"].signal(13, False)
        assert exti.read(PR, 4) == 1 << 13


def test_a_reset_releases_a_button_that_is_held(machine):
    machine.peripherals["port"].signal(13, False)
    machine.warm_reset()
    assert machine.peripherals["port"].read(IDR, 4) == 1 << 13
