"""RTC of the nRF52 series: the real-time counter at 32,768 Hz.

Source: nRF52840 Product Specification v1.7, section 6.22 "RTC".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.engines.embedded.peripherals.nordic.nrf import EVENTS, INTEN, NrfPeripheral
from workbench.peripheral import Context

START = 0x000
STOP = 0x004
CLEAR = 0x008
TRIGOVRFLW = 0x00C
TICK = 0x100
OVRFLW = 0x104
COMPARE = 0x140  # + 4 n
EVTEN = 0x340
EVTENSET = 0x344
EVTENCLR = 0x348
COUNTER = 0x504
PRESCALER = 0x508
CC = 0x540  # + 4 n

HERTZ = 32_768
MODULUS = 1 << 24
PRESCALER_MASK = 0xFFF
NEAR_OVERFLOW = 0xFFFFF0  # where TRIGOVRFLW puts the counter


class NrfRtc(NrfPeripheral):
    """An event is only generated while EVTEN or INTEN asks for it, 6.22.6."""

    STATE = NrfPeripheral.STATE | {"count", "counter"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        channels = int(context.properties.get("numberOfEvents", 4))
        self._compares = tuple(range(COMPARE, COMPARE + 4 * channels, 4))
        self._timer = context.clock.timer(self._on_timer)
        self.reset()

    def reset(self) -> None:
        self.count = 0
        self.counter = Counter(HERTZ, self.context.clock.ticks_per_second)
        self._timer.cancel()
        super().reset()

    def task(self, offset: int) -> None:
        self._sync()
        if offset == START:
            self.counter.divider = 1 + (self.values.get(PRESCALER, 0) & PRESCALER_MASK)
            self.counter.start(self.context.clock.now)
        elif offset == STOP:
            self.counter.stop(self.context.clock.now)
        elif offset == CLEAR:
            self.count = 0
            self.counter.clear_phase()
        elif offset == TRIGOVRFLW:
            self.count = NEAR_OVERFLOW
        self._schedule()

    def read_register(self, offset: int) -> int:
        self._sync()
        if offset == COUNTER:
            return self.count
        return super().read_register(EVTEN if offset in (EVTENSET, EVTENCLR) else offset)

    def write_register(self, offset: int, value: int) -> None:
        self._sync()
        super().write_register(offset, value)
        self._schedule()

    def store(self, offset: int, value: int) -> None:
        if offset == EVTENSET:
            offset, value = EVTEN, self.values.get(EVTEN, 0) | value
        elif offset == EVTENCLR:
            offset, value = EVTEN, self.values.get(EVTEN, 0) & ~value
        elif CC <= offset < CC + 4 * len(self._compares):
            value &= MODULUS - 1
        elif offset == COUNTER:
            return
        super().store(offset, value)

    def rerouted(self) -> None:
        self._sync()
        self._schedule()

    def _on_timer(self) -> None:
        self._sync()
        self._schedule()

    def _enabled(self, event: int) -> bool:
        mask = self.values.get(EVTEN, 0) | self.values.get(INTEN, 0)
        return bool(mask >> (event - EVENTS) // 4 & 1)

    def _distance(self, event: int) -> int:
        """Counts until `event` happens, a whole round if it happens just now."""
        if event == TICK:
            return 1
        target = 0 if event == OVRFLW else self.values.get(CC + event - COMPARE, 0)
        return (target - self.count - 1) % MODULUS + 1

    def _sync(self) -> None:
        counts = self.counter.take(self.context.clock.now)
        if not counts:
            return
        due = [e for e in (TICK, OVRFLW, *self._compares) if self._distance(e) <= counts]
        self.count = (self.count + counts) % MODULUS
        for event in due:
            if self._enabled(event):
                self.event(event)

    def _schedule(self) -> None:
        """Wake up for the next event that somebody waits for."""
        watched = [e for e in (TICK, OVRFLW, *self._compares) if self._is_watched(e)]
        if self.counter.running and watched:
            distance = min(self._distance(event) for event in watched)
            self._timer.arm(self.counter.ticks_until(distance))
        else:
            self._timer.cancel()

    def _is_watched(self, event: int) -> bool:
        return self.interrupts_at(event) or (self._enabled(event) and self.is_routed(event))
