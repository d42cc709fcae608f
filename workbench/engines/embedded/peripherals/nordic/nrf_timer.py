"""TIMER of the nRF52 series.

Source: nRF52840 Product Specification v1.7, section 6.30 "TIMER".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.engines.embedded.peripherals.nordic.nrf import EVENTS, SHORTS, NrfPeripheral
from workbench.peripheral import Context

START = 0x000
STOP = 0x004
COUNT = 0x008
CLEAR = 0x00C
SHUTDOWN = 0x010
CAPTURE = 0x040  # + 4 n
COMPARE = 0x140  # + 4 n
MODE = 0x504
BITMODE = 0x508
PRESCALER = 0x510
CC = 0x540  # + 4 n

HERTZ = 16_000_000
MODE_TIMER = 0
WIDTHS = {0: 16, 1: 8, 2: 24, 3: 32}  # BITMODE
PRESCALER_MASK, PRESCALER_MAX = 0xF, 9
COMPARE_CLEAR_BIT, COMPARE_STOP_BIT = 0, 8  # in SHORTS, + n


class NrfTimer(NrfPeripheral):
    """Counts at 16 MHz / 2^PRESCALER; a compare happens when the counter becomes equal to CC."""

    RESET: ClassVar[Mapping[int, int]] = {PRESCALER: 4}
    STATE = NrfPeripheral.STATE | {"count", "counter"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._channels = int(context.properties.get("numberOfEvents", 4))
        self._timer = context.clock.timer(self._on_timer)
        self.reset()

    def reset(self) -> None:
        self.count = 0
        self.counter = Counter(HERTZ, self.context.clock.ticks_per_second, 1 << 4)
        self._timer.cancel()
        super().reset()

    def task(self, offset: int) -> None:
        now = self.context.clock.now
        self._sync()
        if offset == START and self.values.get(MODE, 0) == MODE_TIMER:
            self.counter.start(now)
        elif offset in (STOP, SHUTDOWN):
            self.counter.stop(now)
            if offset == SHUTDOWN:
                self._clear()
        elif offset == COUNT and self.values.get(MODE, 0) != MODE_TIMER:
            self._advance(1)
        elif offset == CLEAR:
            self._clear()
        elif CAPTURE <= offset < CAPTURE + 4 * self._channels:
            self.values[CC + offset - CAPTURE] = self.count
        self._schedule()

    def read_register(self, offset: int) -> int:
        if EVENTS <= offset < SHORTS:
            self._sync()
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        self._sync()
        super().write_register(offset, value)
        self._schedule()

    def store(self, offset: int, value: int) -> None:
        super().store(offset, value)
        if offset == PRESCALER:
            self.counter.divider = 1 << min(value & PRESCALER_MASK, PRESCALER_MAX)

    @property
    def _modulus(self) -> int:
        return 1 << WIDTHS[self.values.get(BITMODE, 0) & 0b11]

    def _clear(self) -> None:
        self.count = 0
        self.counter.clear_phase()

    def rerouted(self) -> None:
        self._sync()
        self._schedule()

    def _on_timer(self) -> None:
        self._sync()
        self._schedule()

    def _sync(self) -> None:
        counts = self.counter.take(self.context.clock.now)
        if counts:
            self._advance(counts)

    def _advance(self, counts: int) -> None:
        """Count on, from compare to compare; whole rounds without news are left out."""
        rounds = 0
        while counts:
            distances = (self._distance(c, self.count) for c in range(self._channels))
            step = min(counts, *distances)
            self.count = (self.count + step) % self._modulus
            counts -= step
            for channel in range(self._channels):
                if self.count == self._compare(channel) and not self._match(channel):
                    return
            rounds += 1
            if rounds == 2 * self._channels + 2:
                counts %= self._period()

    def _match(self, channel: int) -> bool:
        """A compare; return whether the timer goes on."""
        shorts = self.values.get(SHORTS, 0)
        self.event(COMPARE + 4 * channel)
        if shorts >> COMPARE_CLEAR_BIT + channel & 1:
            self.count = 0
        if shorts >> COMPARE_STOP_BIT + channel & 1:
            self.counter.stop(self.context.clock.now)
            return False
        return True

    def _compare(self, channel: int) -> int:
        return self.values.get(CC + 4 * channel, 0) % self._modulus

    def _distance(self, channel: int, count: int) -> int:
        """Counts from `count` until the compare of `channel`, a whole round if it is equal."""
        return (self._compare(channel) - count - 1) % self._modulus + 1

    def _period(self) -> int:
        """Counts after which everything repeats."""
        shorts = self.values.get(SHORTS, 0)
        clearing = [
            self._compare(channel) or self._modulus
            for channel in range(self._channels)
            if shorts >> COMPARE_CLEAR_BIT + channel & 1
        ]
        return min(clearing, default=self._modulus)

    def _schedule(self) -> None:
        """Wake up for the next compare that somebody waits for."""
        counts = self._until_watched() if self.counter.running else None
        if counts is None:
            self._timer.cancel()
        else:
            self._timer.arm(self.counter.ticks_until(counts))

    def _until_watched(self) -> int | None:
        """Counts until a compare that somebody waits for, None where none will come.

        All that can come comes in one round, of which the first one may be a part.
        """
        watched = {c for c in range(self._channels) if self._is_watched(c)}
        if not watched:
            return None
        shorts, count, passed = self.values.get(SHORTS, 0), self.count, 0
        for _ in range(2 * self._channels + 2):
            step = min(self._distance(channel, count) for channel in range(self._channels))
            passed += step
            count = (count + step) % self._modulus
            equal = [c for c in range(self._channels) if self._compare(c) == count]
            if watched.intersection(equal):
                return passed
            if any(shorts >> COMPARE_STOP_BIT + channel & 1 for channel in equal):
                return None
            if any(shorts >> COMPARE_CLEAR_BIT + channel & 1 for channel in equal):
                count = 0
        return None

    def _is_watched(self, channel: int) -> bool:
        event = COMPARE + 4 * channel
        return self.interrupts_at(event) or self.is_routed(event)
