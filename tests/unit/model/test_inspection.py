"""What inspection says about models that run, that run elsewhere, and that run nowhere."""

import re
from pathlib import Path

import numpy as np
import pytest
import tflite
from flatbuffers import flexbuffers

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import options
from tests.firmware.runtime.stateful import add_handle
from tests.unit.model.tflite_writer import FLOAT32, OperatorSpec, TensorSpec, write_tflite
from workbench.model import operators
from workbench.model.inspection import Severity, check, inspect_model
from workbench.model.kernel_sets import read_operator_table
from workbench.model.operators import (
    custom_kernels,
    required_operators,
    resolver_method,
    runtime_kernels,
)
from workbench.model.reader import parse_model
from workbench.model.values import ELEMENT_BYTES
from workbench.support.resources import resource

OP = tflite.BuiltinOperator
TWO = (TensorSpec((1, 4)), TensorSpec((1, 4)))


def findings(tensors, *operators, **options):
    content = write_tflite(tensors, operators, **options)
    return check(parse_model(content), content)


def test_the_committed_model_runs_and_has_labels(keyword_spotter):
    inspection = inspect_model(keyword_spotter)
    assert inspection.runs
    assert inspection.findings == ()
    assert inspection.labels == ("yes", "no", "unknown")
    assert (inspection.macs, inspection.parameters) == (11_040, 1_035)


def test_what_a_resolver_needs_for_it(keyword_spotter):
    resolver = inspect_model(keyword_spotter).resolver
    assert [f"{entry.method}({entry.registration})" for entry in resolver] == [
        "AddConv2D(Register_CONV_2D_INT8())",
        "AddDepthwiseConv2D(Register_DEPTHWISE_CONV_2D_INT8())",
        "AddReshape()",
        "AddFullyConnected(Register_FULLY_CONNECTED_INT8())",
        "AddSoftmax(Register_SOFTMAX_INT8())",
    ]


def test_float_use_of_an_operator_needs_the_full_registration():
    tensors = (*TWO, TensorSpec((1, 4), FLOAT32), TensorSpec((1, 4), FLOAT32))
    relus = [OperatorSpec(OP.SOFTMAX, (0,), (1,)), OperatorSpec(OP.SOFTMAX, (2,), (3,))]
    (softmax,) = required_operators(parse_model(write_tflite(tensors, relus)))
    assert not softmax.int8_only
    assert softmax.registration == ""


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("CONV_2D", "AddConv2D"),
        ("BATCH_MATMUL", "AddBatchMatMul"),
        ("STRIDED_SLICE", "AddStridedSlice"),
        ("BATCH_TO_SPACE_ND", "AddBatchToSpaceNd"),
        ("LSTM", ""),
    ],
)
def test_the_resolvers_method(name, method):
    assert resolver_method(name) == method


def test_the_table_of_operators_uses_tflms_methods():
    kernels = runtime_kernels()
    assert len(kernels) >= 14
    assert {name: kernel.method for name, kernel in kernels.items()} == {
        name: resolver_method(name) for name in kernels
    }
    assert all(kernel.types <= set(ELEMENT_BYTES) for kernel in kernels.values())
    assert {name for name in kernels if not hasattr(OP, name)} == set()


def test_every_row_of_the_table_of_operators_is_read():
    table = (resource("firmware") / "runtime/include/runtime/operators.inc").read_text()
    rows = [
        line
        for line in table.splitlines()
        if line.startswith(("TFLM_KERNEL(", "TFLM_KERNEL_INT8("))
    ]
    narrow = [kernel for kernel in runtime_kernels().values() if kernel.int8_registration]
    assert len(rows) == len(runtime_kernels()) + len(narrow)


def test_every_row_of_a_custom_code_is_read():
    rows = [line for line in read_operator_table().splitlines() if line.startswith("TFLM_CUSTOM")]
    kernels = custom_kernels().values()
    assert len(rows) == len(kernels) + sum(len(kernel.registrations) for kernel in kernels)
    assert all(kernel.types <= set(ELEMENT_BYTES) for kernel in kernels)


def rfft_model(length=8):
    """SignalRfft of 8 values of int16."""
    builder = ModelBuilder()
    source, target = builder.tensor((8,), np.int16), builder.tensor((10,), np.int16)
    table = bytes(flexbuffers.Dumps({"T": 7, "fft_length": length}))
    builder.custom_operator("SignalRfft", [source], [target], table)
    return builder.finish([source], [target])


def test_an_operator_with_a_custom_code_that_the_runtime_knows():
    content = rfft_model()
    model = parse_model(content)
    (required,) = required_operators(model)
    assert (required.method, required.in_runtime, required.is_users) == ("AddRfft", True, False)
    assert required.registration == "tflm_signal::Register_RFFT_INT16()"
    assert check(model, content) == ()


def test_the_runtime_is_asked_of_an_operator_with_a_custom_code():
    content = rfft_model(length=14)
    (finding,) = check(parse_model(content), content)
    assert "operator 0 SignalRfft: fft_length 14 is not" in finding.message


def test_what_the_user_gives_goes_before_the_runtimes_operator():
    content = rfft_model(length=14)
    assert check(parse_model(content), content, custom=["SignalRfft"]) == ()


def test_an_operator_with_a_custom_code_that_only_tflm_has():
    (finding,) = findings(TWO, OperatorSpec("TFLM_DECODE", (0,), (1,)))
    assert "TFLM has (AddDecode)" in finding.message


def test_an_operator_that_only_tflm_has_names_the_way_out(monkeypatch):
    kernels = {name: kernel for name, kernel in runtime_kernels().items() if name != "HARD_SWISH"}
    monkeypatch.setattr(operators, "runtime_kernels", lambda: kernels)
    (finding,) = findings(TWO, OperatorSpec(OP.HARD_SWISH, (0,), (1,)))
    assert finding.severity is Severity.ERROR
    assert "AddHardSwish" in finding.message
    assert "--tflm-lib" in finding.hint


def test_an_operator_that_nothing_has():
    (finding,) = findings(TWO, OperatorSpec(OP.LSTM, (0,), (1,)))
    assert "neither the runtime nor TFLM" in finding.message


def test_a_custom_operator_is_named():
    (finding,) = findings(TWO, OperatorSpec("Wavelet", (0,), (1,)))
    assert 'custom operator "Wavelet"' in finding.message


def test_operators_of_a_graph_that_is_called_are_registered_too():
    builder, called = ModelBuilder(), ModelBuilder()
    table = options("CallOnceOptions", InitSubgraphIndex=1)
    builder.operator(OP.CALL_ONCE, [], [], *table)
    scale = Quantization([0.5], [0])
    source, target = (builder.tensor((4,), np.int8, scale) for _ in range(2))
    builder.operator(OP.RELU, [source], [target])
    constant = called.tensor((4,), np.int8, data=np.zeros(4, np.int8))
    called.operator(OP.ASSIGN_VARIABLE, [add_handle(called, "state"), constant], [])
    content = builder.finish([source], [target], [called])
    model = parse_model(content)
    names = [required.name for required in required_operators(model)]
    assert names == ["CALL_ONCE", "RELU", "VAR_HANDLE", "ASSIGN_VARIABLE"]
    assert check(model, content) == ()


def test_an_operator_of_tensorflow_itself_belongs_into_the_data_pipeline():
    (finding,) = findings(TWO, OperatorSpec("FlexRandomUniformInt", (0,), (1,)))
    assert "TF Select" in finding.message
    assert "data pipeline" in finding.hint


def test_a_model_that_vela_compiled_for_an_npu():
    (finding,) = findings(TWO, OperatorSpec("ethos-u", (0,), (1,)))
    assert "Ethos-U NPU" in finding.message
    assert "the .tflite that Vela was given" in finding.hint


def test_a_type_without_kernels():
    int64 = TensorSpec((1, 4), tflite.TensorType.INT64)
    messages = [f.message for f in findings((int64, int64), OperatorSpec(OP.RELU, (0,), (1,)))]
    assert any("is INT64; the link carries INT8, UINT8" in m for m in messages)
    assert "operator 0 RELU computes on INT64" in messages


def test_a_type_that_the_kernel_has():
    int16 = TensorSpec((1, 4), tflite.TensorType.INT16)
    messages = [f.message for f in findings((int16, int16), OperatorSpec(OP.TANH, (0,), (1,)))]
    assert not any("computes on" in m for m in messages)


def test_the_readme_says_how_many_operators_the_runtime_has():
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert f"The runtime has {len(runtime_kernels())} operators" in readme
    assert f"It has {len(custom_kernels())} operators with a custom code" in readme


def test_a_further_kernel_set_is_a_column_that_types_are_not_read_from(monkeypatch):
    known = runtime_kernels()
    wider = re.sub(r"(TFLM_KERNEL\((?:\w+, ){4}\w+)", r"\1, further", read_operator_table())
    assert ", further, FLOAT32)" in wider
    monkeypatch.setattr("workbench.model.operators.read_operator_table", lambda: wider)
    assert runtime_kernels.__wrapped__() == known


def test_another_schema_version():
    assert (
        "schema version 2" in findings(TWO, OperatorSpec(OP.RELU, (0,), (1,)), version=2)[0].message
    )


def test_a_dynamic_batch_is_hinted_at():
    open_batch = TensorSpec((1, 4), signature=(-1, 4))
    (finding,) = findings((open_batch, TWO[1]), OperatorSpec(OP.RELU, (0,), (1,)))
    assert finding.severity is Severity.NOTE
    shape = findings((open_batch, TWO[1]), OperatorSpec(OP.SHAPE, (0,), (1,)))[-1]
    assert shape.hint.startswith("fix the batch: keras.Input(shape=(4,), batch_size=1), or fold")


def test_a_slice_of_data_is_not_taken_for_a_dynamic_batch():
    ends = (
        TensorSpec((2,), 2, data=np.array(row, np.int32).tobytes())
        for row in ((0, 0), (1, 4), (1, 1))
    )
    assert findings((*TWO, *ends), OperatorSpec(OP.STRIDED_SLICE, (0, 2, 3, 4), (1,))) == ()


def test_without_the_runtime_the_kernels_are_not_asked(monkeypatch):
    monkeypatch.setattr("workbench.model.runtime_verdict._runtime", lambda: None)
    (finding,) = findings(TWO, OperatorSpec(OP.SOFTMAX, (0,), (1,)))
    assert finding.severity is Severity.NOTE
    assert "g++" in finding.hint


def test_a_model_that_does_nothing():
    assert "no operators" in findings(TWO)[0].message


def test_weights_of_int8_with_data_of_float_are_hybrid():
    tensors = (
        TensorSpec((1, 4), FLOAT32),
        TensorSpec((1, 2), FLOAT32),
        TensorSpec((2, 4), data=bytes(8)),
    )
    (finding,) = findings(tensors, OperatorSpec(OP.FULLY_CONNECTED, (0, 2), (1,)))
    assert finding.message == (
        "operator 0 FULLY_CONNECTED: hybrid: it computes on FLOAT32 with INT8 weights"
    )
    assert "representative data set" in finding.hint


def test_a_dimension_of_0():
    tensors = (TensorSpec((1, 0)), TensorSpec((1, 0)))
    messages = [f.message for f in findings(tensors, OperatorSpec(OP.RELU, (0,), (1,)))]
    assert '"t" has a dimension of 0: (1, 0)' in messages


@pytest.mark.parametrize(
    ("tensors", "operator", "message"),
    [
        (
            (*TWO, TensorSpec((1, 4))),
            OperatorSpec(OP.RELU, (0,), (1, 2)),
            "operator 0 RELU: 1 inputs and 2 outputs do not fit",
        ),
        (TWO, OperatorSpec(OP.ADD, (0, -1), (1,)), "operator 0 ADD: input 1 is absent"),
        (TWO, OperatorSpec(OP.SOFTMAX, (0,), (1,)), "not 1/256 with zero point -128"),
        (
            (TensorSpec((1, 4)), TensorSpec((1, 4), scales=(), zero_points=())),
            OperatorSpec(OP.RELU, (0,), (1,)),
            "input or output has no usable quantization",
        ),
        (
            (TensorSpec((1, 4)), TensorSpec((1, 5))),
            OperatorSpec(OP.RELU, (0,), (1,)),
            "sizes that differ",
        ),
        (
            (*TWO, TensorSpec((4, 3), data=bytes(12))),
            OperatorSpec(OP.FULLY_CONNECTED, (0, 2), (1,)),
            "do not fit",
        ),
    ],
)
def test_what_a_kernel_refuses(tensors, operator, message):
    assert message in findings(tensors, operator)[0].message


def test_tensors_are_computed_once_and_before_they_are_read():
    three = (*TWO, TensorSpec((1, 4)))
    relu = OP.RELU
    (late,) = findings(three, OperatorSpec(relu, (2,), (1,)))
    assert late.message == "operator 0 RELU reads tensor 2, which nothing has computed"
    (twice,) = findings(TWO, OperatorSpec(relu, (0,), (1,)), OperatorSpec(relu, (0,), (1,)))
    assert twice.message == "operator 1 RELU computes tensor 1 anew"
    (absent,) = findings(three, OperatorSpec(relu, (0,), (1,)), outputs=(2,))
    assert absent.message == "nothing computes the output 2"
