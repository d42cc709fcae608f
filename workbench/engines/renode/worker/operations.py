"""The requests that the engine can make, one method each."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.engines.base import Stop, Watchpoint
from workbench.engines.renode.nowhere import fault_state
from workbench.engines.renode.worker import dotnet
from workbench.engines.renode.worker.console import Console
from workbench.engines.renode.worker.loading import renode_version
from workbench.engines.renode.worker.log import LogFile
from workbench.engines.renode.worker.machine import RenodeError, RenodeMachine, Setup
from workbench.engines.renode.worker.recorder import Recorder
from workbench.engines.renode.worker.run import Limits, RenodeRunner
from workbench.engines.renode.worker.state import State
from workbench.support.framing import Message

_LOG_LIMIT = 64 << 20  # bytes; at most a few seconds of accesses to where nothing is


class Operations:
    """Holds the machine and answers requests; see `protocol` for their form."""

    def __init__(self, send: Callable[[Message], None], folder: Path) -> None:
        """`folder`: the worker's own, for what the firmware sends."""
        console = str(folder / "console")
        self._send = send
        self._console = Console(console)
        self._machine = RenodeMachine(console)
        self._state = State(self._machine)
        self._runner = RenodeRunner(self._machine, self._console, self._report_progress)
        self._recorder = Recorder(self._machine)
        self._log = LogFile(dotnet.Logger.Flush)
        self.version = renode_version()

    def answer(self, request: Message) -> Message:
        """Carry out one request; never raises."""
        name = str(request.fields.get("op"))
        operation = getattr(self, f"op_{name}", None)
        if operation is None:
            return Message({"error": f"no operation {name!r}", "kind": "engine"})
        try:
            result, blob = operation(request)
        except RenodeError as error:
            return Message({"error": str(error), "kind": error.kind})
        except Exception as error:
            traceback.print_exc()
            # The text of a .NET exception goes on with its stack, which is in the log now.
            text = f"{type(error).__name__}: {error}".splitlines()[0]
            return Message({"error": text, "kind": "engine"})
        return Message({"ok": True, **result}, blob)

    def op_load(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Build the machine; "log" names the file for Renode's log.

        The answer's "keeps_pace" is whether "paced" is off, and this Renode paces all the same.
        """
        fields = request.fields
        if self._log.open(fields["log"]):
            self._machine.log_to(fields["log"])
        setup = Setup(
            repl=fields["repl"],
            segments=tuple((file, address) for file, address in fields["segments"]),
            flash=tuple(fields["flash"]),
            vector_table=fields["vector_table"],
            uart=fields["uart"],
            paced=fields["paced"],
        )
        self._log.forget()
        with self._log.noted():
            self._machine.build(setup)
        where, console = self._fresh()
        return {**where, "keeps_pace": self._machine.receiver.keeps_pace}, console

    def op_reset(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Power-on reset: build the machine anew."""
        self._machine.rebuild()
        return self._fresh()

    def op_run(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Run; the blob holds the pattern, then the console bytes not read yet."""
        fields = request.fields
        length = fields["pattern_length"]
        until = Stop(
            uart=None if length is None else request.blob[:length],
            pc=frozenset(fields["pc"]),
            watch=frozenset(Watchpoint(*point) for point in fields.get("watch", ())),
            fault=fields["fault"],
            reset=fields["reset"],
            idle=fields["idle"],
        )
        limits = Limits(fields["instructions"], fields["nanoseconds"])
        with self._log.noted():
            reason = self._runner.run(until, limits, request.blob[length or 0 :])
        # Reading the state of a fault leaves lines in the log that are not the firmware's.
        result = {"reason": reason, "log": self._log.take(), **self._where()}
        if reason == "fault" and self._runner.refused is not None:
            control = self._state.register("control")
            registers = self._machine.hooks.registers
            result["fault"] = asdict(fault_state(self._runner.refused, registers, control))
        elif reason == "fault":
            result["fault"] = self._state.fault()
        elif reason == "watch":
            result["accessed"] = self._machine.hooks.accessed
        return result, self._console.take()

    def op_send(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Give the UART the bytes of the message."""
        with self._log.noted():
            self._machine.receiver.receive(request.blob)
        return {}, self._console.take()

    def op_drive(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Set the level of a pin from outside."""
        fields = request.fields
        with self._log.noted():
            self._machine.drive(fields["port"], fields["pin"], fields["level"])
        return {}, self._console.take()

    def op_get_register(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Return the value of a register by its name."""
        return {"value": self._state.register(request.fields["name"])}, b""

    def op_set_register(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Set a register by its name."""
        self._state.set_register(request.fields["name"], request.fields["value"])
        return {}, b""

    def op_read(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Return bytes of memory."""
        return {}, self._state.read(request.fields["address"], request.fields["size"])

    def op_write(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Write the bytes of the message to memory."""
        self._state.write(request.fields["address"], request.blob)
        return {}, b""

    def op_start_trace(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Record blocks into the file "path", and data reads in "ranges" into "reads_path"."""
        fields = request.fields
        self._recorder.start(fields["path"], fields["reads_path"], fields["ranges"])
        return {"instructions": self._machine.instructions}, b""

    def op_mark_trace(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Say how far the recording has come, and let the files hold it."""
        reads = self._recorder.flush()
        return {"instructions": self._machine.instructions, "reads": reads}, b""

    def op_stop_trace(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """End the trace; return the count of instructions."""
        self._recorder.stop()
        return {"instructions": self._machine.instructions}, b""

    def op_save(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Save the machine; the blob of the answer are bytes that have not arrived."""
        self._machine.save(request.fields["path"])
        hooks, receiver = self._machine.hooks, self._machine.receiver
        result = {
            "issued_before": hooks.issued_before,
            "asleep": hooks.asleep,
            "frame": receiver.frame,
        }
        return result, receiver.waiting

    def op_restore(self, request: Message) -> tuple[dict[str, Any], bytes]:
        """Load the state that `op_save` has written."""
        fields = request.fields
        self._machine.restore(
            fields["path"],
            fields["issued_before"],
            fields["asleep"],
            request.blob,
            fields["frame"],
        )
        return self._fresh()

    def _fresh(self) -> tuple[dict[str, Any], bytes]:
        self._runner.forget()
        self._console.take()
        return self._where(), b""

    def _where(self) -> dict[str, Any]:
        machine = self._machine
        return {
            "pc": int(machine.cpu.PC.RawValue) & ~1,
            "instructions": machine.instructions,
            "seconds": machine.nanoseconds / 1e9,
        }

    def _report_progress(self) -> None:
        if self._log.size() > _LOG_LIMIT:
            raise RenodeError(
                f"the firmware filled Renode's log with {_LOG_LIMIT >> 20} MB: it goes on where "
                "silicon would fault"
            )
        fields = {"event": "progress", "instructions": self._machine.instructions}
        self._send(Message(fields, self._console.take()))
