"""Graphs with branches: tensors that share memory, in place or by turns, keep their values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tflite

from tests.firmware.runtime.cases import expected_output
from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import add_options, softmax_options
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.values import Case, int8_values, per_tensor

runtime = pytest.importorskip("tflite_micro").runtime

GRAPHS = 150
SHAPES = [(24,), (1, 24), (2, 12), (4, 6), (2, 3, 4)]
OPS = tflite.BuiltinOperator


def random_graph(rng: np.random.Generator) -> tuple[bytes, list[npt.NDArray[Any]], int]:
    """A model of up to a dozen operators that can compute in place, some outputs read again."""
    builder = ModelBuilder()
    shapes: dict[int, tuple[int, ...]] = {}

    def tensor(shape: tuple[int, ...], quantization: Quantization | None = None) -> int:
        index = builder.tensor(shape, np.int8, quantization or per_tensor(rng, 0.05))
        shapes[index] = shape
        return index

    inputs = [tensor(SHAPES[int(rng.integers(len(SHAPES)))]) for _ in range(rng.integers(1, 3))]
    ready = list(inputs)
    for _ in range(int(rng.integers(2, 13))):
        source = int(rng.choice(ready[-4:]))
        kind = rng.choice(["relu", "relu6", "quantize", "reshape", "add", "add", "softmax"])
        if kind == "reshape":
            shape = SHAPES[int(rng.integers(len(SHAPES)))]
            target = tensor(shape, builder.tensors[source].quantization)
            builder.operator(OPS.RESHAPE, [source], [target])
        elif kind == "add":
            same = [index for index in ready if shapes[index] == shapes[source]]
            other = int(rng.choice(same))
            target = tensor(shapes[source])
            options = (tflite.BuiltinOptions.AddOptions, add_options("none"))
            builder.operator(OPS.ADD, [source, other], [target], *options)
        elif kind == "softmax":
            target = tensor(shapes[source], Quantization([1 / 256], [-128]))
            options = (tflite.BuiltinOptions.SoftmaxOptions, softmax_options(1.0))
            builder.operator(OPS.SOFTMAX, [source], [target], *options)
        else:
            target = tensor(shapes[source])
            code = {"relu": OPS.RELU, "relu6": OPS.RELU6, "quantize": OPS.QUANTIZE}[kind]
            builder.operator(code, [source], [target])
        ready.append(target)
    computed = ready[len(inputs) :]
    outputs = sorted({computed[-1], int(rng.choice(computed)), int(rng.choice(computed))})
    values = [int8_values(rng, shapes[index]) for index in inputs]
    return builder.finish(inputs, outputs), values, len(outputs)


@pytest.mark.slow
@pytest.mark.parametrize("preserve_all", [False, True])
def test_random_graphs_are_bit_exact(runner: Runner, preserve_all: bool) -> None:
    for seed in range(GRAPHS):
        model, inputs, output_count = random_graph(np.random.default_rng([99, seed]))
        interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 18)
        for index, values in enumerate(inputs):
            interpreter.set_input(values, index)
        interpreter.invoke()
        expected = b"".join(interpreter.get_output(i).tobytes() for i in range(output_count))
        run = runner.run(model, inputs, preserve_all=preserve_all, invocations=2)
        assert run.done, f"{seed}: {run.log}"
        assert run.output == expected, f"graph {seed} differs"


def test_an_operator_may_compute_into_a_variable(runner: Runner) -> None:
    # The RELU could compute in place, and the variable would be lost with the input.
    builder = ModelBuilder()
    scale = Quantization([0.5], [0])
    source, target = (builder.tensor((4,), np.int8, scale) for _ in range(2))
    kept = builder.tensor((4,), np.int8, scale, is_variable=True)
    options = (tflite.BuiltinOptions.AddOptions, add_options("none"))
    builder.operator(OPS.ADD, [source, kept], [target], *options)
    builder.operator(OPS.RELU, [source], [kept])
    values = [np.array(row, np.int8) for row in ([1, -2, 3, 4], [10, 10, 10, 10], [0, 0, 0, 0])]
    model = builder.finish([source], [target])
    run = runner.run(model, values, invocations=3, stream=True)
    assert run.done, run.log
    case = Case("variable", model, tuple(values), 1, 3)
    assert run.output == expected_output(case)
    assert run.output[4:8] == bytes([11, 10, 13, 14])
