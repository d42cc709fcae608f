"""One machine in Renode: built from a .repl and an image, kept halted between runs.

Between runs the emulation is started and the core is in single-step mode: it waits for a step
that never comes, and virtual time waits with it. That is the state a GDB session leaves a core in
at a breakpoint, the best trodden path in Renode; an emulation that is paused and started again
instead would cost 100 ms each time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.engines.renode.worker import dotnet
from workbench.engines.renode.worker.dotnet import (
    NVIC,
    Byte,
    EmulationManager,
    ExecutionMode,
    interface_to_class,
)
from workbench.engines.renode.worker.hooks import Hooks
from workbench.engines.renode.worker.monitor import Monitor
from workbench.engines.renode.worker.receiver import Receiver

_NAME = "machine"
# Timers are exact whatever the quantum is; what waits for a quantum's end are requests that Renode
# puts off to a synchronised state (a system reset, nRF's INTENSET). 1 ms costs no speed.
_QUANTUM = "0.001"
_ERASED = 0xFF  # an erased byte of NOR flash: RM0090 rev 19, 3.6.3; nRF52840 PS v1.7, 4.3.3


class RenodeError(Exception):
    """Renode refused something; `kind` says whether the user's input is at fault."""

    def __init__(self, message: str, kind: str = "engine") -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Setup:
    """What a machine is built from; `segments` are (file, load address).

    flash: an address in each flash memory. paced: bytes come to the console at its baud rate.
    """

    repl: str
    segments: tuple[tuple[str, int], ...]
    flash: tuple[int, ...]
    vector_table: int
    uart: str
    paced: bool


class RenodeMachine:
    """The emulation, its core and its console, with what is attached to them."""

    def __init__(self, console: str) -> None:
        """`console`: the file for what the firmware sends; it only grows."""
        self._monitor = Monitor()
        self._console = console
        self._setup: Setup | None = None
        self._hooks: Hooks | None = None
        self.emulation: Any = None
        self.machine: Any = None
        self.cpu: Any = None
        self._uart: Any = None
        self._receiver: Receiver | None = None
        self._lockups: list[Any] = []
        self._tell_log_to: Callable[[Any], None] | None = None

    def log_to(self, path: str) -> None:
        """Write Renode's log to `path`, line by line, and let the hooks see it."""
        self.command(f"logFile {_quoted(path)} true")
        self._tell_log_to = dotnet.log_listener("workbench")

    def build(self, setup: Setup) -> None:
        """Make the machine of `setup` and leave it halted at reset."""
        self._setup = setup
        self.command("Clear")
        self.command(f'mach create "{_NAME}"')
        self.command(f"machine LoadPlatformDescription {_quoted(setup.repl)}", kind="platform")
        self.command(f'emulation SetGlobalQuantum "{_QUANTUM}"')
        self._find_parts()
        self._check_memories()
        self._erase_flash()
        self._trap_divisions()
        for command in self._load_commands():
            self.command(command, kind="image")
        self._define_reset_macro()
        self._start()

    def rebuild(self) -> None:
        """Power-on: everything from scratch, nothing left of what ran."""
        if self._setup is None:
            raise RenodeError("no image is loaded")
        self.build(self._setup)

    def save(self, path: str) -> None:
        """Write the state of the whole emulation to `path`, a file that is not there yet (Save)."""
        self._detach()
        try:
            self.emulation.PauseAll()
            self.command(f"Save {_quoted(path)}")
        finally:
            self._start()

    def restore(
        self, path: str, issued_before: int, asleep: bool, waiting: bytes, frame: int | None
    ) -> None:
        """Take the state that `save` wrote to `path`, in place of the present one.

        waiting, frame: those of the receiver then.
        """
        self.command(f"Load {_quoted(path)}")
        self._find_parts()
        self.hooks.issued_before = issued_before
        self.hooks.asleep = asleep
        self.receiver.restore(waiting, frame)
        self._define_reset_macro()
        self._start()

    def command(self, text: str, kind: str = "engine") -> str:
        """Execute a Monitor command and return what it printed."""
        output, error = self._monitor.execute(text)
        if error.strip():
            raise RenodeError(_plain(error), kind)
        return str(output).strip()

    @property
    def instructions(self) -> int:
        """Instructions issued since power-on."""
        return self.hooks.issued_before + int(self.cpu.ExecutedInstructions)

    @property
    def nanoseconds(self) -> int:
        """Virtual time that the core has used since power-on."""
        return int(self.cpu.TimeHandle.TotalElapsedTime.TotalNanoseconds)

    @property
    def receiver(self) -> Receiver:
        """What lets bytes arrive at the console."""
        assert self._receiver is not None
        return self._receiver

    @property
    def hooks(self) -> Hooks:
        """What notices things while the core runs."""
        assert self._hooks is not None
        return self._hooks

    @property
    def is_locked_up(self) -> bool:
        """Is the core in lockup? False where this Renode does not model that (to 1.16.1)."""
        return any(output.IsSet for output in self._lockups)

    @property
    def mips(self) -> int:
        """Million instructions that the core executes in a second of virtual time."""
        return int(self.cpu.PerformanceInMips)

    def drive(self, port: str, pin: int, level: bool) -> None:
        """Put a level on an input of a block: at once, where the Monitor waits for a quantum."""
        try:
            block = interface_to_class(self.machine[f"sysbus.{port}"])
        except Exception as error:
            raise RenodeError(f"the machine has no {port} on sysbus", "input") from error
        try:
            block.OnGPIO(pin, level)
        except Exception as error:
            raise RenodeError(f"{port} has no pin {pin}", "input") from error

    def hold(self) -> None:
        """Let a core that stopped wait for a step, whoever may resume it."""
        self.cpu.ExecutionMode = ExecutionMode.SingleStep

    def release(self) -> None:
        """Let the core run on."""
        # In this order: a core that runs may be paused again before the next line here.
        self.cpu.Resume()
        self.cpu.ExecutionMode = ExecutionMode.Continuous

    def _find_parts(self) -> None:
        assert self._setup is not None
        self.emulation = EmulationManager.Instance.CurrentEmulation
        _, self.machine = self.emulation.TryGetMachineByName(_NAME)
        cores = list(self.machine.SystemBus.GetCPUs())
        if not cores:
            raise RenodeError(f"{self._setup.repl} has no cpu", "platform")
        self.cpu = interface_to_class(cores[0])
        try:
            self._uart = interface_to_class(self.machine[f"sysbus.{self._setup.uart}"])
        except Exception as error:
            message = f"{self._setup.repl} has no {self._setup.uart} on sysbus"
            raise RenodeError(message, "platform") from error
        clock, paced = self.machine.ClockSource, self._setup.paced
        self._receiver = Receiver(self._uart, clock, self.cpu, paced=paced)
        nvics = self.machine.GetPeripheralsOfType[NVIC]()
        self._lockups = [nvic.Lockup for nvic in nvics if hasattr(nvic, "Lockup")]
        if self._hooks is not None:
            self._hooks.close()
        self._hooks = Hooks(self.machine, self.cpu, self._uart, self._console)
        if self._tell_log_to is not None:
            self._tell_log_to(self._hooks.log)

    def _check_memories(self) -> None:
        """Refuse an image that lies where no memory is: Renode drops it, and halts the core."""
        assert self._setup is not None
        for file, address in self._setup.segments:
            end = address + Path(file).stat().st_size - 1
            bus = self.machine.SystemBus
            if any(bus.WhatPeripheralIsAt(place) is None for place in (address, end)):
                raise RenodeError(
                    f"0x{address:08x}..0x{end:08x} of the image does not fit the memories of "
                    f"{self._setup.repl}",
                    "image",
                )

    def _erase_flash(self) -> None:
        """Let flash that the image does not cover read 0xFF, as erased cells do: here it reads 0.

        A memory whose .repl names a ResetByte of its own keeps that one, and a segment that the
        .repl has written to already keeps its content.
        """
        assert self._setup is not None
        for address in self._setup.flash:
            found = self.machine.SystemBus.WhatPeripheralIsAt(address)
            if found is None:
                continue
            memory = interface_to_class(found)
            if int(getattr(memory, "ResetByte", _ERASED)) == 0:
                memory.ResetByte = Byte(_ERASED)  # of segments that are allocated from here on

    def _trap_divisions(self) -> None:
        """Let firmware set CCR.DIV_0_TRP where this Renode models it, which it filters unless told.

        UnhandledAccessBehaviour is left as it is: ThrowException makes faults of what answers on
        silicon, ranges that the .repl tags and the core's own blocks without a model (ITM). An
        access to nowhere is noticed without it: by the log, and by the embedded engine beside.
        """
        for nvic in self.machine.GetPeripheralsOfType[NVIC]():
            if hasattr(nvic, "FilterCcrDiv0Write"):
                nvic.FilterCcrDiv0Write = False

    def _load_commands(self) -> list[str]:
        assert self._setup is not None
        commands = [
            f"sysbus LoadBinary {_quoted(file)} 0x{address:X}"
            for file, address in self._setup.segments
        ]
        core = self.machine.GetLocalName(self.cpu)
        return [*commands, f"sysbus.{core} VectorTableOffset 0x{self._setup.vector_table:X}"]

    def _define_reset_macro(self) -> None:
        """Renode runs the macro `reset` after a system reset that the firmware asked for."""
        body = "\n".join(self._load_commands())
        self.command(f'macro reset\n"""\n{body}\n"""')

    def _start(self) -> None:
        self.command("emulation SetGlobalAdvanceImmediately true")
        self.hold()
        self._attach()
        if not self.emulation.IsStarted:
            self.emulation.StartAll()

    def _attach(self) -> None:
        hooks = self.hooks
        dotnet.attach(self._uart, "CharReceived", hooks.byte)
        dotnet.attach(self.machine, "MachineReset", hooks.reset)
        for output in self._lockups:
            output.AddStateChangedHook(hooks.lockup)
        dotnet.attach(self.cpu, "StateChanged", hooks.state)
        self.cpu.AddHookAtInterruptBegin(hooks.exception)
        self.cpu.AddHookAtWfiStateChange(hooks.sleep)

    def _detach(self) -> None:
        """Detach everything that is not a part of the machine: Save cannot write it."""
        hooks = self.hooks
        dotnet.detach(self._uart, "CharReceived", hooks.byte)
        dotnet.detach(self.machine, "MachineReset", hooks.reset)
        for output in self._lockups:
            output.RemoveStateChangedHook(hooks.lockup)
        dotnet.detach(self.cpu, "StateChanged", hooks.state)
        self.cpu.RemoveHookAtWfiStateChange(hooks.sleep)
        # The only hook that has no public way to remove it (1.15.3 to 1.16).
        if not dotnet.invoke_hidden(self.cpu, "RemoveHookAtInterruptBegin", hooks.exception):
            raise RenodeError("this Renode cannot save a machine that faults are watched on")


def _quoted(path: str) -> str:
    """A path as the Monitor reads it."""
    return "@" + path.replace("\\", "\\\\").replace(" ", "\\ ")


def _plain(error: str) -> str:
    """The Monitor's error without the echo of the command."""
    lines = [line.rstrip() for line in error.replace("\r", "").splitlines() if line.strip()]
    if lines and lines[0].startswith("There was an error executing command"):
        lines = lines[1:]
    return "\n".join(lines)
