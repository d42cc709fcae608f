"""The process in which the host oracle runs, as its owner sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any, cast

from workbench.errors import ModelError, UserError
from workbench.support.extras import how_to_install
from workbench.support.framing import Message, ProtocolError, read_message, write_message

WORKER = (sys.executable, "-m", "workbench.model.oracle_worker")

# Seconds for one answer. The reference kernels run at some 10 million multiplications a second,
# and a model for a microcontroller has fewer than 100 million.
ANSWER_SECONDS = 45.0

_SAID_BYTES = 2000  # of what TFLM wrote to its standard error, the last ones
_DAMAGED = "the file may be damaged, or beyond TFLM; convert the model again"


class OracleProcess:
    """One worker; it ends with `close`, or when this process ends, however it does."""

    def __init__(
        self, command: tuple[str, ...] = WORKER, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        """Start `command`; its first answer says whether it can do anything."""
        self._seconds = answer_seconds
        self._is_late = False
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - for the life of the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            cwd="/",  # Python looks for modules in the current folder first
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the owner, which then closes this
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)

    @property
    def process_id(self) -> int:
        """The process number of the interpreter."""
        return self._process.pid

    def ask(self, operation: str, blob: bytes = b"", **arguments: Any) -> Message:
        """Send one request and return its answer.

        Raises ModelError where TFLM refuses the model, dies or does not answer in time, UserError
        where it cannot be imported. The process has ended then.
        """
        late = threading.Timer(self._seconds, self._end_late)
        late.start()
        try:
            write_message(self._requests, Message({"op": operation, **arguments}, blob))
            answer = read_message(self._answers)
        except (OSError, ProtocolError):
            answer = None
        except BaseException:
            self.close()  # an answer that comes later would be taken for the next request's
            raise
        finally:
            late.cancel()
        if answer is None:
            raise self._how_it_ended(operation)
        if "error" not in answer.fields:
            return answer
        error = self._refusal(str(answer.fields["error"]), answer.fields.get("kind"))
        self.close()
        raise error

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._requests, self._answers, self._said):
            with contextlib.suppress(OSError):
                stream.close()

    def _end_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def _refusal(self, text: str, kind: object) -> UserError:
        if kind == "unavailable":
            return UserError(
                f"the package tflite_micro cannot be imported: {text}", how_to_install("oracle")
            )
        return ModelError(f"TFLM refuses the model: {text}{self._last_words()}", _DAMAGED)

    def _how_it_ended(self, operation: str) -> ModelError:
        doing = "reads" if operation == "load" else "runs"
        if self._is_late:
            how = f"does not end in {self._seconds:g} s"
        else:
            self._process.kill()  # it may have closed its pipe without ending
            code = self._process.wait()
            how = f"dies of {_signal(-code)}" if code < 0 else f"ends with exit code {code}"
        words = self._last_words()
        self.close()
        return ModelError(f"TFLM on the host {how} when it {doing} the model{words}", _DAMAGED)

    def _last_words(self) -> str:
        """What TFLM wrote, as indented lines behind a message."""
        if self._said.closed:
            return ""
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, size - _SAID_BYTES))
        lines = self._said.read().decode(errors="replace").splitlines()
        return "".join(f"\n  | {line}" for line in lines if line.strip())


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _environment() -> dict[str, str]:
    """The worker finds the packages that this process finds: relative folders are made absolute."""
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(Path(__file__).parents[2]), *(str(Path(one).absolute()) for one in folders if one)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
