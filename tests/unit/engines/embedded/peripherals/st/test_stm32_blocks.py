"""RCC, PWR, FLASH, GPIO, EXTI, CRC, RNG, IWDG, RTC, ADC, CAN and DMA of the STM32F4 (RM0090)."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench, FakeClock
from workbench.engines.embedded.peripherals.st import (
    stm32_adc,
    stm32_can,
    stm32_crc,
    stm32_dma,
    stm32_exti,
    stm32_flash,
    stm32_gpio,
    stm32_iwdg,
    stm32_pwr,
    stm32_rcc,
    stm32_rng,
    stm32_rtc,
    stm32_usart,
)


def test_rcc_oscillators_and_plls_are_ready_when_on():
    rcc = Bench("Miscellaneous.STM32F4_RCC")
    assert rcc[stm32_rcc.CR] & 0b11 == 0b11  # HSI after reset
    rcc[stm32_rcc.CR] = 1 << 16 | 1 << 24
    assert rcc[stm32_rcc.CR] == 0b11 << 16 | 0b11 << 24
    rcc[stm32_rcc.CSR] = 1
    assert rcc[stm32_rcc.CSR] & 0b11 == 0b11


def test_rcc_switch_status_follows_the_switch():
    rcc = Bench("Miscellaneous.STM32F4_RCC")
    rcc[stm32_rcc.CFGR] = 0b10 | 5 << 10
    assert rcc[stm32_rcc.CFGR] == 0b1010 | 5 << 10


def test_rcc_reset_flags_are_removed_by_rmvf():
    rcc = Bench("Miscellaneous.STM32F4_RCC")
    assert rcc[stm32_rcc.CSR] & stm32_rcc.CSR_RESET_FLAGS
    rcc[stm32_rcc.CSR] = stm32_rcc.CSR_RMVF
    assert not rcc[stm32_rcc.CSR] & stm32_rcc.CSR_RESET_FLAGS


def test_rcc_tells_a_software_reset_from_one_by_the_watchdog():
    shared: dict[str, Any] = {}
    rcc = Bench("Miscellaneous.STM32F4_RCC", shared=shared)
    watchdog = Bench("Timers.STM32_IndependentWatchdog", shared=shared, frequency=32_000)
    rcc[stm32_rcc.CSR] = stm32_rcc.CSR_RMVF
    rcc.model.reset()
    flags = rcc[stm32_rcc.CSR] & stm32_rcc.CSR_RESET_FLAGS
    assert flags == stm32_rcc.CSR_PINRSTF | stm32_rcc.CSR_SFTRSTF
    rcc[stm32_rcc.CSR] = stm32_rcc.CSR_RMVF
    watchdog[stm32_iwdg.KR] = stm32_iwdg.KEY_START
    watchdog.clock.advance_seconds(1)
    rcc.model.reset()
    flags = rcc[stm32_rcc.CSR] & stm32_rcc.CSR_RESET_FLAGS
    assert flags == stm32_rcc.CSR_PINRSTF | stm32_rcc.CSR_IWDGRSTF


def test_pwr_regulators_are_ready():
    pwr = Bench("Miscellaneous.STM32_PWR")
    assert pwr[stm32_pwr.CSR] & stm32_pwr.CSR_VOSRDY
    assert not pwr[stm32_pwr.CSR] & stm32_pwr.CSR_ODRDY
    pwr[stm32_pwr.CR] = stm32_pwr.CR_ODEN | stm32_pwr.CR_ODSWEN
    assert pwr[stm32_pwr.CSR] & stm32_pwr.CSR_ODRDY
    assert pwr[stm32_pwr.CSR] & stm32_pwr.CSR_ODSWRDY


@pytest.fixture
def flash():
    return Bench("MTD.STM32F4_FlashController")


def unlock(flash):
    for key in stm32_flash.KEYS:
        flash[stm32_flash.KEYR] = key


def test_flash_latency_is_read_back(flash):
    flash[stm32_flash.ACR] = 0x705
    assert flash[stm32_flash.ACR] == 0x705


def test_flash_control_is_locked_until_both_keys_came_in_order(flash):
    flash[stm32_flash.CR] = stm32_flash.CR_PG
    assert flash[stm32_flash.CR] == stm32_flash.CR_LOCK
    assert not flash.model.programs_flash
    unlock(flash)
    flash[stm32_flash.CR] = stm32_flash.CR_PG
    assert flash.model.programs_flash
    flash[stm32_flash.CR] = stm32_flash.CR_LOCK
    assert not flash.model.programs_flash


def test_a_wrong_flash_key_locks_until_reset(flash):
    flash[stm32_flash.KEYR] = 0x1234
    unlock(flash)
    assert flash[stm32_flash.CR] & stm32_flash.CR_LOCK
    flash.model.reset()
    unlock(flash)
    assert not flash[stm32_flash.CR] & stm32_flash.CR_LOCK


def test_flash_erases_a_sector(flash):
    unlock(flash)
    sector = 5 << stm32_flash.CR_SNB_SHIFT
    flash[stm32_flash.CR] = stm32_flash.CR_SER | sector | stm32_flash.CR_STRT
    assert flash.bus.read(0x0801_FFFE, 4) == b"\0\0\xff\xff"
    assert flash.bus.read(0x0803_FFFE, 4) == b"\xff\xff\0\0"
    assert flash[stm32_flash.SR] & stm32_flash.SR_EOP
    flash[stm32_flash.SR] = stm32_flash.SR_EOP
    assert flash[stm32_flash.SR] == 0


@pytest.fixture
def gpio():
    return Bench("GPIOPort.STM32_GPIOPort", (0, 12), modeResetValue=0xA800_0000)


def test_gpio_reset_mode(gpio):
    assert gpio[stm32_gpio.MODER] == 0xA800_0000


def test_gpio_output_drives_its_wire(gpio):
    gpio[stm32_gpio.MODER] = stm32_gpio.MODE_OUTPUT << 24
    gpio[stm32_gpio.BSRR] = 1 << 12
    assert gpio.lines[12].level
    assert gpio[stm32_gpio.IDR] == gpio[stm32_gpio.ODR] == 1 << 12
    gpio.model.write(stm32_gpio.BSRR + 2, 2, 1 << 12)  # the upper half resets
    assert not gpio.lines[12].level


def test_gpio_input_follows_its_wire_and_pull_up(gpio):
    gpio.model.signal(0, True)
    assert gpio[stm32_gpio.IDR] == 1
    assert gpio.lines[0].level  # on to EXTI
    gpio[stm32_gpio.PUPDR] = stm32_gpio.PULL_UP << 4
    assert gpio[stm32_gpio.IDR] == 0b101


def test_exti_rising_and_falling_edges():
    exti = Bench("IRQControllers.STM32F4_EXTI", (0, 1))
    exti[stm32_exti.IMR] = 0b11
    exti[stm32_exti.RTSR] = 0b01
    exti[stm32_exti.FTSR] = 0b10
    for pin in (0, 1):
        exti.model.signal(pin, True)
    assert exti[stm32_exti.PR] == 0b01
    assert exti.lines[0].level
    for pin in (0, 1):
        exti.model.signal(pin, False)
    assert exti[stm32_exti.PR] == 0b11
    exti[stm32_exti.PR] = 0b11
    assert not exti.lines[0].level
    assert not exti.lines[1].level


def test_exti_software_interrupt():
    exti = Bench("IRQControllers.STM32F4_EXTI", (4,))
    exti[stm32_exti.IMR] = 1 << 4
    exti[stm32_exti.SWIER] = 1 << 4
    assert exti.lines[4].level
    exti[stm32_exti.PR] = 1 << 4
    assert exti[stm32_exti.SWIER] == 0


def test_crc_of_words_is_mpeg2():
    """CRC-32/MPEG-2 is the unreflected CRC-32, which zlib gives for reflected bits."""
    crc = Bench("CRC.STM32_CRC")
    for word in (0x12345678, 0x9ABCDEF0):
        crc[stm32_crc.DR] = word
    reflected = bytes(int(f"{byte:08b}"[::-1], 2) for byte in bytes.fromhex("123456789ABCDEF0"))
    expected = int(f"{zlib.crc32(reflected) ^ 0xFFFF_FFFF:032b}"[::-1], 2)
    assert crc[stm32_crc.DR] == expected
    crc[stm32_crc.CR] = stm32_crc.CR_RESET
    assert crc[stm32_crc.DR] == 0xFFFF_FFFF


def test_rng_is_ready_and_repeats_from_run_to_run():
    def numbers():
        rng = Bench("Miscellaneous.STM32F4_RNG")
        assert rng[stm32_rng.SR] == 0
        rng[stm32_rng.CR] = stm32_rng.CR_RNGEN
        assert rng[stm32_rng.SR] == stm32_rng.SR_DRDY
        return [rng[stm32_rng.DR] for _ in range(8)]

    assert numbers() == numbers()
    assert len(set(numbers())) == 8


def test_watchdog_resets_when_it_is_not_reloaded():
    watchdog = Bench("Timers.STM32_IndependentWatchdog", frequency=32_000)
    watchdog[stm32_iwdg.KR] = stm32_iwdg.KEY_ACCESS
    watchdog[stm32_iwdg.PR] = 3  # / 32: one count is a millisecond
    watchdog[stm32_iwdg.RLR] = 99
    watchdog[stm32_iwdg.KR] = stm32_iwdg.KEY_START
    for _ in range(5):
        watchdog.clock.advance_seconds(0.099)
        watchdog[stm32_iwdg.KR] = stm32_iwdg.KEY_RELOAD
    assert watchdog.resets == 0
    watchdog.clock.advance_seconds(0.101)
    assert watchdog.resets == 1


def test_watchdog_registers_need_the_key():
    watchdog = Bench("Timers.STM32_IndependentWatchdog", frequency=32_000)
    watchdog[stm32_iwdg.RLR] = 1
    assert watchdog[stm32_iwdg.RLR] == 0xFFF


@pytest.fixture
def rtc():
    return Bench("Timers.STM32F4_RTC", ("AlarmIRQ", "WakeupIRQ"))


def set_calendar(rtc, date, time):
    rtc[stm32_rtc.ISR] = stm32_rtc.ISR_INIT
    assert rtc[stm32_rtc.ISR] & stm32_rtc.ISR_INITF
    rtc[stm32_rtc.DR], rtc[stm32_rtc.TR] = date, time
    rtc[stm32_rtc.ISR] = 0


def test_rtc_calendar_runs_over_midnight(rtc):
    set_calendar(rtc, 0x24_4228, 0x23_5958)  # Wednesday 2024-02-28 23:59:58
    rtc.clock.advance_seconds(3)
    assert rtc[stm32_rtc.TR] == 0x00_0001
    assert rtc[stm32_rtc.DR] & 0xFF1FFF == 0x24_0229  # a leap year


def test_rtc_wakes_up_every_two_seconds(rtc):
    rtc[stm32_rtc.WUTR] = 1
    rtc[stm32_rtc.CR] = 4 | stm32_rtc.CR_WUTE | stm32_rtc.CR_WUTIE
    for _ in range(3):
        rtc.clock.advance_seconds(1.9)
        assert not rtc.lines["WakeupIRQ"].level
        rtc.clock.advance_seconds(0.1)
        assert rtc.lines["WakeupIRQ"].level
        rtc[stm32_rtc.ISR] = ~stm32_rtc.ISR_WUTF & 0xFFFF_FFFF
        assert not rtc.lines["WakeupIRQ"].level


def test_rtc_alarm_on_the_minute(rtc):
    set_calendar(rtc, 0x24_4228, 0x10_0030)
    rtc[stm32_rtc.ALRMAR] = 1 << 31 | 1 << 23 | 0x01 << 8  # any date, any hour, minute 1 second 0
    rtc[stm32_rtc.CR] = stm32_rtc.CR_ALRAE | stm32_rtc.CR_ALRAIE
    rtc.clock.advance_seconds(29)
    assert not rtc.lines["AlarmIRQ"].level
    rtc.clock.advance_seconds(1)
    assert rtc.lines["AlarmIRQ"].level


def test_rtc_alarm_on_a_date_that_is_none(rtc):
    """A time base that counts one second again and again sets date and alarm to day 0."""
    for _ in range(3):
        set_calendar(rtc, 0, 0)
        rtc[stm32_rtc.ALRMAR] = 1  # day 0, 00:00:01
        rtc[stm32_rtc.CR] = stm32_rtc.CR_ALRAE | stm32_rtc.CR_ALRAIE
        assert not rtc.lines["AlarmIRQ"].level
        rtc.clock.advance_seconds(1)
        assert rtc.lines["AlarmIRQ"].level
        assert rtc[stm32_rtc.DR] == 0
        rtc[stm32_rtc.ISR] = ~stm32_rtc.ISR_ALRAF & 0xFFFF_FFFF


@pytest.fixture
def rcc(rtc):
    rcc = Bench("Miscellaneous.STM32F4_RCC", clock=rtc.clock)
    rcc.model.connect({"rcc": rcc.model, "rtc": rtc.model})
    return rcc


def test_rtc_runs_from_the_clock_that_rcc_selects(rcc, rtc):
    rcc[stm32_rcc.BDCR] = stm32_rcc.BDCR_RTCEN | 3 << stm32_rcc.BDCR_RTCSEL_SHIFT  # HSE, 1 MHz
    rtc[stm32_rtc.PRER] = 99 << 16 | 9  # 1,000 counts of its clock are one of the calendar's
    set_calendar(rtc, 0x24_4228, 0)
    rtc.clock.advance_seconds(0.0305)
    assert rtc[stm32_rtc.TR] == 0x30


def test_rtc_goes_on_over_a_system_reset(rcc, rtc):
    set_calendar(rtc, 0x24_4228, 0x10_0000)
    rtc[0x50] = 0x32F2  # BKP0R, where firmware notes that the calendar is set
    rtc.clock.advance_seconds(1)
    rcc.model.reset()
    rtc.model.reset()
    rtc.clock.advance_seconds(1)
    assert (rtc[stm32_rtc.TR], rtc[0x50]) == (0x10_0002, 0x32F2)


def test_a_reset_of_the_backup_domain_clears_calendar_and_backup_registers(rcc, rtc):
    rtc[0x50] = 0x32F2
    rcc[stm32_rcc.BDCR] = stm32_rcc.BDCR_BDRST
    assert rtc[0x50] == 0


def test_adc_conversion_is_done_at_once():
    adc = Bench("Analog.STM32_ADC")
    adc[stm32_adc.CR1] = stm32_adc.CR1_EOCIE
    adc[stm32_adc.CR2] = stm32_adc.CR2_ADON | stm32_adc.CR2_SWSTART
    assert adc.line
    assert adc[stm32_adc.SR] & stm32_adc.SR_EOC
    assert adc[stm32_adc.DR] == 0
    assert not adc.line


def test_can_acknowledges_initialisation():
    can = Bench("CAN.STMCAN")
    assert can[stm32_can.MSR] == stm32_can.MSR_SLAK
    can[stm32_can.MCR] = stm32_can.MCR_INRQ
    assert can[stm32_can.MSR] == stm32_can.MSR_INAK
    can[stm32_can.MCR] = 0
    assert can[stm32_can.MSR] == 0


def stream(number, register):
    return stm32_dma.STREAM + stm32_dma.STREAM_SIZE * number + register


def test_dma_copies_between_memories():
    dma = Bench("DMA.STM32DMA", (0, 5))
    dma.bus.write(0x2000_0000, b"abcdefgh")
    dma[stream(5, stm32_dma.PAR)] = 0x2000_0000
    dma[stream(5, stm32_dma.M0AR)] = 0x2000_0100
    dma[stream(5, stm32_dma.NDTR)] = 4
    control = stm32_dma.BETWEEN_MEMORIES << stm32_dma.CR_DIR_SHIFT
    control |= stm32_dma.CR_PINC | stm32_dma.CR_MINC | stm32_dma.CR_TCIE
    control |= 1 << stm32_dma.CR_PSIZE_SHIFT | 1 << stm32_dma.CR_MSIZE_SHIFT
    dma[stream(5, stm32_dma.CR)] = control | stm32_dma.CR_EN
    dma.clock.advance_seconds(1e-3)
    assert dma.bus.read(0x2000_0100, 8) == b"abcdefgh"
    assert dma[stream(5, stm32_dma.CR)] == control
    assert dma[stm32_dma.HISR] == (stm32_dma.HTIF | stm32_dma.TCIF) << 6
    assert dma.lines[5].level
    dma[stm32_dma.HIFCR] = 0xFFFF_FFFF
    assert not dma.lines[5].level


def test_dma_feeds_a_peripheral():
    dma, usart = Bench("DMA.STM32DMA"), Bench("UART.STM32_UART")
    usart[0x0C] = 1 << 13 | 1 << 3
    dma.bus.blocks.append((0x4000_4400, 0x400, usart.model))
    dma.bus.write(0x2000_0000, b"hello")
    dma[stream(6, stm32_dma.PAR)] = 0x4000_4404
    dma[stream(6, stm32_dma.M0AR)] = 0x2000_0000
    dma[stream(6, stm32_dma.NDTR)] = 5
    to_peripheral = stm32_dma.TO_PERIPHERAL << stm32_dma.CR_DIR_SHIFT
    dma[stream(6, stm32_dma.CR)] = stm32_dma.CR_EN | to_peripheral | stm32_dma.CR_MINC
    assert usart.sent == b""  # the driver is still setting up the USART
    dma.clock.advance_seconds(1e-3)
    assert usart.sent == b"hello"


def test_dma_receives_into_a_ring_as_bytes_come():
    clock = FakeClock()
    dma = Bench("DMA.STM32DMA", (5,), clock)
    usart = Bench("UART.STM32_UART", clock=clock, address=0x4000_4400)
    dma.model.connect({"usart2": usart.model})
    dma.bus.blocks.append((0x4000_4400, 0x400, usart.model))
    usart[0x0C] = 1 << 13 | 1 << 2
    usart[0x14] = stm32_usart.CR3_DMAR
    dma[stream(5, stm32_dma.PAR)] = 0x4000_4404
    dma[stream(5, stm32_dma.M0AR)] = 0x2000_0000
    dma[stream(5, stm32_dma.NDTR)] = 4
    control = stm32_dma.CR_CIRC | stm32_dma.CR_MINC | stm32_dma.CR_TCIE | stm32_dma.CR_EN
    dma[stream(5, stm32_dma.CR)] = control
    usart.uart.receive(b"abc")
    assert dma.bus.read(0x2000_0000, 4) == b"abc\0"
    assert dma[stream(5, stm32_dma.NDTR)] == 1
    assert not dma.lines[5].level
    usart.uart.receive(b"de")
    assert dma.lines[5].level
    assert dma.bus.read(0x2000_0000, 4) == b"ebcd"
    assert dma[stream(5, stm32_dma.NDTR)] == 3
    assert not usart.uart.sender.waiting
