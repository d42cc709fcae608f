"""A thermometer: start a measurement, wait for its interrupt, read it."""

from __future__ import annotations

from workbench.peripheral import Context, RegisterBlock, default_line

CONTROL, STATUS, CELSIUS = 0x0, 0x4, 0x8
CONTROL_START, CONTROL_INTERRUPT = 1 << 0, 1 << 1
STATUS_READY = 1 << 0
CONVERSION_SECONDS = 0.001


class Thermometer(RegisterBlock):
    """`celsius` of the .repl is what it measures, a millisecond after the start."""

    SIZE = 0x100
    STATE = RegisterBlock.STATE | {"ready"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)
        self._timer = context.clock.timer(self._finish)
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.ready = False
        self._timer.cancel()
        self._line.set(False)

    def read_register(self, offset: int) -> int:
        if offset == STATUS:
            return STATUS_READY if self.ready else 0
        if offset == CELSIUS:
            self.ready = False
            self._line.set(False)
            return int(self.context.properties.get("celsius", 0))
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        super().write_register(offset, value)
        if offset == CONTROL and value & CONTROL_START:
            self._timer.arm(int(self.context.clock.ticks_per_second * CONVERSION_SECONDS))

    def _finish(self) -> None:
        self.ready = True
        self._line.set(bool(self.values.get(CONTROL, 0) & CONTROL_INTERRUPT))
