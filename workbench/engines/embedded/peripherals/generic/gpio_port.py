"""What GPIO ports have in common: pins that drive wires or follow them."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from workbench.peripheral import Context, RegisterBlock


class GpioPort(RegisterBlock):
    """Outputs drive their wires and are read back; inputs follow their wires or pull-ups."""

    PINS: ClassVar[int]
    STATE = RegisterBlock.STATE | {"inputs", "driven", "levels"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines = [context.line(pin) for pin in range(self.PINS)]
        self.inputs = 0  # levels that wires drive
        self.driven = 0  # pins that wires have driven
        self.levels = 0  # as last put on the outgoing wires

    def power_on(self) -> None:
        self.inputs = self.driven = 0
        self.reset()

    def signal(self, pin: int, level: bool) -> None:
        if 0 <= pin < self.PINS:
            self.driven |= 1 << pin
            self.inputs = self.inputs & ~(1 << pin) | level << pin
            self._update()

    @abstractmethod
    def _output(self) -> int:
        """The levels that outputs are to have, a bit a pin."""

    @abstractmethod
    def _is_output(self, pin: int) -> bool: ...

    @abstractmethod
    def _is_pulled_up(self, pin: int) -> bool: ...

    def _pins(self) -> int:
        """The levels of all pins, a bit each."""
        output, pins = self._output(), 0
        for pin in range(self.PINS):
            if self._is_output(pin):
                level = output >> pin & 1
            elif self.driven >> pin & 1:
                level = self.inputs >> pin & 1
            else:
                level = int(self._is_pulled_up(pin))
            pins |= level << pin
        return pins

    def _update(self) -> int:
        """Put the levels that changed on the outgoing wires; return which did."""
        pins = self._pins()
        changed = pins ^ self.levels
        self.levels = pins
        for pin in range(self.PINS):
            if changed >> pin & 1:
                self._lines[pin].set(bool(pins >> pin & 1))
        return changed
