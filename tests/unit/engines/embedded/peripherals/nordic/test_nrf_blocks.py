"""GPIO, GPIOTE, PPI, RNG, EGU, ECB, CLOCK, SPIM and TWIM of the nRF52840."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.embedded.peripherals.nordic import (
    nrf,
    nrf_clock,
    nrf_ecb,
    nrf_egu,
    nrf_gpio,
    nrf_gpiote,
    nrf_ppi,
    nrf_rng,
    nrf_spim,
    nrf_timer,
    nrf_twim,
)
from workbench.repl.description import Reference


def bit(event: int) -> int:
    return 1 << (event - nrf.EVENTS) // 4


@pytest.fixture
def gpio():
    return Bench("GPIOPort.NRF52840_GPIO", (13,))


def test_output_drives_its_wire(gpio):
    gpio[nrf_gpio.OUTSET] = 1 << 13
    assert not gpio.lines[13].level  # still an input
    gpio[nrf_gpio.DIRSET] = 1 << 13
    assert gpio.lines[13].level
    assert gpio[nrf_gpio.IN] == 1 << 13
    gpio[nrf_gpio.OUTCLR] = 1 << 13
    assert not gpio.lines[13].level


def test_direction_is_one_bit_in_two_registers(gpio):
    gpio[nrf_gpio.PIN_CNF + 4 * 13] = nrf_gpio.PIN_CNF_DIR
    assert gpio[nrf_gpio.DIR] == 1 << 13
    gpio[nrf_gpio.DIRCLR] = 1 << 13
    assert gpio[nrf_gpio.PIN_CNF + 4 * 13] == 0


def test_input_follows_its_wire_or_the_pull_up(gpio):
    gpio[nrf_gpio.PIN_CNF + 4 * 11] = nrf_gpio.PULL_UP << nrf_gpio.PIN_CNF_PULL_SHIFT
    assert gpio[nrf_gpio.IN] == 1 << 11
    gpio.model.signal(11, False)
    assert gpio[nrf_gpio.IN] == 0


@pytest.fixture
def gpiote(gpio):
    bench = Bench("GPIOPort.NRF52840_GPIOTasksEvents", port0=Reference("gpio0"))
    bench.model.connect({"gpio0": gpio.model})
    return bench


def test_gpiote_event_on_an_edge(gpio, gpiote):
    gpiote[nrf.INTENSET] = 1
    gpiote[nrf_gpiote.CONFIG] = (
        nrf_gpiote.MODE_EVENT | 11 << nrf_gpiote.PSEL_SHIFT | 1 << nrf_gpiote.POLARITY_SHIFT
    )
    gpio.model.signal(11, True)
    assert gpiote.line
    gpiote[nrf_gpiote.EVENT_IN] = 0
    gpio.model.signal(11, False)
    assert not gpiote.line  # only rising edges


def test_gpiote_port_event_by_sense(gpio, gpiote):
    gpiote[nrf.INTENSET] = nrf_gpiote.INTEN_PORT
    gpio[nrf_gpio.PIN_CNF + 4 * 11] = nrf_gpio.SENSE_HIGH << nrf_gpio.PIN_CNF_SENSE_SHIFT
    assert not gpiote.line
    gpio.model.signal(11, True)
    assert gpiote.line
    assert gpio[nrf_gpio.LATCH] == 1 << 11


def test_gpiote_task_toggles_a_pin(gpio, gpiote):
    gpiote[nrf_gpiote.CONFIG + 4] = (
        nrf_gpiote.MODE_TASK
        | 13 << nrf_gpiote.PSEL_SHIFT
        | nrf_gpiote.POLARITY_TOGGLE << nrf_gpiote.POLARITY_SHIFT
    )
    for level in (True, False, True):
        gpiote[nrf_gpiote.TASK_OUT + 4] = 1
        assert gpio.lines[13].level == level
    gpiote[nrf_gpiote.TASK_CLR + 4] = 1
    assert not gpio.lines[13].level


def test_a_ring_of_events_ends(monkeypatch):
    """Four channels and their forks carry one event to the task that generates it."""
    shared: dict[str, Any] = {}
    ppi = Bench("Miscellaneous.NRF52840_PPI", shared=shared)
    egu = Bench("Miscellaneous.NRF52840_EGU", address=0x4001_4000, shared=shared)
    ppi.bus.blocks.append((0x4001_4000, 0x1000, egu.model))
    triggered = []
    trigger = nrf_egu.NrfEgu.task

    def count(block: nrf_egu.NrfEgu, offset: int) -> None:
        triggered.append(offset)
        trigger(block, offset)

    monkeypatch.setattr(nrf_egu.NrfEgu, "task", count)
    for channel in range(4):
        ppi[nrf_ppi.EVENT_END + 8 * channel] = 0x4001_4000 + nrf_egu.TRIGGERED
        ppi[nrf_ppi.TASK_END + 8 * channel] = 0x4001_4000 + nrf_egu.TRIGGER
        ppi[nrf_ppi.FORK_TASK_END + 4 * channel] = 0x4001_4000 + nrf_egu.TRIGGER
    ppi[nrf_ppi.CHENSET] = 0xF
    egu[nrf_egu.TRIGGER] = 1
    assert len(triggered) == 1 + nrf_ppi.MAX_EVENTS


def test_ppi_carries_an_event_to_a_task():
    shared: dict[str, Any] = {}
    ppi = Bench("Miscellaneous.NRF52840_PPI", shared=shared)
    timer = Bench("Timers.NRF52840_Timer", address=0x4000_8000, shared=shared)
    egu = Bench("Miscellaneous.NRF52840_EGU", address=0x4001_4000, shared=shared)
    ppi.bus.blocks.append((0x4001_4000, 0x1000, egu.model))
    ppi.model.connect({"timer": timer.model, "egu": egu.model})
    timer[nrf_timer.CC] = 100
    timer[nrf_timer.START] = 1
    ppi[nrf_ppi.EVENT_END + 8] = 0x4000_8000 + nrf_timer.COMPARE
    ppi[nrf_ppi.TASK_END + 8] = 0x4001_4000 + nrf_egu.TRIGGER
    ppi[nrf_ppi.FORK_TASK_END + 4] = 0x4001_4000 + nrf_egu.TRIGGER + 4
    timer.clock.advance_seconds(0.1)
    assert egu[nrf_egu.TRIGGERED] == 0
    timer[nrf_timer.CLEAR] = 1
    ppi[nrf_ppi.CHENSET] = 1 << 1
    assert ppi[nrf_ppi.CHEN] == 1 << 1
    timer.clock.advance_seconds(0.1)
    assert (egu[nrf_egu.TRIGGERED], egu[nrf_egu.TRIGGERED + 4]) == (1, 1)


def test_ppi_groups_enable_channels():
    ppi = Bench("Miscellaneous.NRF52840_PPI")
    ppi[nrf_ppi.GROUP + 4] = 0b101
    ppi[nrf_ppi.TASK_GROUP + 8] = 1
    assert ppi[nrf_ppi.CHEN] == 0b101
    ppi[nrf_ppi.TASK_GROUP + 12] = 1
    assert ppi[nrf_ppi.CHEN] == 0


def test_rng_gives_the_same_bytes_in_every_run():
    def numbers():
        rng = Bench("Miscellaneous.NRF52840_RNG")
        rng[nrf_rng.START] = 1
        for _ in range(16):
            assert rng[nrf_rng.VALRDY] == 1
            value = rng[nrf_rng.VALUE]
            rng[nrf_rng.VALRDY] = 0
            yield value

    first = list(numbers())
    assert first == list(numbers())
    assert len(set(first)) > 12
    assert max(first) <= 0xFF


def test_ecb_encrypts_as_fips_197():
    """FIPS 197, appendix B."""
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    clear = bytes.fromhex("3243f6a8885a308d313198a2e0370734")
    cipher = bytes.fromhex("3925841d02dc09fbdc118597196a0b32")
    assert nrf_ecb.encrypt(key, clear) == cipher
    ecb = Bench("Miscellaneous.NRF52840_ECB")
    ecb.bus.write(0x2000_0000, key + clear)
    ecb[nrf_ecb.ECBDATAPTR] = 0x2000_0000
    ecb[nrf_ecb.STARTECB] = 1
    assert ecb[nrf_ecb.ENDECB] == 1
    assert ecb.bus.read(0x2000_0020, 16) == cipher


def test_clock_runs_as_soon_as_it_is_started():
    clock = Bench("Miscellaneous.NRF_CLOCK")
    clock[nrf.INTENSET] = bit(nrf_clock.HFCLKSTARTED)
    clock[nrf_clock.HFCLKSTART] = 1
    assert clock.line
    assert clock[nrf_clock.HFCLKSTAT] == 0x1_0001
    clock[nrf_clock.LFCLKSRC] = 1
    clock[nrf_clock.LFCLKSTART] = 1
    assert clock[nrf_clock.LFCLKSTARTED] == 1
    assert clock[nrf_clock.LFCLKSTAT] == 0x1_0001
    clock[nrf_clock.HFCLKSTOP] = 1
    assert clock[nrf_clock.HFCLKSTAT] == 0


def test_spim_receives_ones_from_an_empty_bus():
    spim = Bench("SPI.NRF52840_SPI", easyDMA=True)
    spim[nrf_spim.RXD_PTR], spim[nrf_spim.RXD_MAXCNT] = 0x2000_0000, 3
    spim[nrf_spim.START] = 1
    assert spim[nrf_spim.END] == 1
    assert spim.bus.read(0x2000_0000, 4) == b"\xff\xff\xff\0"


def test_twim_gets_no_acknowledge():
    twim = Bench("I2C.NRF52840_I2C")
    twim[nrf_twim.STARTTX] = 1
    assert twim[nrf_twim.ERROR] == 1
    assert twim[nrf_twim.ERRORSRC] == nrf_twim.ERRORSRC_ANACK
    twim[nrf_twim.ERRORSRC] = nrf_twim.ERRORSRC_ANACK
    assert twim[nrf_twim.ERRORSRC] == 0
