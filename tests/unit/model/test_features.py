"""Recordings and feature files are read, or refused with a message that helps."""

import struct
import wave
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.errors import FeatureError
from workbench.model.archive import read_archive
from workbench.model.features import MFCC, read_features
from workbench.model.mfcc import mfcc
from workbench.model.recordings import read_wav
from workbench.model.tensor_info import TensorInfo
from workbench.support.resources import resource

FLOAT32_STEP = 2.0**-24  # of values below one


def speech(shape: tuple[int, ...]) -> TensorInfo:
    return TensorInfo("speech", "float32", shape)


def write_wav(
    path: Path, raw: bytes, width: int = 2, rate: int = 16_000, channels: int = 1
) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(raw)
    return path


@pytest.fixture
def tone() -> np.ndarray:
    """A second of 440 Hz, in -0.5..0.5."""
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)


def pcm(samples: np.ndarray, width: int) -> bytes:
    if width == 1:
        return np.round(samples * 128 + 128).astype(np.uint8).tobytes()
    whole = np.round(samples * 2 ** (8 * width - 1)).astype(np.int64)
    return b"".join(int(n).to_bytes(width, "little", signed=True) for n in whole)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_pcm_of_every_width(tmp_path, tone, width):
    samples = read_wav(write_wav(tmp_path / "tone.wav", pcm(tone, width), width))
    assert samples.dtype == np.float32
    assert np.abs(samples - tone).max() <= max(2.0 ** -(8 * width - 1), FLOAT32_STEP)


def test_a_recording_becomes_its_features(tmp_path, tone):
    path = write_wav(tmp_path / "tone.wav", pcm(tone, 2))
    (features,) = read_features(path)
    assert features.name == "tone.wav"
    assert features.note == ""
    assert np.array_equal(features.arrays[0], mfcc(read_wav(path)))


def test_a_recording_takes_the_shape_of_the_models_input(tmp_path, tone):
    path = write_wav(tmp_path / "tone.wav", pcm(tone, 2))
    assert read_features(path, (speech((1, 49, 10, 1)),))[0].arrays[0].shape == (1, 49, 10, 1)


def test_a_recording_for_a_model_that_takes_no_speech_is_refused(tmp_path, tone):
    with pytest.raises(FeatureError, match="1 x 640"):
        read_features(write_wav(tmp_path / "tone.wav", pcm(tone, 2)), (speech((1, 640)),))


def test_what_is_cut_off_is_said(tmp_path, tone):
    path = write_wav(tmp_path / "long.wav", pcm(np.concatenate([tone, tone]), 2))
    assert read_features(path)[0].note == "2.00 s long: only the first second is used"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 44_100}, "44100 Hz, not 16000 Hz"),
        ({"channels": 2}, "2 channels, not one"),
        ({"raw": b""}, "empty"),
    ],
)
def test_other_recordings_are_refused(tmp_path, options, message):
    path = write_wav(tmp_path / "other.wav", **{"raw": bytes(64), **options})
    with pytest.raises(FeatureError, match=message):
        read_wav(path)


def test_a_wrong_rate_says_how_to_convert(tmp_path):
    with pytest.raises(FeatureError) as caught:
        read_wav(write_wav(tmp_path / "cd.wav", bytes(64), rate=44_100))
    assert "sox cd.wav -r 16000" in caught.value.hint


@pytest.mark.slow
def test_damaged_recordings_are_read_or_refused(tmp_path):
    original = (
        resource("firmware") / "models/keyword_spotter/recordings/yes_en-gb.wav"
    ).read_bytes()
    random = np.random.default_rng(2)
    path = tmp_path / "damaged.wav"
    for _ in range(400):
        content = bytearray(original[: random.integers(0, 400)])
        for _ in range(random.integers(0, 4)):
            if content:
                content[random.integers(0, min(48, len(content)))] = random.integers(0, 256)
        path.write_bytes(content)
        try:
            read_wav(path)
        except FeatureError:
            continue


def test_a_recording_that_is_cut_short_is_refused(tmp_path):
    path = write_wav(tmp_path / "whole.wav", bytes(20_076))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(FeatureError, match="has 3,000 of the 20,120 bytes"):
        read_wav(path)


def test_a_stream_without_a_length_is_told_how_to_get_one(tmp_path):
    path = write_wav(tmp_path / "stream.wav", bytes(320))
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff" * 4
    path.write_bytes(content)
    with pytest.raises(FeatureError, match="cut short") as caught:
        read_wav(path)
    assert "sox --ignore-length stream.wav" in caught.value.hint


def test_a_compressed_wav_is_refused(tmp_path):
    mu_law = struct.pack(
        "<4sI4s4sIHHIIHH", b"RIFF", 36, b"WAVE", b"fmt ", 16, 7, 1, 16000, 16000, 1, 8
    )
    (tmp_path / "a.wav").write_bytes(mu_law + struct.pack("<4sI", b"data", 0))
    with pytest.raises(FeatureError, match="unknown format"):
        read_wav(tmp_path / "a.wav")


def test_rows_of_an_npy(tmp_path):
    stack = np.random.default_rng(0).normal(size=(3, 49, 10))
    np.save(tmp_path / "three.npy", stack)
    rows = read_features(tmp_path / "three.npy")
    assert [row.name for row in rows] == ["three.npy[0]", "three.npy[1]", "three.npy[2]"]
    assert np.array_equal(rows[1].arrays[0], stack[1].astype(np.float32))


@pytest.mark.parametrize("shape", [(1, 49, 10, 1), (49, 10), (490,), (1, 490)])
def test_one_input_flat_or_with_axes_of_one(tmp_path, shape):
    np.save(tmp_path / "one.npy", np.ones(shape, np.float32))
    (row,) = read_features(tmp_path / "one.npy")
    assert row.name == "one.npy"
    assert row.arrays[0].shape == (49, 10)


def test_int8_features_are_dequantized_and_labelled(tmp_path):
    np.savez(
        tmp_path / "kws.npz",
        features_int8=np.full((2, 49, 10), 85, np.int8),
        scale=np.float32(0.5),
        zero_point=np.int32(83),
        label=np.array([1, 0]),
        label_names=np.array(["go", "yes"]),
        file_names=np.array(["a.bin", "b.bin"]),
    )
    first, second = read_features(tmp_path / "kws.npz")
    assert (first.name, first.expected, second.expected) == ("a.bin", "yes", "go")
    assert (first.arrays[0] == 1.0).all()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"other": np.zeros(3)}, "but other"),
        ({"features": np.zeros((2, 48, 10))}, "one input is 49 x 10"),
        ({"features": np.zeros((0, 49, 10))}, "one input is 49 x 10"),
        ({"features": np.zeros((1, 49, 10), np.int8)}, "type int8"),
        ({"features": np.zeros((10, 49))}, "one input is 49 x 10"),
        ({"features": np.full((1, 49, 10), np.inf)}, "not finite"),
        ({"features": np.full((1, 49, 10), 1e300)}, "not finite"),
        ({"features_int8": np.zeros((1, 49, 10), np.int8)}, "scale and zero_point"),
        (
            {
                "features": np.zeros((1, 49, 10)),
                "label": np.array([5]),
                "label_names": np.array(["a"]),
            },
            "outside the 1 label_names",
        ),
    ],
)
def test_archives_that_do_not_fit_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FeatureError, match=message):
        read_archive(tmp_path / "a.npz", (MFCC,))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "bool"])
def test_a_file_may_hold_elements_of_the_inputs_own_type(tmp_path, dtype):
    values = np.array([[0, 1, 1], [1, 0, 1]], dtype)
    np.save(tmp_path / "a.npy", values)
    rows = read_features(tmp_path / "a.npy", (TensorInfo("in", dtype, (1, 3), 0.5, 0),))
    assert [row.arrays[0].dtype for row in rows] == [np.dtype(dtype)] * 2
    np.testing.assert_array_equal(rows[1].arrays[0], values[1:])
    assert [row.first for row in rows] == [True, False]


def test_features_int8_stay_as_they_are_for_an_input_that_is_quantized_so(tmp_path):
    raw = np.arange(3, dtype=np.int8)
    np.savez(tmp_path / "a.npz", features_int8=raw, scale=np.float32(0.1), zero_point=4)
    (same,) = read_features(tmp_path / "a.npz", (TensorInfo("in", "int8", (3,), 0.1, 4),))
    (other,) = read_features(tmp_path / "a.npz", (TensorInfo("in", "int8", (3,), 0.2, 4),))
    assert same.arrays[0].tolist() == [0, 1, 2]
    assert other.arrays[0].dtype == np.float32


TWO = (
    TensorInfo("serving_default_left:0", "float32", (2,)),
    TensorInfo("serving_default_right:0", "int32", (1,)),
)


def test_several_inputs_are_found_by_their_names(tmp_path):
    left = np.array([[1, 2], [3, 4]], np.float32)
    named: dict[str, Any] = {"serving_default_left:0": left, "right": [7]}
    np.savez(tmp_path / "a.npz", **named)
    first, second = read_features(tmp_path / "a.npz", TWO)
    assert [array.tolist() for array in first.arrays] == [[1.0, 2.0], [7]]
    assert [array.tolist() for array in second.arrays] == [[3.0, 4.0], [7]]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"left": np.zeros(2)}, "the model has 2 inputs, the file has left"),
        ({"left": np.zeros((3, 2)), "right": np.zeros((2, 1), int)}, "right has 2 rows"),
        ({"left": np.zeros(2), "right": [0.5]}, "right: elements of type float64"),
        ({"left": np.zeros(2), "right": [2**40]}, "right: numbers beyond int32"),
    ],
)
def test_several_inputs_that_do_not_fit_are_refused(tmp_path, arrays, message):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(FeatureError, match=message):
        read_features(tmp_path / "a.npz", TWO)


def test_one_array_for_several_inputs_is_refused_with_their_names(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros(2))
    with pytest.raises(FeatureError, match="2 inputs") as caught:
        read_features(tmp_path / "a.npy", TWO)
    assert '"left": ..., "right": ...' in caught.value.hint


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"label_names": np.array("yes")}, "label_names has shape"),
        ({"label_names": np.array([1, 2])}, "type int64"),
        ({"file_names": np.array([1.0])}, "file_names has shape"),
        ({"scale": np.nan, "zero_point": 0}, "scale is nan"),
        ({"scale": 1.0, "zero_point": np.nan}, "zero_point nan"),
        ({"scale": 1.0, "zero_point": np.uint64(2**63)}, "zero_point 9223372036854775808"),
    ],
)
def test_what_stands_beside_the_features_is_what_it_should_be(tmp_path, arrays, message):
    held = np.zeros((1, 49, 10), np.int8)
    features = {"features_int8": held} if "scale" in arrays else {"features": held * 1.0}
    np.savez(tmp_path / "a.npz", **features, **arrays)
    with pytest.raises(FeatureError, match=message):
        read_archive(tmp_path / "a.npz", (MFCC,))


def test_a_member_that_is_not_an_array_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as packed:
        packed.writestr("features.npy", b"text")
    with pytest.raises(FeatureError, match=r"features\.npy is not an array"):
        read_archive(tmp_path / "a.npz", (MFCC,))


def test_pickled_objects_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(FeatureError, match="without pickled objects") as caught:
        read_archive(tmp_path / "a.npy", (MFCC,))
    assert "not a readable" in caught.value.message


@pytest.mark.slow
def test_damaged_archives_are_read_or_refused(tmp_path):
    np.savez(tmp_path / "a.npz", features=np.zeros((2, 49, 10)))
    original = (tmp_path / "a.npz").read_bytes()
    random = np.random.default_rng(4)
    for _ in range(300):
        content = bytearray(original)
        for _ in range(3):
            region = 400 if random.random() < 0.5 else len(content)
            content[random.integers(0, region)] = random.integers(0, 256)
        (tmp_path / "b.npz").write_bytes(content[: random.integers(1, len(content) + 1)])
        try:
            read_archive(tmp_path / "b.npz", (MFCC,))
        except FeatureError:
            continue


@pytest.mark.parametrize("name", ["missing.wav", "missing.npz", "notes.txt"])
def test_missing_and_foreign_files_are_named(tmp_path, name):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(FeatureError, match=name):
        read_features(tmp_path / name)
