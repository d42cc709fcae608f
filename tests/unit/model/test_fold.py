"""An open batch: what it makes the converter add is folded, and nothing else changes."""

import numpy as np
import pytest
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import options
from workbench.errors import ModelError, UserError
from workbench.model.fold import fold, fold_file
from workbench.model.reader import parse_model
from workbench.model.verify import verify

OPS = tflite.BuiltinOperator
EMPTY = b""  # the converter gives each computed tensor an empty buffer of its own


def flattened(last: int = 12, own_buffer: bool = True) -> bytes:
    """RELU, then what Flatten becomes: reshaped to PACK(SHAPE(x)[0:1], last)."""
    builder = ModelBuilder()
    quantization = Quantization([0.5], [0])
    source = builder.tensor((1, 3, 4), np.int8, quantization)
    data = builder.tensor((1, 3, 4), np.int8, quantization)
    shape = builder.tensor((3,), np.int32, raw_buffer=EMPTY)
    zero, one = (builder.tensor((1,), np.int32, data=np.array([n], np.int32)) for n in (0, 1))
    elements = builder.tensor((), np.int32, data=np.array(last, np.int32))
    batch = builder.tensor((), np.int32, raw_buffer=EMPTY)
    packed = builder.tensor((2,), np.int32, raw_buffer=EMPTY if own_buffer else None)
    target = builder.tensor((1, 12), np.int8, quantization)
    builder.operator(OPS.RELU, [source], [data])
    builder.operator(OPS.SHAPE, [data], [shape])
    shrink = options("StridedSliceOptions", ShrinkAxisMask=1)
    builder.operator(OPS.STRIDED_SLICE, [shape, zero, one, one], [batch], *shrink)
    builder.operator(OPS.PACK, [batch, elements], [packed], *options("PackOptions", ValuesCount=2))
    builder.operator(OPS.RESHAPE, [data, packed], [target])
    return builder.finish([source], [target])


def test_the_chain_becomes_a_constant():
    folded = fold(flattened())
    assert [operator.name for operator in folded.operators] == ["SHAPE", "STRIDED_SLICE", "PACK"]
    verify(folded.content)
    model = parse_model(folded.content)
    assert [operator.name for operator in model.operators] == ["RELU", "RESHAPE"]
    shape = model.tensors[model.operators[1].inputs[1]]
    assert (shape.constant, shape.integers) == (True, (1, 12))


def test_a_model_without_such_a_chain_stays_as_it_is(keyword_spotter):
    content = keyword_spotter.read_bytes()
    folded = fold(content)
    assert (folded.content, folded.operators) == (content, ())


def test_the_outputs_are_the_same():
    runtime = pytest.importorskip("tflite_micro").runtime
    before, after = flattened(), fold(flattened()).content
    values = np.arange(-6, 6, dtype=np.int8).reshape(1, 3, 4)
    outputs = []
    for content in (before, after):
        interpreter = runtime.Interpreter.from_bytes(content)
        interpreter.set_input(values, 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0).tobytes())
    assert outputs[0] == outputs[1]


def test_a_tensor_without_a_buffer_of_its_own_is_said():
    with pytest.raises(ModelError, match="no buffer of its own"):
        fold(flattened(own_buffer=False))


def test_the_file_itself_is_never_overwritten(tmp_path):
    path = tmp_path / "open.tflite"
    path.write_bytes(flattened())
    with pytest.raises(UserError, match="the model itself"):
        fold_file(path, path)
    written = fold_file(path, tmp_path / "fixed.tflite")
    assert written.size == (tmp_path / "fixed.tflite").stat().st_size
    assert path.read_bytes() == flattened()
