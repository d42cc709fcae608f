"""The host oracle: TFLM's own reference kernels, compiled for the host, in Python.

What the package `tflite_micro` computes is the definition of correct for our firmware. TFLM trusts
the model that it is given, and a damaged one can take its process down, so it runs in one of its
own (`workbench.model.oracle_worker`) and is never imported here.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from workbench.errors import ModelError, UserError
from workbench.model.features import Features
from workbench.model.oracle_process import OracleProcess
from workbench.model.reader import parse_model, read_model_file
from workbench.model.tensor_info import DTYPES, Array, TensorInfo
from workbench.model.values import Model
from workbench.support.extras import how_to_install
from workbench.support.files import MIB
from workbench.support.framing import Message

_MAX_ARENA_BYTES = 512 * MIB


def available() -> bool:
    """Return whether the package `tflite_micro` is installed."""
    import importlib.util

    return importlib.util.find_spec("tflite_micro") is not None


class Oracle:
    """One model, ready to run on the host, in a process of its own until `close`.

    Raises UserError where `tflite_micro` is not installed, ModelError for a model that it refuses
    or dies of, when it is made or run.
    """

    def __init__(self, model: bytes) -> None:
        if not available():
            hint = how_to_install("oracle")
            raise UserError("the host oracle needs tflite_micro, which is not installed", hint)
        parsed = parse_model(model)
        if types := {t.type for t in (*parsed.inputs, *parsed.outputs)} - set(DTYPES):
            raise ModelError(f"the model has inputs or outputs of type {', '.join(sorted(types))}")
        arena = _arena_bytes(parsed)
        if arena > _MAX_ARENA_BYTES:
            raise ModelError(
                f"the model's tensors take more than {_MAX_ARENA_BYTES // MIB} MiB",
                "no microcontroller holds them; choose a smaller model",
            )
        self._process = OracleProcess()
        self.close = weakref.finalize(self, self._process.close)
        self._inputs = tuple(map(TensorInfo.of, parsed.inputs))
        self._outputs = tuple(map(TensorInfo.of, parsed.outputs))
        self._has_run = False
        self._process.ask("load", model, arena=arena)

    @classmethod
    def from_file(cls, path: Path) -> Oracle:
        """Start an oracle for the model in the file `path`."""
        return cls(read_model_file(path))

    def __enter__(self) -> Oracle:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, *inputs: npt.ArrayLike) -> tuple[Array, ...]:
        """Run on one array for each input, of any shape that fits; return the raw outputs.

        What is not of an input's own type is quantized as TFLM's QUANTIZE does.
        """
        values = [t.store(np.asarray(v)) for t, v in zip(self._inputs, inputs, strict=True)]
        shapes = [tensor.shape for tensor in self._inputs]
        blob = b"".join(value.tobytes() for value in values)
        types = [value.dtype.str for value in values]
        self._has_run = True
        answer = self._process.ask(
            "run", blob, types=types, shapes=shapes, outputs=len(self._outputs)
        )
        return tuple(_unpacked(answer))

    def answer(self, features: Features) -> tuple[Array, ...]:
        """Run on what a file holds; the state is reset before the first of a file."""
        if features.first and self._has_run:
            self.reset_state()
        return self.run(*features.arrays)

    def reset_state(self) -> None:
        """Give all that lasts from one run to the next the values of the start."""
        self._process.ask("reset")

    def classify(self, features: npt.ArrayLike) -> npt.NDArray[np.float32]:
        """Run on the features of a model with one input: its scores as float32 (classes,)."""
        first = self._outputs[0].real(self.run(features)[0])
        return first.astype(np.float32).reshape(-1)


def _unpacked(answer: Message) -> Iterator[Array]:
    at = 0
    for kind, shape in zip(answer.fields["types"], answer.fields["shapes"], strict=True):
        dtype = np.dtype(kind)
        count = math.prod(shape)
        yield np.frombuffer(answer.blob, dtype, count, at).reshape(shape)
        at += count * dtype.itemsize


def _arena_bytes(model: Model) -> int:
    """Enough for any plan: all tensors at once, and TFLM's own records of a 64-bit build."""
    tensors = sum(tensor.bytes + 1024 for tensor in model.tensors if not tensor.constant)
    records = 1024 * len(model.tensors) + 4096 * len(model.operators)
    return 2 * tensors + records + 256 * 1024
