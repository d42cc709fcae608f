"""What the runtime does where TFLM's result depends on what is in memory, or where TFLM ends."""

from __future__ import annotations

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import options
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.values import Array

OPS = tflite.BuiltinOperator


def test_space_to_batch_pads_with_the_zero_point(runner: Runner) -> None:
    builder = ModelBuilder()
    quantization = Quantization([0.1], [-7])
    source = builder.tensor((1, 3, 1), np.int8, quantization)
    block = builder.tensor((1,), np.int32, data=np.array([2]))
    paddings = builder.tensor((1, 2), np.int32, data=np.array([[0, 1]]))
    target = builder.tensor((2, 2, 1), np.int8, quantization)
    builder.operator(OPS.SPACE_TO_BATCH_ND, [source, block, paddings], [target])
    run = runner.run(builder.finish([source], [target]), [np.array([1, 2, 3], np.int8)])
    assert np.frombuffer(run.output, np.int8).tolist() == [1, 3, 2, -7]


def test_an_index_outside_the_table_fails_the_inference(runner: Runner) -> None:
    builder = ModelBuilder()
    indices = builder.tensor((2,), np.int32)
    table = builder.tensor((3,), np.float32, data=np.array([1, 2, 3]))
    target = builder.tensor((2,), np.float32)
    builder.operator(OPS.GATHER, [table, indices], [target], *options("GatherOptions"))
    model = builder.finish([indices], [target])
    taken = runner.run(model, [np.array([2, 0], np.int32)])
    assert np.frombuffer(taken.output, np.float32).tolist() == [3, 1]
    for index in (-1, 3, 1 << 30):
        run = runner.run(model, [np.array([0, index], np.int32)])
        assert (run.step, run.error) == ("invoke", "invoke failed")


def float_pair(operator: str, values: tuple[Array, Array], runner: Runner) -> str:
    """How `operator` on two vectors of floats ends."""
    builder = ModelBuilder()
    tensors = [builder.tensor((2,), np.float32) for _ in range(3)]
    builder.operator(getattr(OPS, operator), tensors[:2], tensors[2:])
    return runner.run(builder.finish(tensors[:2], tensors[2:]), values).step


def test_a_divisor_of_0_fails_floor_div_alone(runner: Runner) -> None:
    values = np.ones(2, np.float32), np.array([1, 0], np.float32)
    assert float_pair("FLOOR_DIV", values, runner) == "invoke"
    assert float_pair("FLOOR_MOD", values, runner) == "done"


def test_a_comparison_of_int16_is_refused(runner: Runner) -> None:
    builder = ModelBuilder()
    sources = [builder.tensor((2,), np.int16, Quantization([0.1], [0])) for _ in range(2)]
    target = builder.tensor((2,), np.bool_)
    builder.operator(OPS.GREATER, sources, [target])
    run = runner.run(builder.finish(sources, [target]))
    assert (run.step, run.error) == ("allocate", "unsupported")
    assert "INT16" in run.log
