"""Int8 quantization is TFLM's to the bit."""

import numpy as np
import pytest

from tests.unit.model.tflite_writer import FLOAT32, OperatorSpec, TensorSpec, write_tflite
from workbench.model.oracle import Oracle
from workbench.model.quantization import Quantization, dequantize, quantize


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, 1),
        (-0.5, -1),
        (1.5, 2),
        (2.5, 3),
        (-2.5, -3),
        (0.49999997, 0),
        (-0.49999997, 0),
        (127.4, 127),
        (127.6, 127),
        (-1e30, -128),
        (1e30, 127),
    ],
)
def test_rounds_half_away_from_zero_and_saturates(value, expected):
    assert quantize([value], 1.0, 0)[0] == expected


def test_zero_is_the_zero_point():
    assert quantize(np.zeros((2, 3)), 0.1, -17).tolist() == [[-17] * 3] * 2


def test_every_int8_survives_the_round_trip():
    every = np.arange(-128, 128, dtype=np.int8)
    for scale, zero_point in ((0.5847029, 83), (1 / 256, -128), (0.0037, 5)):
        assert (quantize(dequantize(every, scale, zero_point), scale, zero_point) == every).all()


def test_agrees_with_tflm_where_rounding_is_close():
    pytest.importorskip("tflite_micro", reason="needs the host oracle tflite_micro")
    count = 4096
    scale, zero_point = 0.5847029, 83
    model = write_tflite(
        [
            TensorSpec((1, count), FLOAT32, scales=(), zero_points=()),
            TensorSpec((1, count), scales=(scale,), zero_points=(zero_point,)),
        ],
        [OperatorSpec(114, (0,), (1,))],  # QUANTIZE
    )
    oracle = Oracle(model)
    random = np.random.default_rng(7)
    halves = (random.integers(-300, 300, count) + 0.5) * np.float32(scale)
    wobble = random.integers(-3, 4, count) * np.spacing(halves.astype(np.float32))
    values = (halves + wobble).astype(np.float32)
    assert np.array_equal(oracle.run(values)[0][0], quantize(values, scale, zero_point))


def test_one_scale_or_one_a_channel():
    assert not Quantization((0.5,), (3,)).per_channel
    assert Quantization((0.5, 0.25), (0, 0), axis=3).per_channel
