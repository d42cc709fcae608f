"""Runs one trusted script: `python -m workbench.engines.scripts.worker`, started by `process`."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from types import CodeType
from typing import IO, Any

from workbench.engines.scripts.request import ScriptRequest
from workbench.engines.state import StateError, from_json, to_json
from workbench.support.framing import Message, ProtocolError, read_message, write_message

_GIVEN = ("self", "size", "request", "__builtins__")


def main() -> None:
    """Answer requests until the pipe closes."""
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.stderr.write("the runner of scripts is started by the engine only\n")
        sys.exit(2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    except OSError:
        sys.exit(2)
    os.dup2(2, 1)  # what a script prints must not get between the messages
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    pending: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, pending), daemon=True).start()
    runner = _Script()
    while True:
        write_message(answers, runner.answer(pending.get()))


def _receive(requests: IO[bytes], pending: queue.SimpleQueue[Message]) -> None:
    """Queue what arrives; end with the owner, whatever the script is doing."""
    try:
        while (message := read_message(requests)) is not None:
            pending.put(message)
    except (OSError, ProtocolError):
        pass
    os._exit(0)


class _Self:
    """What a script may call on `self`; `EraseFlash` is this engine's own."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.erased: list[tuple[int, int]] = []

    def _silent(self, *_: object) -> None:
        pass

    NoisyLog = DebugLog = InfoLog = _silent

    def WarningLog(self, text: object, *_: object) -> None:  # noqa: N802 - Renode's name
        self.warnings.append(str(text))

    ErrorLog = WarningLog

    def EraseFlash(self, address: int, size: int) -> None:  # noqa: N802 - beside Renode's names
        self.erased.append((int(address), int(size)))


class _Script:
    """The script and its variables."""

    def __init__(self) -> None:
        self._code: CodeType | None = None
        self._scope: dict[str, Any] = {}  # stays the same object: functions refer to it
        self._size = 0

    def answer(self, message: Message) -> Message:
        """Carry out one request; whatever the script raises is an error of its own."""
        operation: Callable[[Message], Message] = getattr(self, f"_{message.fields['op']}")
        try:
            return operation(message)
        except BaseException as error:  # SystemExit is one
            frames = traceback.extract_tb(error.__traceback__)
            lines = [frame.lineno for frame in frames if frame.filename == "<script>"]
            line = (lines[-1] if lines else getattr(error, "lineno", 0)) or 0
            return Message({"error": f"{type(error).__name__}: {error}", "line": line})

    def _compile(self, message: Message) -> Message:
        self._code = compile(message.fields["text"].strip("\r\n"), "<script>", "exec")
        self._size = int(message.fields["size"])
        return self._forget(message)

    def _run(self, message: Message) -> Message:
        assert self._code is not None
        fields = message.fields
        own = self._scope["self"] = _Self()
        request = ScriptRequest(fields["kind"], fields["offset"], fields["length"], fields["value"])
        self._scope |= {"request": request, "size": self._size}
        exec(self._code, self._scope)
        value = int(request.value)
        return Message(
            {
                "value": value,
                "programs_flash": bool(self._scope.get("programs_flash")),
                "warnings": own.warnings,
                "erased": own.erased,
            }
        )

    def _forget(self, _: Message) -> Message:
        self._scope.clear()
        self._scope["size"] = self._size
        return Message({"ok": True})

    def _save(self, _: Message) -> Message:
        kept = []
        for name, value in self._scope.items():
            if name not in _GIVEN and _is_data(value):
                kept.append([name, value])
        blobs: list[bytes] = []
        state = to_json(kept, blobs)
        return Message({"state": state, "sizes": [len(b) for b in blobs]}, b"".join(blobs))

    def _load(self, message: Message) -> Message:
        blobs, position = [], 0
        for size in message.fields["sizes"]:
            blobs.append(message.blob[position : position + size])
            position += size
        variables = from_json(message.fields["state"], blobs)
        others = {name: value for name, value in self._scope.items() if not _is_data(value)}
        self._scope.clear()
        self._scope |= others | dict(variables)
        return Message({"ok": True})


def _is_data(value: Any) -> bool:
    try:
        to_json(value, [])
    except (StateError, TypeError, RecursionError):
        return False
    return True


if __name__ == "__main__":
    main()
