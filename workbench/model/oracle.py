"""The host oracle: TFLM's own reference kernels, compiled for the host, in Python.

What the package `tflite_micro` computes is the definition of correct for our firmware.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ModelError, UserError
from workbench.model.quantization import dequantize, quantize
from workbench.model.reader import parse_model, read_model_file
from workbench.model.values import Model


def available() -> bool:
    """Is the `tflite_micro` package installed?"""
    import importlib.util

    return importlib.util.find_spec("tflite_micro") is not None


class Oracle:
    """One model, ready to run on the host.

    Raises UserError where `tflite_micro` is not installed, ModelError for a model it refuses.
    """

    def __init__(self, model: bytes) -> None:
        runtime = _runtime()
        # TFLM trusts its input; a corrupt file could take the process down.
        arena = _arena_bytes(parse_model(model))
        try:
            self._interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"TFLM refuses the model: {error}") from None
        details = self._interpreter.get_input_details(0)
        self._shape = tuple(int(size) for size in details["shape"])
        self._type = np.dtype(details["dtype"])
        self._input_scale = _scale(details)
        self._output_scale = _scale(self._interpreter.get_output_details(0))

    @classmethod
    def from_file(cls, path: Path) -> Oracle:
        return cls(read_model_file(path))

    def run(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Run on one input of the model's own type, any shape that fits; the raw first output."""
        if values.dtype != self._type:
            raise UserError(f"the model takes {self._type}, not {values.dtype}")
        self._interpreter.set_input(values.reshape(self._shape), 0)
        self._interpreter.invoke()
        return np.array(self._interpreter.get_output(0))

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


def _runtime() -> Any:
    try:
        from tflite_micro import runtime
    except ImportError as error:
        raise UserError(
            f"the host oracle needs the package tflite_micro, which cannot be imported ({error})",
            'pip install "tinyml-workbench[oracle]" (on Linux, x86-64)',
        ) from None
    return runtime


def _arena_bytes(model: Model) -> int:
    """Enough for any plan: all tensors at once, and TFLM's own records of a 64-bit build."""
    tensors = sum(tensor.bytes + 1024 for tensor in model.tensors if not tensor.constant)
    records = 1024 * len(model.tensors) + 4096 * len(model.operators)
    return 2 * tensors + records + 256 * 1024


def _scale(details: Any) -> tuple[float, int] | None:
    """Scale and zero point of one tensor, None if it is not quantized."""
    parameters = details["quantization_parameters"]
    if len(parameters["scales"]) != 1:
        return None
    return float(parameters["scales"][0]), int(parameters["zero_points"][0])
