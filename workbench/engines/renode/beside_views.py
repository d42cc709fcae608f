"""Console, registers and memory of two machines that are kept alike."""

from __future__ import annotations

from collections.abc import Callable

from workbench.armv7m.architecture import CORE_REGISTERS
from workbench.engines.base import Engine, Memory, Registers, Uart
from workbench.engines.renode.engine import RenodeEngine
from workbench.errors import WorkbenchError

DROPPED = (
    "the embedded engine, which runs beside Renode to notice what only silicon faults on, was "
    "dropped: {why}. From here on only what Renode itself faults on is seen"
)

# What Renode gives of a Cortex-M: nothing of the floating-point extension.
_GIVEN = frozenset(CORE_REGISTERS) | {"msp", "psp", "control", "primask", "basepri", "faultmask"}


class Machines:
    """Renode, the embedded engine beside it, and which of them is the machine.

    kept: the embedded engine is where Renode is. alone: it has seen a crash, and is the machine.
    """

    def __init__(self, renode: RenodeEngine, beside: Engine) -> None:
        self.renode = renode
        self.beside = beside
        self.start()

    def start(self) -> None:
        """A new image: nothing has been seen."""
        self.kept = True
        self.alone = False
        self._notes: tuple[str, ...] = ()

    @property
    def now(self) -> Engine:
        """The engine that is the machine."""
        return self.beside if self.alone else self.renode

    def each(self, action: Callable[[Engine], None]) -> None:
        """Do what was done to Renode to the embedded engine too, which is dropped if it cannot."""
        if not self.kept:
            return
        try:
            action(self.beside)
        except WorkbenchError as error:
            self.drop(error.message.splitlines()[0])

    def both(self, action: Callable[[Engine], None]) -> None:
        """Do the same to each machine that is still in use."""
        if self.alone:
            action(self.beside)
            return
        action(self.renode)
        self.each(action)

    def drop(self, why: str) -> None:
        """Renode runs by itself from here on."""
        self.kept = False
        self.note(DROPPED.format(why=why))

    def note(self, text: str) -> None:
        """Have the next run warn of this."""
        self._notes += (text,)

    def take_notes(self) -> tuple[str, ...]:
        """Return what has to be told, once."""
        notes, self._notes = self._notes, ()
        return notes


class BesideUart(Uart):
    """Renode's console; both machines hear what the host sends."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def write(self, data: bytes) -> None:
        self._machines.both(lambda engine: engine.uart.write(data))

    def read(self) -> bytes:
        return self._machines.renode.uart.read()

    @property
    def transcript(self) -> bytes:
        return self._machines.renode.uart.transcript

    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        self._machines.renode.uart.listen(listener)

    def align(self) -> None:
        """What the host has read of the one console it has read of the other."""
        if not self._machines.renode.uart.unread:
            self._machines.beside.uart.read()

    def follow(self) -> None:
        """Hear what the embedded engine sends where that is the machine, and only there."""
        machines = self._machines
        if not machines.alone:
            machines.beside.uart.listen(None)
            return
        sent, heard = machines.beside.uart.transcript, machines.renode.uart.transcript
        if sent.startswith(heard):
            machines.renode.uart.take(sent[len(heard) :])
        machines.beside.uart.listen(machines.renode.uart.take)


class BesideRegisters(Registers):
    """Core registers, of the engine that is the machine: always those that Renode gives.

    Others would be there after a crash, and after the next reset no more.
    """

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def __getitem__(self, name: str) -> int:
        machines = self._machines
        return (machines.now if name in _GIVEN else machines.renode).registers[name]

    def __setitem__(self, name: str, value: int) -> None:
        self._machines.both(lambda engine: engine.registers.__setitem__(name, value))


class BesideMemory(Memory):
    """The bus, of the engine that is the machine."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    def read(self, address: int, size: int) -> bytes:
        return self._machines.now.memory.read(address, size)

    def write(self, address: int, data: bytes) -> None:
        self._machines.both(lambda engine: engine.memory.write(address, data))
