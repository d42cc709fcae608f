"""Advanced, general-purpose and basic timers of the STM32F4, counting the internal clock.

Source: RM0090 rev 19, sections 17.4 (TIM1, TIM8), 18.4 (TIM2 to TIM5), 19.5 (TIM9 to TIM14) and
20.4 (TIM6, TIM7). Not modelled: capture, external clocks, centre-aligned counting, outputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.peripheral import Context, RegisterBlock, default_line

CR1 = 0x00
DIER = 0x0C
SR = 0x10
EGR = 0x14
CNT = 0x24
PSC = 0x28
ARR = 0x2C
RCR = 0x30
CCR1 = 0x34
CHANNELS = 4

CR1_CEN = 1 << 0
CR1_UDIS = 1 << 1
CR1_URS = 1 << 2
CR1_OPM = 1 << 3
CR1_DIR = 1 << 4
CR1_ARPE = 1 << 7

UPDATE = 1 << 0  # UIF, UIE, UG
COMPARE_1 = 1 << 1  # CC1IF, CC1IE, CC1G; those of the other channels follow
COMPARES = 0b11110
INTERRUPTS = 0xFF  # the rest of DIER is for DMA


class Stm32Timer(RegisterBlock):
    """A counter with prescaler, auto-reload, update and compare events.

    `count` runs upwards from 0 to ARR; with CR1 DIR the register CNT shows ARR - count.
    """

    RESET: ClassVar[Mapping[int, int]] = {}
    STATE = RegisterBlock.STATE | {"count", "counter", "reload", "repetition"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._frequency = int(context.properties.get("frequency", 10_000_000))
        self._limit = int(context.properties.get("initialLimit", 0xFFFF))
        self._any_line = default_line(context)
        self._update_line = context.line("UpdateInterrupt")
        self._compare_line = context.line("CaptureCompareInterrupt")
        self._timer = context.clock.timer(self._on_timer)
        self.reset()

    def reset(self) -> None:
        self.values = {ARR: self._limit}
        self.count = 0
        self.reload = self._limit  # ARR that is in use
        self.repetition = 0  # overflows left out before the next update event
        self.counter = Counter(self._frequency, self.context.clock.ticks_per_second)
        self._timer.cancel()
        self._drive()

    def read_register(self, offset: int) -> int:
        if offset in (SR, CNT, CR1):
            self._sync()
        if offset == CNT:
            return self.reload - self.count if self._down else self.count
        return 0 if offset == EGR else super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        self._sync()
        if offset == SR:
            self.values[SR] = self.values.get(SR, 0) & value  # rc_w0
        elif offset == CNT:
            value &= self._limit
            self.count = max(0, self.reload - value) if self._down else value
        elif offset == EGR:
            self._generate(value)
        elif offset == CR1:
            self._control(value)
        else:
            self.values[offset] = value & (self._limit if offset == ARR else 0xFFFF_FFFF)
            if offset == ARR and not self.values.get(CR1, 0) & CR1_ARPE:
                self.reload = self.values[ARR]
        self._drive()
        self._schedule()

    @property
    def _down(self) -> bool:
        return bool(self.values.get(CR1, 0) & CR1_DIR)

    def _control(self, value: int) -> None:
        self.values[CR1] = value
        now = self.context.clock.now
        if value & CR1_CEN:
            self.counter.start(now)
        else:
            self.counter.stop(now)

    def _generate(self, value: int) -> None:
        """EGR: events by software."""
        self.values[SR] = self.values.get(SR, 0) | value & COMPARES
        if value & UPDATE:
            self.count = 0
            self.counter.clear_phase()
            self._update_event(by_software=True)

    def _update_event(self, *, by_software: bool = False) -> None:
        """Preloaded registers take effect, and the flag is set (17.3.1)."""
        control = self.values.get(CR1, 0)
        if control & CR1_UDIS:
            return
        self.counter.divider = 1 + (self.values.get(PSC, 0) & 0xFFFF)
        self.reload = self.values[ARR]
        self.repetition = self.values.get(RCR, 0) & 0xFF
        if not (by_software and control & CR1_URS):
            self.values[SR] = self.values.get(SR, 0) | UPDATE

    def _on_timer(self) -> None:
        self._sync()
        self._drive()
        self._schedule()

    def _sync(self) -> None:
        """Let the counts since the last look happen, from overflow to overflow."""
        counts = self.counter.take(self.context.clock.now)
        if not self.reload:
            return  # an auto-reload value of 0 blocks the counter, 17.4.12
        overflows = 0
        while counts:
            left = self._until_overflow()
            if counts < left:
                self._pass_compares(counts)
                self.count += counts
                return
            self._pass_compares(left)
            counts -= left
            self.count = 0
            divider = self.counter.divider
            self._overflow()
            if not self.counter.running:
                return
            if self.counter.divider != divider:  # the rest passes at the new speed
                new, self.counter.divider = self.counter.divider, divider
                self.counter.give_back(counts)
                self.counter.divider = new
                counts = self.counter.take(self.context.clock.now)
            overflows += 1
            if overflows > 1 and not self.repetition:
                counts %= self.reload + 1 or 1

    def _until_overflow(self) -> int:
        if self.count > self.reload:  # CNT was set behind ARR: it runs through the whole range
            return self._limit + 1 - self.count
        return self.reload + 1 - self.count

    def _overflow(self) -> None:
        if self.repetition:
            self.repetition -= 1
            return
        self._update_event()
        if self.values.get(CR1, 0) & CR1_OPM:
            self.values[CR1] &= ~CR1_CEN
            self.counter.running = False

    def _pass_compares(self, counts: int) -> None:
        """Set the flags of the channels whose compare value lies in the next `counts` counts."""
        wraps = self.count + counts > self.reload
        for channel in range(CHANNELS):
            point = self._compare_point(channel)
            if 0 < point - self.count <= counts or (point == 0 and wraps):
                self.values[SR] = self.values.get(SR, 0) | COMPARE_1 << channel

    def _compare_point(self, channel: int) -> int:
        value = self.values.get(CCR1 + 4 * channel, 0)
        return self.reload - value if self._down else value

    def _schedule(self) -> None:
        """Wake up for the next interrupt; all else is found out when a register is read."""
        counts = self._until_interrupt() if self.counter.running and self.reload else None
        if counts is None:
            self._timer.cancel()
        else:
            self._timer.arm(self.counter.ticks_until(counts))

    def _until_interrupt(self) -> int | None:
        """Counts until a flag that interrupts may be set that is not; None where none will be."""
        enabled = self.values.get(DIER, 0) & ~self.values.get(SR, 0)
        updates = not self.values.get(CR1, 0) & CR1_UDIS
        overflow = self._until_overflow()
        distances = [overflow] if enabled & UPDATE and updates else []
        for channel in range(CHANNELS):
            if enabled & COMPARE_1 << channel:
                point = self._compare_point(channel)
                reloads = updates and self.values[ARR] != self.reload
                if 0 < point - self.count < overflow:
                    distances.append(point - self.count)
                elif 0 <= point <= self.reload or reloads:
                    distances.append(overflow)  # there, or in the next round: look again
        return min(distances, default=None)

    def _drive(self) -> None:
        pending = self.values.get(SR, 0) & self.values.get(DIER, 0) & INTERRUPTS
        self._any_line.set(bool(pending))
        self._update_line.set(bool(pending & UPDATE))
        self._compare_line.set(bool(pending & COMPARES))
