"""The host oracle: TFLM's own reference kernels, compiled for the host, in Python.

What the package `tflite_micro` computes is the definition of correct for our firmware. TFLM trusts
the model that it is given, and a damaged one can take its process down, so it runs in one of its
own (`workbench.model.oracle_worker`) and is never imported here.
"""

from __future__ import annotations

import weakref
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ModelError, UserError
from workbench.model.oracle_process import OracleProcess
from workbench.model.quantization import dequantize, quantize
from workbench.model.reader import parse_model, read_model_file
from workbench.model.values import Model
from workbench.support.extras import how_to_install
from workbench.support.files import MIB

_MAX_ARENA_BYTES = 512 * MIB


def available() -> bool:
    """Is the `tflite_micro` package installed?"""
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
        arena = _arena_bytes(parse_model(model))
        if arena > _MAX_ARENA_BYTES:
            raise ModelError(
                f"the model's tensors take more than {_MAX_ARENA_BYTES // MIB} MiB",
                "no microcontroller holds them; choose a smaller model",
            )
        self._process = OracleProcess()
        self.close = weakref.finalize(self, self._process.close)
        loaded = self._process.ask("load", model, arena=arena).fields
        self._shape = tuple(loaded["shape"])
        self._type = np.dtype(loaded["type"])
        self._input_scale = _scale(loaded["input"])
        self._output_scale = _scale(loaded["output"])

    @classmethod
    def from_file(cls, path: Path) -> Oracle:
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

    def run(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run on one input of the model's own type, any shape that fits; the raw first output."""
        if values.dtype != self._type:
            raise UserError(f"the model takes {self._type}, not {values.dtype}")
        answer = self._process.ask("run", values.reshape(self._shape).tobytes())
        output = np.frombuffer(answer.blob, np.dtype(answer.fields["type"]))
        return output.reshape(answer.fields["shape"])

    def answer(self, features: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
        """Run on float features, quantized as the firmware quantizes them; the raw first output."""
        if self._input_scale is not None and self._type == np.int8:
            return self.run(quantize(features, *self._input_scale))
        return self.run(np.asarray(features, self._type))

    def classify(self, features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """As `answer`, with the scores as float32 (classes,)."""
        output = self.answer(features)
        if self._output_scale is not None and output.dtype == np.int8:
            return dequantize(output, *self._output_scale).reshape(-1)
        return output.astype(np.float32).reshape(-1)


def _arena_bytes(model: Model) -> int:
    """Enough for any plan: all tensors at once, and TFLM's own records of a 64-bit build."""
    tensors = sum(tensor.bytes + 1024 for tensor in model.tensors if not tensor.constant)
    records = 1024 * len(model.tensors) + 4096 * len(model.operators)
    return 2 * tensors + records + 256 * 1024


def _scale(parameters: Any) -> tuple[float, int] | None:
    """Scale and zero point of one tensor, None if it is not quantized."""
    if len(parameters["scales"]) != 1:
        return None
    return float(parameters["scales"][0]), int(parameters["zero_points"][0])
