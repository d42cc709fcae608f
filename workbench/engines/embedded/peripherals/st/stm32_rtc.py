"""Real-time clock of the STM32F4: calendar, alarms, the wake-up timer and backup registers.

Source: RM0090 rev 19, section 26.6 "RTC registers". The calendar starts at 2000-01-01 and follows
virtual time, and a system reset leaves it running (26.3.7). Not modelled: sub-seconds in alarms,
time stamps, tamper detection, calibration.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.peripheral import Context, RegisterBlock

TR = 0x00
DR = 0x04
CR = 0x08
ISR = 0x0C
PRER = 0x10
WUTR = 0x14
ALRMAR = 0x1C
ALRMBR = 0x20
WPR = 0x24
SSR = 0x28

CR_WUCKSEL = 0b111
CR_ALRAE, CR_ALRBE, CR_WUTE = 1 << 8, 1 << 9, 1 << 10
CR_ALRAIE, CR_ALRBIE, CR_WUTIE = 1 << 12, 1 << 13, 1 << 14
ISR_WRITE_FLAGS = 0b111  # ALRAWF, ALRBWF, WUTWF: write access is allowed at once
ISR_INITS, ISR_RSF, ISR_INITF, ISR_INIT = 1 << 4, 1 << 5, 1 << 6, 1 << 7
ISR_ALRAF, ISR_ALRBF, ISR_WUTF = 1 << 8, 1 << 9, 1 << 10
ISR_CLEARABLE = 0x3F20  # rc_w0: RSF, ALRAF, ALRBF, WUTF, TSF, TSOVF, TAMP1F, TAMP2F

LSE_HERTZ = 32_768
PREDIV_A_SHIFT, PREDIV_A_MASK, PREDIV_S_MASK = 16, 0x7F, 0x7FFF
WUCKSEL_DIVIDERS = (16, 8, 4, 2)  # of RTCCLK; from 4 on it counts seconds
EPOCH = datetime.datetime(2000, 1, 1)

# Alarm fields in ALRMxR, 26.6.7: mask bit, shift and field of TR or DR
_ALARM_MASKS = ((7, 0, 0x7F), (15, 8, 0x7F), (23, 16, 0x3F))
_ALARM_DATE_MASK = 1 << 31
_ALARMS = ((ALRMAR, CR_ALRAE, ISR_ALRAF), (ALRMBR, CR_ALRBE, ISR_ALRBF))
_ALARM_INTERRUPTS = {ISR_ALRAF: CR_ALRAIE, ISR_ALRBF: CR_ALRBIE}


class Stm32Rtc(RegisterBlock):
    """Wake-ups and alarms happen on the second of the calendar."""

    RESET: ClassVar[Mapping[int, int]] = {PRER: 0x007F_00FF, ISR: ISR_WRITE_FLAGS, WUTR: 0xFFFF}
    STATE = RegisterBlock.STATE | {"seconds", "counter", "wakeup", "wake_left", "hertz", "odd_date"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._alarm_line = context.line("AlarmIRQ")
        self._wakeup_line = context.line("WakeupIRQ")
        self._timer = context.clock.timer(self._on_timer)
        self._wakeup_timer = context.clock.timer(self._on_timer)
        self.power_on()

    def power_on(self) -> None:
        """The backup domain is reset: calendar, alarms, clock and backup registers."""
        super().reset()
        self.hertz = LSE_HERTZ  # of RTCCLK
        self.seconds = 0  # since EPOCH
        self.odd_date: int | None = None  # DR, if it is not a valid date
        self.wake_left = 0  # counts of `wakeup` until the wake-up
        self.wakeup = Counter(self.hertz, self.context.clock.ticks_per_second)
        self.counter = Counter(self.hertz, self.context.clock.ticks_per_second, LSE_HERTZ)
        self.counter.start(self.context.clock.now)
        self._timer.cancel()
        self._wakeup_timer.cancel()
        self._drive()

    def reset(self) -> None:
        """A system reset: the machine has cancelled the timers, calendar and wake-up go on."""
        self._sync()
        self._drive()
        self._schedule()

    def select_clock(self, hertz: int) -> None:
        """Run from a clock of `hertz`: RCC_BDCR has chosen another one."""
        if hertz == self.hertz:
            return
        self._sync()
        self.hertz = self.counter.hertz = self.wakeup.hertz = hertz
        self._schedule()

    def read_register(self, offset: int) -> int:
        if offset in (TR, DR):
            self._sync()
            return self._time() if offset == TR else self._date()
        if offset == ISR:
            self._sync()
            return self.values[ISR] | ISR_WRITE_FLAGS | ISR_RSF
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        self._sync()
        if offset == TR:
            self._set(self._date(), value)
        elif offset == DR:
            self._set(value, self._time())
        elif offset == ISR:
            self._status(value)
        elif offset == CR:
            self._control(value)
        elif offset not in (WPR, SSR):
            super().write_register(offset, value)
            if offset == PRER:
                asynchronous = (value >> PREDIV_A_SHIFT & PREDIV_A_MASK) + 1
                self.counter.divider = asynchronous * ((value & PREDIV_S_MASK) + 1)
                if self._wakes_at_seconds:
                    self.wakeup.divider = self.counter.divider
        self._drive()
        self._schedule()

    def _status(self, value: int) -> None:
        old = self.values[ISR]
        flags = old & ~(~value & ISR_CLEARABLE)
        flags = flags & ~(ISR_INIT | ISR_INITF) | value & ISR_INIT
        if value & ISR_INIT:
            flags |= ISR_INITF
        elif old & ISR_INIT:
            flags |= ISR_INITS
            self.counter.clear_phase()
            if self._wakes_at_seconds:
                self.wakeup.clear_phase()
        self.values[ISR] = flags

    def _control(self, value: int) -> None:
        started = value & CR_WUTE and not self.values.get(CR, 0) & CR_WUTE
        self.values[CR] = value
        if started:
            self._start_wakeup()
        elif not value & CR_WUTE:
            self.wakeup.running = False

    @property
    def _wakes_at_seconds(self) -> bool:
        """Return whether the wake-up timer counts ck_spre, the seconds of the calendar."""
        return self.values.get(CR, 0) & CR_WUCKSEL >= len(WUCKSEL_DIVIDERS)

    @property
    def _wakeup_period(self) -> int:
        beyond = 0x1_0000 if self.values.get(CR, 0) & CR_WUCKSEL >= 6 else 0
        return (self.values[WUTR] & 0xFFFF) + 1 + beyond

    def _start_wakeup(self) -> None:
        clock = self.values.get(CR, 0) & CR_WUCKSEL
        if self._wakes_at_seconds:
            self.wakeup = replace(self.counter)
        else:
            divider = WUCKSEL_DIVIDERS[clock]
            self.wakeup = Counter(self.hertz, self.context.clock.ticks_per_second, divider)
            self.wakeup.start(self.context.clock.now)
        self.wake_left = self._wakeup_period

    def _on_timer(self) -> None:
        self._sync()
        self._drive()
        self._schedule()

    def _sync(self) -> None:
        """Let the seconds and wake-ups since the last look happen."""
        now = self.context.clock.now
        self._pass_seconds(self.counter.take(now))
        counts = self.wakeup.take(now)
        if counts >= self.wake_left and self.wakeup.running:
            self.values[ISR] |= ISR_WUTF
            counts = (counts - self.wake_left) % self._wakeup_period
            self.wake_left = self._wakeup_period
        self.wake_left -= counts

    def _pass_seconds(self, seconds: int) -> None:
        while seconds and (waiting := self._open_alarms()):
            seconds -= 1
            self.seconds += 1
            for register, flag in waiting:
                if self._matches(self.values.get(register, 0)):
                    self.values[ISR] |= flag
        self.seconds += seconds

    def _open_alarms(self) -> list[tuple[int, int]]:
        """(register, flag) of the alarms that are enabled and whose flag is not set."""
        control, status = self.values.get(CR, 0), self.values[ISR]
        return [
            (register, flag)
            for register, enable, flag in _ALARMS
            if control & enable and not status & flag
        ]

    def _matches(self, alarm: int) -> bool:
        time = self._time()
        for mask_bit, shift, field in _ALARM_MASKS:
            if not alarm >> mask_bit & 1 and (alarm ^ time) >> shift & field:
                return False
        return bool(alarm & _ALARM_DATE_MASK) or alarm >> 24 & 0x3F == self._date() & 0x3F

    def _schedule(self) -> None:
        """Wake up every second while an alarm may interrupt, and for the next wake-up that does."""
        control = self.values.get(CR, 0)
        if any(control & _ALARM_INTERRUPTS[flag] for _, flag in self._open_alarms()):
            self._timer.arm(self.counter.ticks_until(1))
        else:
            self._timer.cancel()
        if self.wakeup.running and control & CR_WUTIE and not self.values[ISR] & ISR_WUTF:
            self._wakeup_timer.arm(self.wakeup.ticks_until(self.wake_left))
        else:
            self._wakeup_timer.cancel()

    def _moment(self) -> datetime.datetime:
        return EPOCH + datetime.timedelta(seconds=self.seconds % (100 * 365 * 86_400))

    def _time(self) -> int:
        now = self._moment()
        return _bcd(now.hour) << 16 | _bcd(now.minute) << 8 | _bcd(now.second)

    def _date(self) -> int:
        if self.odd_date is not None:
            return self.odd_date
        now = self._moment()
        weekday = now.isoweekday()
        return _bcd(now.year % 100) << 16 | weekday << 13 | _bcd(now.month) << 8 | _bcd(now.day)

    def _set(self, date: int, time: int) -> None:
        """Put the calendar. A date that does not exist stands still, as written."""
        hours, minutes = _binary(time >> 16 & 0x3F), _binary(time >> 8 & 0x7F)
        seconds = hours * 3600 + minutes * 60 + _binary(time & 0x7F)
        year, month, day = date >> 16, date >> 8 & 0x1F, date & 0x3F
        try:
            moment = datetime.datetime(2000 + _binary(year), _binary(month), _binary(day))
            self.odd_date = None
        except ValueError:
            moment, self.odd_date = EPOCH, date
        self.seconds = int((moment - EPOCH).total_seconds()) + seconds

    def _drive(self) -> None:
        flags, control = self.values[ISR], self.values.get(CR, 0)
        alarm_a = flags & ISR_ALRAF and control & CR_ALRAIE
        alarm_b = flags & ISR_ALRBF and control & CR_ALRBIE
        self._alarm_line.set(bool(alarm_a or alarm_b))
        self._wakeup_line.set(bool(flags & ISR_WUTF and control & CR_WUTIE))


def _bcd(value: int) -> int:
    return value // 10 << 4 | value % 10


def _binary(bcd: int) -> int:
    return (bcd >> 4) * 10 + (bcd & 0xF)
