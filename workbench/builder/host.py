"""A model with custom operators, built for the host: the oracle that tflite_micro cannot be.

The user's own code runs in it, in a process of its own, because the user has given its source.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import weakref
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np

from workbench.builder.plan import HOST, BuildPlan
from workbench.builder.toolchain import Tool, tool_version
from workbench.errors import ModelError
from workbench.model.features import Features
from workbench.model.kernel_sets import PORTABLE
from workbench.model.reader import parse_model
from workbench.model.tensor_info import Array, TensorInfo

NAME = "the runtime's portable kernels on the host"
_ARENA_BYTES = 256 << 20
_RUN, _RESET = b"r", b"z"


def host_compiler() -> Tool | None:
    """Return the C++ compiler of this machine, None where there is none."""
    path = shutil.which("c++")
    return Tool(Path(path), tool_version(path)) if path else None


def host_plan(plan: BuildPlan, compiler: Tool) -> BuildPlan:
    """Return the plan of the host's program for the model of `plan` and its operators."""
    toolchain = replace(plan.toolchain, gcc=compiler)
    return replace(
        plan, board=HOST, kernels=PORTABLE, toolchain=toolchain, cmsis_nn=None, tflm=None
    )


class HostOracle:
    """One model on the host, in a process of its own until `close`; as `model.oracle.Oracle`.

    Raises ModelError where the runtime refuses the model, or an operator of the user's fails.
    """

    def __init__(self, program: Path, model: bytes) -> None:
        parsed = parse_model(model)
        self._inputs = tuple(map(TensorInfo.of, parsed.inputs))
        self._outputs = tuple(map(TensorInfo.of, parsed.outputs))
        self._has_run = False
        self._process = subprocess.Popen(
            [program, str(_ARENA_BYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.close = weakref.finalize(self, _end, self._process)

    def __enter__(self) -> HostOracle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def answer(self, features: Features) -> tuple[Array, ...]:
        """Run on what a file holds; the state is reset before the first of a file."""
        if features.first and self._has_run:
            self._ask(_RESET)
        self._has_run = True
        values = (t.store(v) for t, v in zip(self._inputs, features.arrays, strict=True))
        self._ask(_RUN + b"".join(value.tobytes() for value in values))
        return tuple(self._read(tensor) for tensor in self._outputs)

    def _ask(self, request: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended: there is no answer either
            self._process.stdin.write(request)
            self._process.stdin.flush()
        if self._take(1) != b"\0":
            raise self._failed()

    def _read(self, tensor: TensorInfo) -> Array:
        dtype = np.dtype(tensor.dtype)
        return np.frombuffer(self._take(tensor.bytes), dtype).reshape(tensor.shape)

    def _take(self, size: int) -> bytes:
        assert self._process.stdout is not None
        content = self._process.stdout.read(size)
        if len(content) != size:
            raise self._failed()
        return content

    def _failed(self) -> ModelError:
        self._process.kill()
        assert self._process.stderr is not None
        said = self._process.stderr.read().decode(errors="replace").strip()
        return ModelError(
            f"the model fails on the host: {said or 'its process died'}",
            "look at the custom operator's Prepare and Eval",
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
