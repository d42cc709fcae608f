"""What the models of serial ports share: a sender at the RX pin."""

from __future__ import annotations

from typing import Any

from workbench.engines.embedded.peripherals.generic.uart_sender import Frame, Sender
from workbench.peripheral import Context, UartPeripheral
from workbench.platform.uart_pacing import UartPacing


class PacedUart(UartPeripheral):
    """A serial port that receives each byte when its frame has ended on the line.

    A subclass calls `listen` when its registers change and `taken` when it has room for a byte.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.sender = Sender(context.clock, self.arrived, self.has_room)
        self._is_paced = context.uart_pacing is UartPacing.BAUD

    def receive(self, data: bytes) -> None:
        """The host sends `data`: it waits until the receiver is on, and then arrives in order."""
        self.sender.send(data)

    def listen(self, is_on: bool, frame: Frame | None) -> None:
        """The receiver is on or off; frame: the time of a byte, None where it has no baud rate."""
        self.sender.listen(is_on, frame if self._is_paced else None)

    def taken(self) -> None:
        """A byte was taken: there may be room."""
        self.sender.taken()

    def arrived(self, byte: int) -> None:
        """The stop bit of `byte` has come."""
        raise NotImplementedError

    def has_room(self) -> bool:
        """Return whether a sender that waits for the receiver may send another byte."""
        raise NotImplementedError

    def overrun(self) -> None:
        """A byte came for which there is no room."""
        self.context.warn(
            f"{self.context.name}: overrun: bytes that came before the firmware had taken the ones "
            "before them are lost; --uart-pacing off lets the sender wait"
        )

    def power_on(self) -> None:
        self.sender.forget()
        super().power_on()

    def save(self) -> dict[str, Any]:
        return super().save() | {"sender": self.sender.save()}

    def restore(self, state: dict[str, Any]) -> None:
        super().restore({name: value for name, value in state.items() if name != "sender"})
        self.sender.restore(state["sender"])
