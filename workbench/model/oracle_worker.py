"""Serves the host oracle over standard input and output until the pipe closes.

The only module that imports `tflite_micro`. It has no effect unless it is run.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import IO, Any

from workbench.support.framing import Message, ProtocolError, read_message, write_message
from workbench.support.owner_death import die_with_owner


def main() -> None:
    """Answer requests; an exception that is not TFLM's ends the process with a traceback."""
    die_with_owner()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # TFLM's death is told, not kept as a file
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever TFLM prints must not get between the messages
    try:
        _serve(requests, answers)
    except (BrokenPipeError, ProtocolError):  # the owner is gone
        sys.exit(0)


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    try:
        from tflite_micro import runtime
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        write_message(answers, Message({"error": text, "kind": "unavailable"}))
        return
    interpreter: Any = None
    while (request := read_message(requests)) is not None:
        try:
            if request.fields["op"] == "load":
                arena = request.fields["arena"]
                interpreter = runtime.Interpreter.from_bytes(request.blob, arena_size=arena)
                answer = Message({})
            elif request.fields["op"] == "reset":
                interpreter.reset()
                answer = Message({})
            else:
                answer = _run(interpreter, request)
        except Exception as error:
            answer = Message({"error": str(error) or type(error).__name__})
        write_message(answers, answer)


def _run(interpreter: Any, request: Message) -> Message:
    import numpy as np

    at = 0
    fields = request.fields
    for index, (kind, shape) in enumerate(zip(fields["types"], fields["shapes"], strict=True)):
        dtype, count = np.dtype(kind), int(np.prod(shape))
        values = np.frombuffer(request.blob, dtype, count, at)
        interpreter.set_input(values.reshape(shape), index)
        at += values.nbytes
    interpreter.invoke()
    outputs = [np.ascontiguousarray(interpreter.get_output(i)) for i in range(fields["outputs"])]
    return Message(
        {"types": [one.dtype.str for one in outputs], "shapes": [one.shape for one in outputs]},
        b"".join(one.tobytes() for one in outputs),
    )


if __name__ == "__main__":
    main()
