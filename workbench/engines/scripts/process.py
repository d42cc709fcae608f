"""A trusted script in a process of its own: the end of that is an error, never the caller's end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from workbench.engines.scripts.errors import ScriptError
from workbench.engines.scripts.request import ScriptRequest
from workbench.engines.state import from_json, to_json
from workbench.support.framing import Message, ProtocolError, read_message, write_message

WORKER = (sys.executable, "-m", "workbench.engines.scripts.worker")

# Seconds for one access: a script that waits for something outside is at fault.
ANSWER_SECONDS = 30.0
_SAID_BYTES = 1000


class ScriptProcess:
    """One script; it ends with `close`, or when this process ends."""

    def __init__(
        self,
        text: str,
        size: int,
        warn: Callable[[str], None],
        erase: Callable[[int, int], None],
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        """Start it; raise ScriptError where it cannot be compiled."""
        self._warn = warn
        self._erase = erase
        self._seconds = seconds
        self.programs_flash = False
        """Whether the script's variable of that name is true."""
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the process
        self._process = subprocess.Popen(
            (*WORKER, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            cwd="/",  # Python looks for modules in the current folder first
            env={**os.environ, "PYTHONPATH": _path()},
            start_new_session=True,  # Ctrl-C is for the owner, which then closes this
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)
        self._ask("compile", text=text, size=size)

    def run(self, request: ScriptRequest) -> None:
        """Answer `request`; raise ScriptError where the script fails, or ends the process."""
        fields = self._ask(
            "run",
            kind=request.type,
            offset=request.offset,
            length=request.length,
            value=request.value,
        ).fields
        request.value = int(fields["value"])
        self.programs_flash = bool(fields["programs_flash"])
        for warning in fields["warnings"]:
            self._warn(str(warning))
        for address, size in fields["erased"]:
            self._erase(int(address), int(size))

    def save(self) -> list[tuple[str, Any]]:
        """Return the script's variables that are data, by name."""
        answer = self._ask("save")
        return [(str(name), value) for name, value in _unpacked(answer)]

    def restore(self, variables: list[tuple[str, Any]]) -> None:
        """Give the script these variables, and leave it its modules and functions."""
        blobs: list[bytes] = []
        document = to_json(variables, blobs)
        sizes = [len(blob) for blob in blobs]
        self._ask("load", b"".join(blobs), state=document, sizes=sizes)
        self.programs_flash = bool(dict(variables).get("programs_flash"))

    def forget(self) -> None:
        """Take all variables, as at power-on."""
        self._ask("forget")
        self.programs_flash = False

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._requests, self._answers, self._said):
            with contextlib.suppress(OSError):
                stream.close()

    def _ask(self, operation: str, blob: bytes = b"", **arguments: Any) -> Message:
        late = threading.Timer(self._seconds, self._process.kill)
        late.start()
        try:
            write_message(self._requests, Message({"op": operation, **arguments}, blob))
            answer = read_message(self._answers)
        except (OSError, ValueError, ProtocolError):
            answer = None
        except BaseException:
            self.close()
            raise
        finally:
            late.cancel()
        if answer is None:
            raise self._how_it_ended()
        if "error" in answer.fields:
            raise ScriptError(str(answer.fields["error"]), int(answer.fields.get("line", 0)))
        return answer

    def _how_it_ended(self) -> ScriptError:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0)
        code = self._process.poll()
        if code is None:
            how = "closed its pipe"
        else:
            how = f"died of signal {-code}" if code < 0 else f"ended with exit code {code}"
        said = ""
        if not self._said.closed:
            self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - _SAID_BYTES))
            lines = self._said.read().decode(errors="replace").splitlines()
            said = "".join(f"\n  | {line}" for line in lines if line.strip())
        self.close()
        return ScriptError(f"it ended the process that ran it, which {how}{said}")


def _unpacked(answer: Message) -> Any:
    blobs, position = [], 0
    for size in answer.fields["sizes"]:
        blobs.append(answer.blob[position : position + size])
        position += size
    return from_json(answer.fields["state"], blobs)


def _path() -> str:
    """The folders of packages that this process has, and not the current one before them."""
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = str(Path(__file__).parents[3])
    return os.pathsep.join([own, *(str(Path(one).absolute()) for one in folders if one)])
