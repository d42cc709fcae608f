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
                answer = _loaded(interpreter)
            else:
                answer = _run(interpreter, request.blob)
        except Exception as error:
            answer = Message({"error": str(error) or type(error).__name__})
        write_message(answers, answer)


def _loaded(interpreter: Any) -> Message:
    taken, given = interpreter.get_input_details(0), interpreter.get_output_details(0)
    return Message(
        {
            "shape": [int(size) for size in taken["shape"]],
            "type": _type(taken),
            "input": _quantization(taken),
            "output": _quantization(given),
        }
    )


def _run(interpreter: Any, values: bytes) -> Message:
    import numpy as np

    taken = interpreter.get_input_details(0)
    interpreter.set_input(np.frombuffer(values, _type(taken)).reshape(taken["shape"]), 0)
    interpreter.invoke()
    output = np.ascontiguousarray(interpreter.get_output(0))
    return Message({"type": output.dtype.str, "shape": output.shape}, output.tobytes())


def _type(details: Any) -> str:
    import numpy as np

    return np.dtype(details["dtype"]).str


def _quantization(details: Any) -> dict[str, list[float]]:
    parameters = details["quantization_parameters"]
    return {
        "scales": [float(scale) for scale in parameters["scales"]],
        "zero_points": [int(point) for point in parameters["zero_points"]],
    }


if __name__ == "__main__":
    main()
