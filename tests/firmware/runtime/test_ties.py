"""Values that lie so close to a half that float and double arithmetic round them differently.

Random values hardly ever meet these; here they are looked for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tflite

from tests.firmware.runtime.cases import expected_output
from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import add_options, fully_connected_options
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.values import Case

pytest.importorskip("tflite_micro")

MOST_UNITS = 64


def require_equal(runner: Runner, case: Case) -> None:
    run = runner.run(case.model, case.inputs)
    assert run.done, run.log
    assert run.output == expected_output(case), case.name


def quantized_multiplier(real: float) -> tuple[int, int]:
    significand, shift = math.frexp(real)
    return math.floor(significand * 2**31 + 0.5), shift


def scaled(values: npt.NDArray[np.int64], real: float) -> npt.NDArray[np.int64]:
    """values * real as the kernels round it; real < 1/2."""
    multiplier, shift = quantized_multiplier(real)
    high = (values * multiplier + (1 << 30)) >> 31
    high += high >> 63
    return ((high >> (-shift - 1)) + 1) >> 1


def test_scales_of_a_fully_connected_layer(runner: Runner) -> None:
    rng = np.random.default_rng(5)
    found = 0
    while found < 10:
        scales = np.array(
            [rng.uniform(0.01, 0.2), rng.uniform(0.001, 0.02), rng.uniform(0.05, 0.5)], np.float32
        )
        real = float(scales[0]) * float(scales[1]) / float(scales[2])
        product = float(scales[0] * scales[1]) / float(scales[2])
        limit = int(120 / real)
        sums = np.arange(-limit, limit, dtype=np.int64)
        bias = sums[scaled(sums, real) != scaled(sums, product)][:MOST_UNITS]
        if bias.size == 0:
            continue
        found += 1
        require_equal(runner, layer_of_biases(scales, bias))


def layer_of_biases(scales: npt.NDArray[np.float32], bias: npt.NDArray[np.int64]) -> Case:
    """A layer whose weights are zero, so that its sums are its biases."""
    units = bias.size
    builder = ModelBuilder()
    source = builder.tensor((1, 1), np.int8, Quantization([float(scales[0])], [0]))
    weights = builder.tensor(
        (units, 1), np.int8, Quantization([float(scales[1])], [0]), np.zeros((units, 1), np.int8)
    )
    biases = builder.tensor(
        (units,), np.int32, Quantization([float(scales[0] * scales[1])], [0]), bias
    )
    target = builder.tensor((1, units), np.int8, Quantization([float(scales[2])], [0]))
    builder.operator(
        tflite.BuiltinOperator.FULLY_CONNECTED,
        [source, weights, biases],
        [target],
        tflite.BuiltinOptions.FullyConnectedOptions,
        fully_connected_options("none", False),
    )
    return Case(str(scales), builder.finish([source], [target]), (np.zeros((1, 1), np.int8),))


def test_limit_of_relu6(runner: Runner) -> None:
    halves = np.array([6 / (k + 0.5) for k in range(7, 120)], np.float32)
    scales = np.concatenate([halves, np.nextafter(halves, np.float32(9))])
    in_float = np.floor(np.float32(6) / scales + np.float32(0.5))
    in_double = np.floor(6.0 / scales.astype(np.float64) + 0.5)
    ties = scales[in_float != in_double]
    assert ties.size > 10
    largest: npt.NDArray[Any] = np.full((1, 4), 127, np.int8)
    for scale in ties[:20]:
        quantization = Quantization([float(scale)], [0])
        builder = ModelBuilder()
        tensors = [builder.tensor((1, 4), np.int8, quantization) for _ in range(3)]
        options = (tflite.BuiltinOptions.AddOptions, add_options("relu6"))
        builder.operator(tflite.BuiltinOperator.ADD, tensors[:2], tensors[2:], *options)
        model = builder.finish(tensors[:2], tensors[2:])
        require_equal(runner, Case(f"scale {scale}", model, (largest, largest)))


def test_quantize_divides_in_float(runner: Runner) -> None:
    rng = np.random.default_rng(1)
    scales = rng.uniform(0.01, 0.9, 1000).astype(np.float32)
    values = ((rng.integers(0, 120, 1000) + 0.5) * scales.astype(np.float64)).astype(np.float32)
    in_float = np.floor(values / scales + np.float32(0.5))
    in_double = np.floor(values.astype(np.float64) / scales.astype(np.float64) + 0.5)
    ties = np.flatnonzero(in_float != in_double)
    assert ties.size > 20
    for index in ties[:40]:
        builder = ModelBuilder()
        source = builder.tensor((1, 1), np.float32)
        target = builder.tensor((1, 1), np.int8, Quantization([float(scales[index])], [0]))
        builder.operator(tflite.BuiltinOperator.QUANTIZE, [source], [target])
        model = builder.finish([source], [target])
        require_equal(runner, Case(f"{index}", model, (values[index].reshape(1, 1),)))
