"""A .tflite is read into values, and nothing in it is believed unchecked."""

import numpy as np
import pytest
import tflite

from tests.unit.model.tflite_writer import INT8, INT32, OperatorSpec, TensorSpec, write_tflite
from workbench.errors import ModelError
from workbench.model.reader import parse_model, read_model

OP = tflite.BuiltinOperator
DENSE = OperatorSpec(OP.FULLY_CONNECTED, (0, 2, 3), (1,))
DENSE_TENSORS = (
    TensorSpec((1, 4)),
    TensorSpec((1, 3)),
    TensorSpec((3, 4), data=bytes(12)),
    TensorSpec((3,), INT32, data=bytes(12)),
)


def test_the_committed_model_is_the_tutorials(keyword_spotter):
    model = read_model(keyword_spotter)
    assert [operator.name for operator in model.operators] == [
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "CONV_2D",
        "RESHAPE",
        "FULLY_CONNECTED",
        "SOFTMAX",
    ]
    assert (model.macs, model.parameters) == (11_040, 1_035)
    assert model.inputs[0].shape == (1, 49, 10, 1)
    assert not any(tensor.dynamic for tensor in model.tensors)


def test_multiply_accumulates_by_operator(keyword_spotter):
    macs = [operator.macs for operator in read_model(keyword_spotter).operators]
    assert macs == [23 * 8 * 40, 23 * 8 * 9, 23 * 8 * 8, 0, 3 * 184, 0]


def test_options_of_a_convolution(keyword_spotter):
    options = read_model(keyword_spotter).operators[0].options
    assert options == {
        "padding": "VALID",
        "stride_h": 2,
        "stride_w": 4,
        "dilation_h": 1,
        "dilation_w": 1,
        "activation": "RELU",
    }


def test_the_reference_models_cost_what_is_published(shared):
    spotter = read_model(shared / "models" / "kws_ref_model.tflite")
    anomaly = read_model(shared / "models" / "ad01_int8.tflite")
    assert (spotter.macs, anomaly.macs) == (2_656_768, 264_192)


def test_per_channel_quantization_names_its_axis():
    tensors = list(DENSE_TENSORS)
    tensors[2] = TensorSpec((3, 4), data=bytes(12), scales=(1, 2, 3), zero_points=(0, 0, 0))
    quantization = parse_model(write_tflite(tensors, [DENSE])).tensors[2].quantization
    assert quantization and quantization.per_channel
    assert (quantization.scales, quantization.axis) == ((1.0, 2.0, 3.0), 0)


def test_an_operator_beyond_127_is_named_by_its_second_code():
    model = parse_model(
        write_tflite([TensorSpec((1,)), TensorSpec((1,))], [OperatorSpec(OP.GELU, (0,), (1,))])
    )
    assert model.operators[0].name == "GELU"


def test_the_name_of_a_custom_operator_ends_at_a_zero_as_in_a_resolver():
    operator = OperatorSpec("SignalFramer\0rest", (0,), (1,))
    model = parse_model(write_tflite(DENSE_TENSORS, [operator]))
    assert model.operators[0].name == "SignalFramer"


def test_an_absent_optional_input_is_minus_one():
    dense = OperatorSpec(OP.FULLY_CONNECTED, (0, 2, -1), (1,))
    model = parse_model(write_tflite(DENSE_TENSORS, [dense]))
    assert model.operators[0].inputs == (0, 2, -1)
    assert model.parameters == 12


def test_an_open_size_is_read_as_one_and_reported():
    tensors = [TensorSpec((1, 4), signature=(-1, 4)), *DENSE_TENSORS[1:]]
    tensor = parse_model(write_tflite(tensors, [DENSE])).inputs[0]
    assert tensor.dynamic
    assert tensor.shape == (1, 4)


def test_names_are_shown_on_one_line_whatever_they_hold():
    spec = OperatorSpec("evil\x1b[2J\n", (0,), (1,))
    model = parse_model(write_tflite(DENSE_TENSORS, [spec]))
    assert model.operators[0].name == "evil\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}"


def test_a_missing_file_has_its_own_message(tmp_path):
    with pytest.raises(ModelError, match=r"nowhere\.tflite: no such file"):
        read_model(tmp_path / "nowhere.tflite")


def test_a_folder_is_no_model(tmp_path):
    with pytest.raises(ModelError, match="is a folder, not a file"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "at least 8 bytes"),
        (b"RIFF____WAVEfmt ", "not a .tflite"),
        (b"\xff\xff\xff\xffTFL3", "outside the 8 bytes"),
    ],
)
def test_what_is_no_tflite_is_refused(content, message):
    with pytest.raises(ModelError, match=message):
        parse_model(content)


@pytest.mark.parametrize(
    ("tensors", "operator", "message"),
    [
        ([TensorSpec((1,)), TensorSpec((1,), 99)], DENSE, "unknown type 99"),
        ([TensorSpec((1, -2)), TensorSpec((1,))], DENSE, "open or negative"),
        ([TensorSpec((65536, 65536)), TensorSpec((1,))], DENSE, "larger than any device"),
        ([TensorSpec((1,)), TensorSpec((2,), data=b"x")], DENSE, "needs 2 bytes, its buffer has 1"),
        ([TensorSpec((1,), scales=(1, 2)), TensorSpec((1,))], DENSE, "2 scales but 1 zero"),
        (
            [TensorSpec((1,), scales=(1, 2), zero_points=(0, 0)), TensorSpec((1,))],
            DENSE,
            "fit no axis",
        ),
        ([TensorSpec((1,), scales=(float("nan"),)), TensorSpec((1,))], DENSE, "not finite"),
        (DENSE_TENSORS, OperatorSpec(OP.RELU, (7,), (1,)), "tensor 7, beyond all"),
        (DENSE_TENSORS, OperatorSpec(OP.RELU, (0,), (-1,)), "absent output"),
        (DENSE_TENSORS, OperatorSpec(9999, (0,), (1,)), "unknown builtin code 9999"),
        (DENSE_TENSORS, OperatorSpec("", (0,), (1,)), "custom operator without a name"),
    ],
)
def test_what_contradicts_itself_is_refused(tensors, operator, message):
    with pytest.raises(ModelError, match=message):
        parse_model(write_tflite(tensors, [operator]))


def test_scales_of_a_bias_may_be_of_the_axis_of_its_filter():
    """person_detect.tflite of TFLM's examples has axis 3 on biases; TFLM runs it."""
    bias = TensorSpec((2,), INT32, bytes(8), scales=(1, 2), zero_points=(0, 0), axis=3)
    model = parse_model(write_tflite([*DENSE_TENSORS, bias], [DENSE]))
    quantization = model.tensors[-1].quantization
    assert quantization and quantization.scales == (1.0, 2.0)


def test_a_zero_point_beyond_32_bits_is_refused():
    tensors = [TensorSpec((1,), zero_points=(1 << 31,)), TensorSpec((1,))]
    with pytest.raises(ModelError, match="zero point beyond 32 bits"):
        parse_model(write_tflite(tensors, [DENSE]))


def test_small_constants_are_read():
    axes = TensorSpec((2,), INT32, np.array([1, -2], "<i4").tobytes())
    model = parse_model(write_tflite([*DENSE_TENSORS, axes], [DENSE]))
    assert model.tensors[-1].integers == (1, -2)


def test_a_text_that_does_not_end_is_refused():
    content = bytearray(write_tflite(DENSE_TENSORS, [DENSE]))
    at = content.index(b"written by a test")
    content[at + len("written by a test")] = 1
    with pytest.raises(ModelError, match="is a text that does not end"):
        parse_model(bytes(content))


def test_a_signature_beyond_the_tensors_is_refused():
    with pytest.raises(ModelError, match="input is tensor 9"):
        parse_model(write_tflite(DENSE_TENSORS, [DENSE], inputs=(9,)))


def test_an_int8_scalar_has_one_element():
    model = parse_model(write_tflite([TensorSpec((), INT8), TensorSpec((1,))], [DENSE][:0]))
    assert model.inputs[0].elements == 1
