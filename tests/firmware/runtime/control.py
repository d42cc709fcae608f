"""Models with IF and WHILE."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import options
from tests.firmware.runtime.values import (
    Case,
    Rng,
    pick,
    quantization_for,
    random_shape,
    values_for,
)

OPS = tflite.BuiltinOperator
TensorOf = tuple[tuple[int, ...], type, Quantization | None]


def _branch(rng: Rng, tensor: TensorOf, operators: int) -> ModelBuilder:
    """A graph of two inputs and one output, all alike."""
    graph = ModelBuilder()
    ready = [graph.tensor(*tensor) for _ in range(2)]
    graph.inputs = tuple(ready)
    for _ in range(operators):
        code, table = pick(rng, [("ADD", "AddOptions"), ("SUB", "SubOptions"), ("MAXIMUM", "")])
        sources = [int(rng.choice(ready)) for _ in range(2)]
        ready.append(graph.tensor(*tensor))
        graph.operator(getattr(OPS, code), sources, ready[-1:], *(options(table) if table else ()))
    graph.outputs = (ready[-1],)
    return graph


def make_if(rng: Rng) -> Case:
    """Both branches, one after the other; between them the second input passes by."""
    dtype = pick(rng, [np.int8, np.float32])
    shape = random_shape(rng)
    tensor = (shape, dtype, quantization_for(rng, dtype))
    builder = ModelBuilder()
    condition = builder.tensor((1,), np.bool_)
    sources = [builder.tensor(*tensor) for _ in range(2)]
    result, target = (builder.tensor(*tensor) for _ in range(2))
    table = options("IfOptions", ThenSubgraphIndex=1, ElseSubgraphIndex=int(rng.integers(1, 3)))
    builder.operator(OPS.IF, [condition, *sources], [result], *table)
    builder.operator(OPS.MAXIMUM, [result, sources[1]], [target])
    called = [_branch(rng, tensor, int(rng.integers(0, 4))) for _ in range(2)]
    model = builder.finish([condition, *sources], [target, result], called)
    steps = []
    for value in (True, False, True):
        steps += [np.array([value]), *(values_for(rng, dtype, shape) for _ in range(2))]
    return Case(f"{np.dtype(dtype)}-{shape}", model, tuple(steps), 2, 3)


def make_while(rng: Rng) -> Case:
    """Adds a tensor to a sum as often as an input says."""
    shape = random_shape(rng)
    sum_of = (shape, np.float32)
    graphs = ModelBuilder(), ModelBuilder(), ModelBuilder()
    variables = []
    for graph in graphs:
        variables.append([graph.tensor((1,), np.int32), *(graph.tensor(*sum_of) for _ in range(2))])
        graph.inputs = tuple(variables[-1])
    builder, condition, body = graphs
    zero = condition.tensor((1,), np.int32, data=np.zeros(1, np.int32))
    goes_on = condition.tensor((1,), np.bool_)
    condition.operator(OPS.GREATER, [variables[1][0], zero], [goes_on])
    condition.outputs = (goes_on,)
    counter, total, summand = variables[2]
    one = body.tensor((1,), np.int32, data=np.ones(1, np.int32))
    less, more = body.tensor((1,), np.int32), body.tensor(*sum_of)
    body.operator(OPS.SUB, [counter, one], [less], *options("SubOptions"))
    body.operator(OPS.ADD, [total, summand], [more], *options("AddOptions"))
    body.outputs = (less, more, summand)
    targets = [builder.tensor((1,), np.int32), *(builder.tensor(*sum_of) for _ in range(2))]
    table = options("WhileOptions", CondSubgraphIndex=1, BodySubgraphIndex=2)
    builder.operator(OPS.WHILE, variables[0], targets, *table)
    steps = []
    for _ in range(2):
        steps += [np.array([rng.integers(-1, 6)], np.int32)]
        steps += [values_for(rng, np.float32, shape) for _ in range(2)]
    model = builder.finish(variables[0], targets, [condition, body])
    return Case(f"{shape}", model, tuple(steps), 3, 2)


GENERATORS: dict[str, Callable[[Rng], Case]] = {"if": make_if, "while": make_while}
