"""DMA, EasyDMA, PPI and flash controllers of the boards reach what they reach on the part.

RM0090, 2.1 and 10.3; nRF52840 PS v1.7, 4.3, 4.4 and 6.16. The registers are written over the bus,
as the core does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from workbench.engines.embedded.assemble import assemble
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.engines.embedded.peripherals.nordic import (
    nrf_ecb,
    nrf_egu,
    nrf_ppi,
    nrf_spim,
    nrf_uarte,
)
from workbench.engines.embedded.peripherals.st import stm32_dma
from workbench.platform import read_platform

# STM32F407
DMA1, DMA2 = 0x4002_6000, 0x4002_6400
FLASH, ALIAS, CCM, SRAM1, SRAM2 = 0x0800_0400, 0x400, 0x1000_0000, 0x2000_0000, 0x2001_C000
SYSTEM_MEMORY, BACKUP_SRAM, NOWHERE = 0x1FFF_7A10, 0x4002_4000, 0x6000_0000
BIT_BAND_ALIAS, SCS, TIM5_ARR, GPIOD_ODR = 0x2200_0000, 0xE000_E100, 0x4000_0C2C, 0x4002_0C14
DMA1_STREAM0_INTERRUPT, DMA2_STREAM0_INTERRUPT = 11, 56

# nRF52840
UARTE0, SPIM2, ECB, EGU0, NVMC, PPI = (
    0x4000_2000,
    0x4002_3000,
    0x4000_E000,
    0x4001_4000,
    0x4001_E000,
    0x4001_F000,
)
RAM, RAM_END, CODE_RAM, UICR, CODE = 0x2000_0000, 0x2004_0000, 0x0080_0000, 0x1000_1000, 0x3000
UNREACHED = (CODE, CODE_RAM, UICR, 0x4000_2000, NOWHERE, 0xE000_E000, RAM_END - 2)
NVMC_CONFIG, WRITE_ENABLE, ERASE_ENABLE = NVMC + 0x504, 1, 2
ERASEPAGE, ERASEALL, ERASEUICR = NVMC + 0x508, NVMC + 0x50C, NVMC + 0x514


platform_of = cache(read_platform)


@contextmanager
def machine_of(board: str) -> Iterator[EmbeddedMachine]:
    machine = assemble(platform_of(board))
    try:
        machine.vector_table = SRAM1
        machine.power_on()
        yield machine
    finally:
        machine.close()


@pytest.fixture
def stm32() -> Iterator[EmbeddedMachine]:
    with machine_of("stm32f4_discovery") as machine:
        yield machine


@pytest.fixture
def nrf() -> Iterator[EmbeddedMachine]:
    with machine_of("nrf52840_dk") as machine:
        yield machine


def get(machine: EmbeddedMachine, address: int) -> int:
    return int.from_bytes(machine.bus.read(address, 4), "little")


def put(machine: EmbeddedMachine, address: int, value: int) -> None:
    machine.bus.write(address, value.to_bytes(4, "little"))


def transfer(machine: EmbeddedMachine, dma: int, par: int, m0ar: int, direction: int) -> int:
    """Let stream 0 of `dma` move two words; return its flags in LISR."""
    stream = dma + stm32_dma.STREAM
    put(machine, stream + stm32_dma.PAR, par)
    put(machine, stream + stm32_dma.M0AR, m0ar)
    put(machine, stream + stm32_dma.NDTR, 2)
    control = direction << stm32_dma.CR_DIR_SHIFT | 2 << stm32_dma.CR_PSIZE_SHIFT
    control |= 2 << stm32_dma.CR_MSIZE_SHIFT | stm32_dma.CR_TEIE | stm32_dma.CR_TCIE
    put(machine, stream + stm32_dma.CR, control | stm32_dma.CR_EN)
    machine.clock.sleep_until(machine.clock.next_deadline)
    machine.clock.expire()
    assert get(machine, stream + stm32_dma.CR) == control  # disabled, whatever came of it
    return get(machine, dma + stm32_dma.LISR)


@pytest.mark.parametrize(
    ("dma", "target", "reached"),
    [
        (DMA2, SRAM2, True),
        (DMA2, FLASH, False),
        (DMA2, ALIAS, False),
        (DMA2, CCM, False),
        (DMA2, SYSTEM_MEMORY, False),
        (DMA2, BACKUP_SRAM, False),
        (DMA2, BIT_BAND_ALIAS, False),
        (DMA2, SCS, False),
        (DMA2, NOWHERE, False),
        (DMA1, SRAM2, False),  # its peripheral port does not reach the source
    ],
)
def test_memory_to_memory(stm32: EmbeddedMachine, dma: int, target: int, reached: bool) -> None:
    put(stm32, SRAM1, 0x1234_5678)
    before = None if target in (NOWHERE, BIT_BAND_ALIAS) else get(stm32, target)
    flags = transfer(stm32, dma, SRAM1, target, stm32_dma.BETWEEN_MEMORIES)
    assert bool(flags & stm32_dma.TCIF) == reached
    assert bool(flags & stm32_dma.TEIF) != reached
    if before is not None:
        assert get(stm32, target) == (0x1234_5678 if reached else before)
    assert get(stm32, dma + stm32_dma.STREAM + stm32_dma.NDTR) == (0 if reached else 2)


@pytest.mark.parametrize(
    ("dma", "source", "reached"),
    [(DMA2, FLASH, True), (DMA2, GPIOD_ODR, True), (DMA2, CCM, False), (DMA2, ALIAS, False)],
)
def test_sources(stm32: EmbeddedMachine, dma: int, source: int, reached: bool) -> None:
    flags = transfer(stm32, dma, source, SRAM1, stm32_dma.BETWEEN_MEMORIES)
    assert bool(flags & stm32_dma.TEIF) != reached


def test_dma1_reaches_apb1_and_dma2_all_peripherals(stm32: EmbeddedMachine) -> None:
    to_peripheral = stm32_dma.TO_PERIPHERAL
    assert transfer(stm32, DMA1, TIM5_ARR, FLASH, to_peripheral) & stm32_dma.TCIF
    assert transfer(stm32, DMA1, GPIOD_ODR, SRAM1, to_peripheral) & stm32_dma.TEIF
    assert transfer(stm32, DMA2, GPIOD_ODR, SRAM1, to_peripheral) & stm32_dma.TCIF


def test_a_transfer_error_interrupts_until_it_is_cleared(stm32: EmbeddedMachine) -> None:
    transfer(stm32, DMA2, SRAM1, FLASH, stm32_dma.BETWEEN_MEMORIES)
    interrupt = 16 + DMA2_STREAM0_INTERRUPT
    assert stm32.processor.exceptions.pending >> interrupt & 1
    put(stm32, DMA2 + stm32_dma.LIFCR, stm32_dma.TEIF)
    assert not get(stm32, DMA2 + stm32_dma.LISR)


def test_the_first_bus_error_of_a_port_is_warned_of(stm32: EmbeddedMachine) -> None:
    for target in (FLASH, CCM):
        transfer(stm32, DMA2, SRAM1, target, stm32_dma.BETWEEN_MEMORIES)
    assert list(stm32.warnings) == [
        "dma2 (memory port): bus error: this bus master cannot write 0x08000400 (flash), "
        "nothing was moved"
    ]


@pytest.mark.parametrize("pointer", UNREACHED)
def test_uarte_sends_nothing_from_elsewhere(nrf: EmbeddedMachine, pointer: int) -> None:
    sent: list[bytes] = []
    uart: Any = nrf.peripherals["uart0"]
    uart.transmit = sent.append
    put(nrf, UARTE0 + nrf_uarte.ENABLE, nrf_uarte.ENABLE_UARTE)
    for register, value in ((nrf_uarte.TXD_PTR, pointer), (nrf_uarte.TXD_MAXCNT, 4)):
        put(nrf, UARTE0 + register, value)
    put(nrf, UARTE0 + nrf_uarte.STARTTX, 1)
    assert not sent
    assert get(nrf, UARTE0 + nrf_uarte.TXD_AMOUNT) == 0
    assert get(nrf, UARTE0 + nrf_uarte.ENDTX) == 1


@pytest.mark.parametrize("pointer", UNREACHED)
def test_spim_writes_and_reads_nothing_elsewhere(nrf: EmbeddedMachine, pointer: int) -> None:
    before = None if pointer == NOWHERE else nrf.bus.read(pointer, 2)
    for pointer_register, count in (
        (nrf_spim.RXD_PTR, nrf_spim.RXD_MAXCNT),
        (nrf_spim.TXD_PTR, nrf_spim.TXD_MAXCNT),
    ):
        put(nrf, SPIM2 + pointer_register, pointer)
        put(nrf, SPIM2 + count, 4)
    put(nrf, SPIM2 + nrf_spim.START, 1)
    assert before is None or nrf.bus.read(pointer, 2) == before
    amounts = (nrf_spim.RXD_AMOUNT, nrf_spim.TXD_AMOUNT, nrf_spim.END)
    assert [get(nrf, SPIM2 + register) for register in amounts] == [0, 0, 1]


@pytest.mark.parametrize("pointer", [*UNREACHED, RAM_END - 32])
def test_ecb_reports_its_own_error(nrf: EmbeddedMachine, pointer: int) -> None:
    put(nrf, ECB + nrf_ecb.ECBDATAPTR, pointer)
    put(nrf, ECB + nrf_ecb.STARTECB, 1)
    assert get(nrf, ECB + nrf_ecb.ERRORECB) == 1
    assert get(nrf, ECB + nrf_ecb.ENDECB) == 0


@pytest.mark.parametrize(
    "end_point",
    [NOWHERE, RAM, CODE, 0x4003_0000, EGU0 + 0x304, EGU0 + 1, 0xE000_ED00, 0x5000_0508],
)
def test_ppi_triggers_nothing_but_tasks(nrf: EmbeddedMachine, end_point: int) -> None:
    readable = end_point not in (NOWHERE, 0x4003_0000)
    before = nrf.bus.read(end_point, 4) if readable else b""
    put(nrf, PPI + nrf_ppi.EVENT_END, ECB + nrf_ecb.ENDECB)
    put(nrf, PPI + nrf_ppi.TASK_END, end_point)
    put(nrf, PPI + nrf_ppi.FORK_TASK_END, EGU0)
    put(nrf, PPI + nrf_ppi.CHENSET, 1)
    put(nrf, ECB + nrf_ecb.ECBDATAPTR, RAM)
    put(nrf, ECB + nrf_ecb.STARTECB, 1)
    assert not readable or nrf.bus.read(end_point, 4) == before
    assert get(nrf, EGU0 + nrf_egu.TRIGGERED) == 1  # the other end point


def test_nvmc_erases_pages_of_flash_and_uicr_only(nrf: EmbeddedMachine) -> None:
    put(nrf, RAM + CODE, 0x1234_5678)
    nrf.bus.program(CODE, b"code" * 0x400)
    put(nrf, NVMC_CONFIG, ERASE_ENABLE)
    for elsewhere in (NOWHERE, RAM + CODE, UARTE0, 0x0010_0000):
        put(nrf, ERASEPAGE, elsewhere)
    assert get(nrf, RAM + CODE) == 0x1234_5678
    assert nrf.bus.read(CODE, 4) == b"code"
    put(nrf, ERASEPAGE, CODE + 4)
    assert nrf.bus.read(CODE, 0x1000) == b"\xff" * 0x1000
    assert get(nrf, UICR + 0x200) == 0x12
    put(nrf, ERASEUICR, 1)
    assert get(nrf, UICR + 0x200) == 0xFFFF_FFFF
    assert list(nrf.warnings) == [
        "nvmc: there is no flash to erase at 0x60000000, nothing was erased"
    ]


def test_nvmc_erases_all(nrf: EmbeddedMachine) -> None:
    nrf.bus.program(0xF_FFFC, b"last")
    put(nrf, NVMC_CONFIG, ERASE_ENABLE)
    put(nrf, ERASEALL, 1)
    assert nrf.bus.read(0xF_FFFC, 4) == b"\xff" * 4
    assert get(nrf, UICR + 0x200) == 0xFFFF_FFFF


@pytest.mark.parametrize(
    ("master", "reached", "unreached"),
    [
        ("ethernet", (SRAM1, SRAM2, NOWHERE), (FLASH, ALIAS, CCM, GPIOD_ODR)),
        ("usbOtgHs", (SRAM1, SRAM2, NOWHERE), (FLASH, ALIAS, CCM, GPIOD_ODR)),
        ("usart1", (), (SRAM1, FLASH, GPIOD_ODR)),  # not a bus master
    ],
)
def test_masters_without_a_model_have_their_reach(
    master: str, reached: tuple[int, ...], unreached: tuple[int, ...]
) -> None:
    platform = read_platform("stm32f4_discovery")
    reach = platform.bus_masters.reach(platform.description.entries[master])
    for address in (*reached, *unreached):
        assert any(one.holds(address, 4) for one in reach) == (address in reached), hex(address)
