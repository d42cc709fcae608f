"""Every way in which a model can be refused has its own error, and says what is wrong."""

from __future__ import annotations

from typing import Any
import numpy as np
import pytest
import tflite

from tests.firmware.runtime.cases import GENERATORS, cases_of
from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import conv_options, options
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.stateful import add_handle
from workbench.support.resources import own_model

OPS = tflite.BuiltinOperator
RELU = OPS.RELU
ACTIVATION = Quantization([0.1], [0])


def relu_model(
    builder: ModelBuilder | None = None, shape: tuple[int, ...] = (4,), **tensor: Any
) -> bytes:
    """input -> RELU -> output."""
    builder = builder or ModelBuilder()
    source = builder.tensor(shape, np.int8, ACTIVATION, **tensor)
    target = builder.tensor(shape, np.int8, ACTIVATION)
    builder.operator(RELU, [source], [target])
    return builder.finish([source], [target])


def test_a_sound_model_runs(runner: Runner) -> None:
    run = runner.run(relu_model(), [np.array([-3, -1, 0, 5], np.int8)])
    assert run.done
    assert run.output == bytes([0, 0, 0, 5])
    assert run.log == ""


def test_an_input_that_is_a_constant(runner: Runner) -> None:
    run = runner.run(relu_model(data=np.zeros(4, np.int8)), [np.zeros(4, np.int8)])
    assert (run.step, run.error) == ("allocate", "inconsistent")
    assert "an input is a constant" in run.log


def test_wrong_schema_version(runner: Runner) -> None:
    run = runner.run(relu_model(ModelBuilder(version=2)))
    assert (run.step, run.error, run.detail) == ("allocate", "schema version", 2)
    assert "version 2" in run.log and "version 3" in run.log


def test_unregistered_builtin_operator_is_named(runner: Runner) -> None:
    builder = ModelBuilder()
    source = builder.tensor((4,), np.int8, ACTIVATION)
    target = builder.tensor((4,), np.int8, ACTIVATION)
    builder.operator(tflite.BuiltinOperator.LOCAL_RESPONSE_NORMALIZATION, [source], [target])
    run = runner.run(builder.finish([source], [target]))
    assert (run.step, run.error, run.operator_index) == ("allocate", "unregistered operator", 0)
    assert run.status == 7  # kTfLiteUnresolvedOps
    assert "LOCAL_RESPONSE_NORMALIZATION" in run.log


def test_unregistered_custom_operator_is_named(runner: Runner) -> None:
    builder = ModelBuilder()
    source = builder.tensor((4,), np.int8, ACTIVATION)
    target = builder.tensor((4,), np.int8, ACTIVATION)
    builder.operator(tflite.BuiltinOperator.CUSTOM, [source], [target], custom_name="Warp")
    run = runner.run(builder.finish([source], [target]))
    assert run.error == "unregistered operator"
    assert "Warp" in run.log


def test_unknown_operator_code(runner: Runner) -> None:
    builder = ModelBuilder()
    source = builder.tensor((4,), np.int8, ACTIVATION)
    target = builder.tensor((4,), np.int8, ACTIVATION)
    builder.operator(5000, [source], [target])
    run = runner.run(builder.finish([source], [target]))
    assert run.error == "unregistered operator"
    assert "5000" in run.log


def test_custom_operator_written_for_tflm_runs(runner: Runner) -> None:
    builder = ModelBuilder()
    source = builder.tensor((4,), np.int8, ACTIVATION)
    target = builder.tensor((4,), np.int8, ACTIVATION)
    builder.operator(tflite.BuiltinOperator.CUSTOM, [source], [target], custom_name="DOUBLER")
    run = runner.run(builder.finish([source], [target]), [np.array([-3, -1, 0, 5], np.int8)])
    assert run.done, run.log
    assert np.frombuffer(run.output, np.int8).tolist() == [-5, -1, 1, 11]


@pytest.mark.parametrize("arena", [0, 16, 100, 500, 1000])
def test_too_small_arena_says_how_much_is_missing(runner: Runner, arena: int) -> None:
    model = own_model().read_bytes()
    run = runner.run(model, arena=arena)
    assert (run.step, run.error) == ("allocate", "arena too small")
    assert run.detail > 0
    assert f"{run.detail} bytes missing" in run.log


def test_adding_the_missing_bytes_leads_to_an_arena_that_is_enough(runner: Runner) -> None:
    model = own_model().read_bytes()
    values = np.zeros(490, np.int8)
    arena = 0
    for _ in range(40):
        run = runner.run(model, [values], arena=arena)
        if run.done:
            break
        arena += run.detail
    assert run.done
    assert run.arena_used <= arena


@pytest.mark.parametrize("misalignment", [0, 1, 7, 15])
def test_an_arena_of_the_used_bytes_is_enough(runner: Runner, misalignment: int) -> None:
    model = own_model().read_bytes()
    values = np.zeros(490, np.int8)
    used = runner.run(model, [values]).arena_used
    skipped = (16 - misalignment) % 16
    run = runner.run(model, [values], arena=used + skipped, misalignment=misalignment)
    assert run.done, run.log
    assert run.arena_used == used
    less = runner.run(model, [values], arena=used + skipped - 8, misalignment=misalignment)
    assert less.error == "arena too small"


@pytest.mark.parametrize("operator", GENERATORS)
def test_every_operator_survives_a_full_arena(runner: Runner, operator: str) -> None:
    case = next(cases_of(operator))
    inputs = case.inputs[: len(case.inputs) // case.steps]
    used = runner.run(case.model, inputs).arena_used
    for arena in range(0, used, 8):
        run = runner.run(case.model, inputs, arena=arena)
        assert run.error == "arena too small", arena


def test_truncated_model_is_corrupt(runner: Runner) -> None:
    model = own_model().read_bytes()
    for length in (0, 3, 7, 8, 50, 1000, len(model) // 2):
        run = runner.run(model[:length])
        assert (run.step, run.error) == ("verify", "corrupt"), length
        assert "Model is corrupt" in run.log


def test_something_else_than_a_model_is_corrupt(runner: Runner) -> None:
    run = runner.run(b"\x7fELF" + bytes(1000))
    assert run.error == "corrupt"
    assert "TFL3" in run.log


INCONSISTENT = {
    "zero dimension": lambda b: relu_model(b, (0, 4)),
    "negative dimension": lambda b: relu_model(b, (-1, 4)),
    "absurd shape": lambda b: relu_model(b, (65536, 65536)),
    "many dimensions": lambda b: relu_model(b, (1,) * 9),
    "input is constant twice": lambda b: relu_model(b, raw_buffer=b"12345"),
}


@pytest.mark.parametrize("name", INCONSISTENT)
def test_an_inconsistent_tensor_is_named(runner: Runner, name: str) -> None:
    run = runner.run(INCONSISTENT[name](ModelBuilder()))
    assert (run.step, run.error) == ("allocate", "inconsistent")
    assert "tensor 0" in run.log


def test_constant_of_the_wrong_size(runner: Runner) -> None:
    run = runner.run(relu_model(raw_buffer=b"123"))
    assert run.error == "inconsistent"
    assert "needs 4 bytes, its buffer has 3" in run.log


@pytest.mark.parametrize("raw_type", [5, 8, 17, 99, -1])
def test_type_that_no_tensor_can_have(runner: Runner, raw_type: int) -> None:
    run = runner.run(relu_model(raw_type=raw_type))
    assert (run.step, run.error) == ("allocate", "unsupported")


def graph(connections: list[tuple[list[int], list[int]]], ins: list[int], outs: list[int]) -> bytes:
    builder = ModelBuilder()
    for _ in range(4):
        builder.tensor((4,), np.int8, ACTIVATION)
    for sources, targets in connections:
        builder.operator(RELU, sources, targets)
    return builder.finish(ins, outs)


GRAPHS = {
    "cycle": graph([([1], [2]), ([2], [1])], [0], [2]),
    "computed twice": graph([([0], [1]), ([0], [1])], [0], [1]),
    "overwrites the input": graph([([0], [0])], [0], [0]),
    "read before it is computed": graph([([1], [2]), ([0], [1])], [0], [2]),
    "output nothing computes": graph([([0], [1])], [0], [3]),
    "input tensor does not exist": graph([([9], [1])], [0], [1]),
    "output tensor does not exist": graph([([0], [-1])], [0], [1]),
    "graph input does not exist": graph([([0], [1])], [4], [1]),
    "graph output does not exist": graph([([0], [1])], [0], [-1]),
    "no output": graph([([0], [1])], [0], []),
    "no input": graph([([0], [1])], [], [1]),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graph_that_does_not_fit_together(runner: Runner, name: str) -> None:
    run = runner.run(GRAPHS[name])
    assert (run.step, run.error) == ("allocate", "inconsistent"), run.log
    assert run.log.startswith("Model ")


def conv_model(
    *,
    input_quantization: Quantization | None = ACTIVATION,
    filter_quantization: Quantization | None = ACTIVATION,
    output: tuple[int, ...] = (1, 4, 4, 2),
    strides: tuple[int, int] = (1, 1),
    dilations: tuple[int, int] = (1, 1),
    bias: int = 2,
) -> bytes:
    """A 3x3 CONV_2D, SAME, 4x4x1 -> 4x4x2, with something wrong."""
    builder = ModelBuilder()
    source = builder.tensor((1, 4, 4, 1), np.int8, input_quantization)
    weights = builder.tensor(
        (2, 3, 3, 1), np.int8, filter_quantization, np.ones((2, 3, 3, 1), np.int8)
    )
    biases = builder.tensor((bias,), np.int32, data=np.zeros(bias, np.int32))
    target = builder.tensor(output, np.int8, ACTIVATION)
    builder.operator(
        tflite.BuiltinOperator.CONV_2D,
        [source, weights, biases],
        [target],
        tflite.BuiltinOptions.Conv2DOptions,
        conv_options("same", strides, dilations, "none"),
    )
    return builder.finish([source], [target])


CONVOLUTIONS: dict[str, dict[str, Any]] = {
    "no input quantization": {"input_quantization": None},
    "zero input scale": {"input_quantization": Quantization([0.0], [0])},
    "infinite input scale": {"input_quantization": Quantization([float("inf")], [0])},
    "scale is not a number": {"input_quantization": Quantization([float("nan")], [0])},
    "zero point outside int8": {"input_quantization": Quantization([0.1], [200])},
    "no filter quantization": {"filter_quantization": None},
    "negative filter scale": {"filter_quantization": Quantization([-0.1], [0])},
    "asymmetric filter": {"filter_quantization": Quantization([0.1], [3])},
    "scales for another channel count": {"filter_quantization": Quantization([0.1] * 3, [0] * 3)},
    "scales of another dimension": {"filter_quantization": Quantization([0.1] * 2, [0] * 2, 3)},
    "wrong output size": {"output": (1, 4, 5, 2)},
    "wrong output channels": {"output": (1, 4, 4, 3)},
    "wrong output rank": {"output": (4, 4, 2)},
    "zero stride": {"strides": (0, 1)},
    "negative dilation": {"dilations": (1, -1)},
    "absurd dilation": {"dilations": (2**31 - 1, 1)},
    "absurd stride": {"strides": (2**31 - 1, 1)},
    "bias of the wrong size": {"bias": 3},
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_convolution_that_cannot_be_computed(runner: Runner, name: str) -> None:
    run = runner.run(conv_model(**CONVOLUTIONS[name]))
    assert (run.step, run.error, run.operator_index) == ("allocate", "unsupported", 0), run.log
    assert "CONV_2D #0" in run.log


def test_convolution_fixture_is_sound(runner: Runner) -> None:
    assert runner.run(conv_model(), [np.ones(16, np.int8)]).done


def test_different_counts_of_scales_and_zero_points(runner: Runner) -> None:
    run = runner.run(conv_model(filter_quantization=Quantization([0.1, 0.1], [0])))
    assert run.error == "inconsistent"
    assert "as many scales as zero points" in run.log


def call_once_model(index: int) -> bytes:
    """CALL_ONCE of graph `index`, where graph 1 calls itself, and a RELU."""
    builder, called = ModelBuilder(), ModelBuilder()
    builder.operator(OPS.CALL_ONCE, [], [], *options("CallOnceOptions", InitSubgraphIndex=index))
    called.operator(OPS.CALL_ONCE, [], [], *options("CallOnceOptions", InitSubgraphIndex=1))
    called.tensor((4,), np.int8, ACTIVATION)
    source, target = (builder.tensor((4,), np.int8, ACTIVATION) for _ in range(2))
    builder.operator(RELU, [source], [target])
    return builder.finish([source], [target], [called])


@pytest.mark.parametrize("index", [-1, 0, 1, 2])
def test_a_graph_that_cannot_be_called(runner: Runner, index: int) -> None:
    run = runner.run(call_once_model(index))
    assert (run.step, run.error, run.operator_index) == ("allocate", "unsupported", 0), run.log
    assert "cannot be called" in run.log


def test_a_variable_that_nothing_assigns_to_is_not_read(runner: Runner) -> None:
    builder = ModelBuilder()
    source, target = (builder.tensor((4,), np.int8, ACTIVATION) for _ in range(2))
    handle = add_handle(builder, "lost")
    builder.operator(OPS.READ_VARIABLE, [handle], [target])
    run = runner.run(builder.finish([source], [target]), [np.zeros(4, np.int8)])
    assert (run.step, run.error) == ("invoke", "invoke failed")
    assert "READ_VARIABLE" in run.log


def test_an_empty_tensor_that_nothing_uses_is_let_pass(runner: Runner) -> None:
    builder = ModelBuilder()
    builder.tensor((0,), np.int8, ACTIVATION)
    assert runner.run(relu_model(builder), [np.zeros(4, np.int8)]).done
