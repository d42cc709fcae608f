"""Serve one engine over standard input and output until the pipe closes."""

from __future__ import annotations

import faulthandler
import os
import queue
import signal
import sys
import threading
import traceback
from typing import IO

from workbench.engines.renode.worker.folder import make_folder, refuse
from workbench.support.framing import Message, ProtocolError, read_message, write_message
from workbench.support.own_folder import OwnFolder


def main() -> None:
    """Take over the pipes, load Renode, answer requests."""
    # An owner that waits in vain asks where this process stands before it kills it.
    faulthandler.register(signal.SIGUSR1)
    try:
        requests = os.fdopen(os.dup(0), "rb")
        answers = os.fdopen(os.dup(1), "wb")
    except OSError:  # closed: no owner has started this
        refuse()
    folder = make_folder(sys.argv[1:])
    # Whatever .NET or a native library prints must not get between the messages.
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    pending: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, pending, folder), daemon=True).start()
    try:
        _serve(pending, answers, folder)
    except BrokenPipeError:
        pass
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # the owner keeps the folder, for the logs
    _end(folder)


def _serve(pending: queue.SimpleQueue[Message], answers: IO[bytes], folder: OwnFolder) -> None:
    def send(message: Message) -> None:
        write_message(answers, message)

    try:
        from workbench.engines.renode.worker.loading import import_renode

        import_renode()
        from workbench.engines.renode.worker.operations import Operations

        operations = Operations(send, folder.path)
    except Exception as error:
        traceback.print_exc()
        send(Message({"error": f"{type(error).__name__}: {error}", "kind": "unavailable"}))
        return
    send(Message({"ok": True, "version": operations.version}))
    while True:
        request = pending.get()
        if request.fields.get("op") == "quit":
            return
        send(operations.answer(request))


def _receive(requests: IO[bytes], pending: queue.SimpleQueue[Message], folder: OwnFolder) -> None:
    """Queue what arrives; end the process when the other side is gone, whatever it is doing."""
    try:
        while (message := read_message(requests)) is not None:
            pending.put(message)
    except (OSError, ProtocolError):
        traceback.print_exc()
    _end(folder)


def _end(folder: OwnFolder) -> None:
    """Remove the folder that this process has made, and end."""
    folder.remove()
    # No orderly shutdown: Renode's takes a second and has been seen to hang after an abort.
    os._exit(0)


if __name__ == "__main__":
    main()
