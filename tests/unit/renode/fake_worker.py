"""A worker without Renode, for tests of the owner's side: speaks the protocol, and misbehaves.

What these tests stand on: the protocol module itself (used on both sides), and that a real worker
behaves like "serve" does; tests/system/renode runs the same operations against Renode.

The first argument says how: "serve" answers `OPERATIONS`; the others are named after what they do
once a run is asked for.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any, BinaryIO

from workbench.engines.renode.worker.folder import make_folder
from workbench.support.framing import Message, read_message, write_message

WHERE = {"pc": 0x0800_0100, "instructions": 0, "seconds": 0.0}
OPERATIONS: dict[str, tuple[dict[str, Any], bytes]] = {
    "load": ({**WHERE, "keeps_pace": False}, b""),
    "reset": (WHERE, b""),
    "send": ({}, b""),
    "get_register": ({"value": 0x2000_1000}, b""),
    "set_register": ({}, b""),
    "read": ({}, b"\x01\x02\x03\x04"),
    "write": ({}, b""),
    "run": (
        {"pc": 0x0800_0200, "instructions": 1000, "seconds": 1e-5, "reason": "uart", "log": []},
        b"lo\n",
    ),
}
USER_ERRORS = {"bad_platform": "platform", "bad_register": "register", "bad_address": "address"}


def main() -> None:
    """Serve until told to quit, or until the chosen misbehaviour."""
    how = sys.argv[1]
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    print("the worker's own chatter", file=sys.stderr, flush=True)
    if how == "silent":
        time.sleep(1000)
    folder = make_folder(sys.argv[2:])
    write_message(answers, Message({"ok": True, "version": "fake"}))
    try:
        serve(how, requests, answers)
    finally:
        if how == "serve":
            folder.remove()


def serve(how: str, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer what is asked until the pipe closes."""
    while (request := read_message(requests)) is not None:
        operation = str(request.fields["op"])
        if operation == "quit":
            if how != "deaf":
                return
            time.sleep(1000)
        elif operation == "run" and how != "serve":
            misbehave(how, answers)
        elif operation in USER_ERRORS:
            text = f"error E{len(operation)}"
            write_message(answers, Message({"error": text, "kind": USER_ERRORS[operation]}))
        elif operation == "environment":
            write_message(answers, Message({"ok": True, "value": dict(os.environ)}))
        else:
            if operation == "run":
                progress = {"event": "progress", "instructions": 500}
                write_message(answers, Message(progress, b"hel"))
            fields, blob = OPERATIONS[operation]
            write_message(answers, Message({"ok": True, **fields}, blob))


def misbehave(how: str, answers: BinaryIO) -> None:
    """What can go wrong in the middle of a run."""
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif how == "exits":
        print("Unhandled Exception: in a hook", file=sys.stderr, flush=True)
        sys.exit(7)
    elif how == "garbage":
        answers.write(b"Renode says hello on standard output\n" * 10)
        answers.flush()
        time.sleep(1000)
    elif how == "halves":
        answers.write(b"\x10\x00\x00\x00\x00\x00\x00\x00{")
        answers.flush()
        sys.exit(0)
    elif how == "fails":
        write_message(answers, Message({"error": "Renode made no progress", "kind": "engine"}))
    elif how == "hangs":
        time.sleep(1000)
    elif how == "spins":
        while True:
            pass
    elif how == "starves":
        for _ in range(10):
            work(0.05)
            time.sleep(0.2)
        fields, blob = OPERATIONS["run"]
        write_message(answers, Message({"ok": True, **fields}, blob))
    elif how == "breeds":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        event = Message({"event": "progress", "instructions": 0, "child": child.pid})
        write_message(answers, event)
        time.sleep(1000)


def work(seconds: float) -> None:
    """Use so much of a processor."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


if __name__ == "__main__":
    main()
