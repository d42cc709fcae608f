"""The worker process as its owner sees it: started, asked, and killed when it does not answer.

Nothing that happens in the worker hangs or ends the caller. The worker makes a folder for its files
and for Renode's log. It ends and removes that folder when its pipe closes, so that nothing is left
of a caller that dies. The owner removes the folder of a worker that it had to kill.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast

from workbench.engines.renode.installations import BINARIES, FRAMEWORK, ROOT, RUNTIME
from workbench.errors import (
    EngineError,
    EngineUnavailableError,
    ImageError,
    PlatformError,
    UserError,
)
from workbench.support.framing import Message, ProtocolError, read_message, write_message
from workbench.support.own_folder import OwnFolder

WORKER = (sys.executable, "-m", "workbench.engines.renode.worker")

KEEP = "WORKBENCH_KEEP"
"""The variable of the environment that keeps what a failure would explain: set, and not empty."""

# Seconds without a word from the worker. It reports 20 times a second while the core runs, and
# notices itself when Renode stands still (`worker.run`), which must come first.
START_SECONDS = 180.0
ANSWER_SECONDS = 60.0
_STARVED = 0.02
"""A worker that used this share of the time that it was silent, and not all of it, is at work on a
machine that is busy with other things: a first load of a platform takes seconds of the processor.
"""

# Mono's collector stops the other threads first. Left to itself it waits for each one to come to a
# safe place, and one that waits for Python's lock never comes there while the collecting thread
# holds that lock (pythonnet 3.2 on Mono 6.8). No thread of Renode's enters Python
# (`worker.dotnet.attach`); Python's own second thread, which reads requests, can hold it.
_SUSPENDED_BY_SIGNAL = {"MONO_THREADS_SUSPEND": "preemptive"}

_LOG_LINES = 12
_QUIT_SECONDS = 2.0
_DUMP_SECONDS = 0.3
_ERRORS: Mapping[str, tuple[type[Exception], str]] = {
    "platform": (PlatformError, "Correct the .repl, or try it in Renode itself."),
    "image": (ImageError, "was it linked for another part? choose the platform it is for"),
    "register": (UserError, "Read it on the embedded engine (--engine embedded)."),
    "address": (UserError, "Choose an address that the .repl maps."),
    "input": (UserError, "See the GPIO ports in the platform's .repl."),
    "unavailable": (EngineUnavailableError, "`workbench doctor` says what Renode needs."),
}


class WorkerProcess:
    """One worker; `folder` is the worker's, and holds its files until `close`."""

    def __init__(
        self,
        environment: Mapping[str, str],
        command: tuple[str, ...] = WORKER,
        *,
        start_seconds: float = START_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Start `command` and wait for its greeting; raise EngineError where none comes.

        The command is told in two arguments which folder to make its own: its path and its mark.
        """
        self.answer_seconds = answer_seconds
        self._failed = False
        temporary = Path(tempfile.gettempdir()).absolute()
        self._own = OwnFolder.plan(temporary, "workbench-renode-")
        self._answers: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        # A file without a name: nothing of it is left, whoever is killed.
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the worker
        try:
            self._process = subprocess.Popen(
                (*command, str(self._own.path), self._own.mark),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                cwd="/",  # `python -m` looks for modules here first
                env=self._environment(environment),
                start_new_session=True,  # Ctrl-C is for the caller, who then closes this
            )
        except OSError as error:
            self._log.close()
            raise EngineError(f"the Renode worker did not start: {error}") from error
        self._input = cast(IO[bytes], self._process.stdin)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            greeting = self._await("start", start_seconds, None)
        except BaseException:
            self.close()
            raise
        self.version = str(greeting.fields.get("version", ""))

    @property
    def folder(self) -> Path:
        """The worker's folder, where the engine may put files for it."""
        return self._own.path

    @property
    def renode_log(self) -> Path:
        """The file that Renode writes its log to."""
        return self.folder / "renode.log"

    @property
    def process_id(self) -> int:
        """The worker's process number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Can the worker still be asked?"""
        return not self._failed and self._process.poll() is None

    def ask(
        self,
        operation: str,
        blob: bytes = b"",
        *,
        on_event: Callable[[Message], None] | None = None,
        **arguments: Any,
    ) -> Message:
        """Send one request and return its answer.

        Raises UserError for what the worker says is the user's, EngineError where Renode failed,
        the worker died, or said nothing for too long; it is dead then.
        """
        if self._failed:
            raise self._failure(f"it failed before; {operation} came after that")
        try:
            write_message(self._input, Message({"op": operation, **arguments}, blob))
        except OSError:
            raise self._failure(self._how_it_ended(operation)) from None
        return self._await(operation, self.answer_seconds, on_event)

    def close(self) -> None:
        """End the worker and remove its folder (not after a failure: the logs are in it)."""
        if self._process.poll() is None and not self._failed:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                write_message(self._input, Message({"op": "quit"}))
                self._process.wait(_QUIT_SECONDS)
        self._kill()
        self._remove_folder()
        self._log.close()

    def _remove_folder(self) -> None:
        """Remove the worker's folder; after a failure leave it where the user wants it kept."""
        if self._failed and os.environ.get(KEEP):
            return
        self._own.remove()
        with contextlib.suppress(OSError):
            self._own.path.rmdir()  # killed before it had its mark: it is empty then

    def _environment(self, installation: Mapping[str, str]) -> dict[str, str]:
        theirs = (BINARIES, FRAMEWORK, ROOT, RUNTIME)
        environment = {k: v for k, v in os.environ.items() if k not in theirs}
        packages = [str(Path(__file__).parents[3]), environment.get("PYTHONPATH", "")]
        return {
            **_SUSPENDED_BY_SIGNAL,
            **environment,
            **installation,
            "RENODE_CI_MODE": "YES",
            "PYTHONPATH": os.pathsep.join(path for path in packages if path),
        }

    def _read(self) -> None:
        """Queue what the worker sends; None at its end."""
        stream = cast(IO[bytes], self._process.stdout)
        with contextlib.suppress(OSError, ProtocolError, ValueError), stream:
            while (message := read_message(stream)) is not None:
                self._answers.put(message)
        self._answers.put(None)

    def _await(
        self, operation: str, seconds: float, on_event: Callable[[Message], None] | None
    ) -> Message:
        try:
            while True:
                message = self._next(seconds)
                if message is None:
                    raise self._failure(self._how_it_ended(operation))
                if "event" not in message.fields:
                    return self._checked(message)
                if on_event is not None:
                    on_event(message)
        except queue.Empty:
            self._ask_where_it_stands()
            raise self._failure(f"no answer to {operation!r} in {seconds:g} s") from None
        except (KeyboardInterrupt, SystemExit):
            self._kill()  # an answer that comes later would be taken for the next request's
            raise

    def _next(self, seconds: float) -> Message | None:
        """Return what the worker says next; raise queue.Empty where it hangs.

        It hangs where it had the processor for `seconds`, or for next to nothing in such a time.
        """
        begun = used = self._processor_seconds()
        while True:
            try:
                return self._answers.get(timeout=seconds)
            except queue.Empty:
                before, used = used, self._processor_seconds()
                if used - begun >= seconds or used - before < _STARVED * seconds:
                    raise

    def _processor_seconds(self) -> float:
        """How long the worker had a processor; 0 where that is not known (no /proc)."""
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        except OSError:
            return 0.0
        user, system = stat.rpartition(")")[2].split()[11:13]  # proc(5)
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def _checked(self, message: Message) -> Message:
        if "error" not in message.fields:
            return message
        text, kind = str(message.fields["error"]), str(message.fields.get("kind"))
        if kind in _ERRORS:
            error, hint = _ERRORS[kind]
            raise error(f"Renode: {text}", hint)
        raise self._failure(text)

    def _ask_where_it_stands(self) -> None:
        """Let a worker that hangs write the places of its threads into its log."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGUSR1)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_DUMP_SECONDS)

    def _how_it_ended(self, operation: str) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_QUIT_SECONDS)
        code = self._process.poll()
        if code is None:
            return f"its pipe closed or carried garbage during {operation!r}"
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"it ended {how} during {operation!r}"

    def _failure(self, what: str) -> EngineError:
        self._failed = True
        self._kill()
        lines = [*_last_lines(self._worker_log()), *_last_lines(_content(self.renode_log))]
        if os.environ.get(KEEP):
            where = f"The logs are in {self.folder}."
        else:
            where = f"--keep before the command, or {KEEP}=1, keeps all of the logs."
        hint = f"{where} The embedded engine needs no Renode (--engine embedded)."
        self._remove_folder()
        said = "".join(f"\n  | {line}" for line in lines)
        return EngineError(f"the Renode worker failed: {what}{said}", hint)

    def _worker_log(self) -> bytes:
        """Return what the worker has written, and leave it beside Renode's log."""
        if self._log.closed:
            return b""
        self._log.seek(0)
        said = self._log.read()
        with contextlib.suppress(OSError):
            (self.folder / "worker.log").write_bytes(said)
        return said

    def _kill(self) -> None:
        """Kill the worker and what it may have started: it leads a session of its own."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(OSError):
            self._input.close()


def _content(log: Path) -> bytes:
    try:
        return log.read_bytes()
    except OSError:
        return b""


def _last_lines(log: bytes) -> list[str]:
    return log.decode(errors="replace").splitlines()[-_LOG_LINES:]
