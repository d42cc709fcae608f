"""Runs models on the host build of the micro interpreter, in a process that stays."""

from __future__ import annotations

import struct
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

MAGIC = 0x52554E31
DONE = 5  # runner::Step
STEPS = {1: "verify", 2: "allocate", 3: "buffers", 4: "invoke", DONE: "done"}
# tflm::ErrorCode
ERRORS = {
    0: "none",
    1: "schema version",
    2: "corrupt",
    3: "inconsistent",
    4: "unregistered operator",
    5: "arena too small",
    6: "unsupported",
    7: "invoke failed",
    8: "not allocated",
}
DEFAULT_ARENA = 1 << 20
OUTPUT_ROOM = 1 << 20


@dataclass(frozen=True)
class Run:
    """What became of one model."""

    step: str
    status: int
    error: str
    operator_index: int
    detail: int
    arena_used: int
    log: str
    output: bytes

    @property
    def done(self) -> bool:
        return self.step == "done"


class RunnerError(AssertionError):
    """The runner died: a sanitizer report, a crash or a hang."""


class Runner:
    """One process of the host build. `run` restarts it after a crash."""

    def __init__(self, executable: Path, seconds: float = 20.0) -> None:
        self._executable = executable
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def run(
        self,
        model: bytes,
        inputs: Sequence[npt.NDArray[Any]] = (),
        *,
        arena: int = DEFAULT_ARENA,
        misalignment: int = 0,
        invocations: int = 1,
        stream: bool = False,
        reset_before: int = 0,
        int8_only: bool = False,
        preserve_all: bool = False,
    ) -> Run:
        """Run `model`; raise RunnerError with the sanitizer's report if the process dies.

        stream: `inputs` are those of all invocations, and so are the outputs. reset_before: the
        state is reset before this invocation, 0 for none.
        """
        data = b"".join(np.ascontiguousarray(values).tobytes() for values in inputs)
        header = struct.pack(
            "<10I",
            MAGIC,
            len(model),
            arena,
            misalignment,
            len(data),
            OUTPUT_ROOM,
            invocations,
            stream and 1 + reset_before,
            int8_only,
            preserve_all,
        )
        return self._exchange(header + model + data)

    def _exchange(self, request: bytes) -> Run:
        if self._process is None:
            self._process = subprocess.Popen(
                [self._executable],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        watchdog = threading.Timer(self._seconds, self._process.kill)
        watchdog.start()
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(request)
            self._process.stdin.flush()
            fields = struct.unpack("<IiIiiII", self._read(28))
            log = self._read(struct.unpack("<I", self._read(4))[0])
            output = self._read(fields[6])
        except (OSError, EOFError):
            process, self._process = self._process, None
            process.kill()
            _, errors = process.communicate()
            report = errors.decode(errors="replace")[-4000:]
            raise RunnerError(report or f"ended or hung for {self._seconds} s") from None
        finally:
            watchdog.cancel()
        return Run(
            STEPS[fields[0]],
            fields[1],
            ERRORS[fields[2]],
            fields[3],
            fields[4],
            fields[5],
            log.decode(errors="replace"),
            output,
        )

    def _read(self, count: int) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        data = b""
        while len(data) < count:
            piece = self._process.stdout.read(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data
