"""The front end is MLPerf Tiny's."""

import numpy as np
import pytest

from workbench.errors import FeatureError
from workbench.model.features import read_features
from workbench.model.mfcc import log_mel, log_mel_to_mfcc, mel_filters, mfcc, mfcc_to_log_mel
from workbench.model.oracle import Oracle

# tf.signal and numpy sum in different orders: single-precision noise on values up to 130.
TOLERANCE = 2e-4


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(3).normal(0.0, 0.1, 16_000).astype(np.float32)


def test_one_second_gives_49_frames_of_10_coefficients(noise):
    features = mfcc(noise)
    assert features.shape == (49, 10)
    assert features.dtype == np.float32


def test_loudness_does_not_matter(noise):
    assert np.allclose(mfcc(noise), mfcc(noise * 1000), atol=TOLERANCE)


def test_a_short_recording_is_padded_with_zeros_at_its_end(noise):
    padded = np.concatenate([noise[:9000], np.zeros(7000, np.float32)])
    assert np.array_equal(mfcc(noise[:9000]), mfcc(padded))


def test_a_long_recording_is_cut_at_one_second(noise):
    longer = np.concatenate([noise, noise * 0.5])
    assert np.array_equal(mfcc(longer), mfcc(noise))


def test_silence_is_the_logarithm_of_the_offset():
    """log(energy + 1e-6), as MLPerf Tiny's keyword spotting has it."""
    assert np.allclose(log_mel(np.zeros(16_000, np.float32)), np.log(1e-6))


def test_silence_has_features():
    assert np.isfinite(mfcc(np.zeros(16_000))).all()


def test_integers_and_floats_give_the_same():
    samples = np.random.default_rng(1).integers(-3000, 3000, 16_000)
    assert np.array_equal(mfcc(samples.astype(np.int16)), mfcc(samples.astype(np.float64)))


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (np.zeros((16_000, 2)), "one row"),
        (np.zeros(0), "one row"),
        (np.array([1.0, np.nan]), "not finite"),
        (np.array([1j, 2j]), "real numbers"),
    ],
)
def test_what_is_no_recording_is_refused(samples, message):
    with pytest.raises(FeatureError, match=message):
        mfcc(samples)


def test_every_mel_filter_passes_something():
    assert (mel_filters().sum(axis=0) > 0).all()
    assert mel_filters()[0].sum() == 0  # nothing at 0 Hz


def test_the_smooth_log_mel_has_the_same_coefficients(noise):
    features = mfcc(noise)
    assert np.allclose(log_mel_to_mfcc(mfcc_to_log_mel(features)), features, atol=1e-3)


def test_agrees_with_tf_signal(noise):
    tf = pytest.importorskip("tensorflow", reason="needs TensorFlow, the reference of the MFCC")
    random = np.random.default_rng(5)
    chirp = np.sin(np.cumsum(np.linspace(0.01, 1.5, 16_000))) + random.normal(0, 0.01, 16_000)
    for wave in (noise, chirp.astype(np.float32)):
        peak = wave / np.abs(wave).max()
        window = tf.signal.hann_window
        magnitude = tf.abs(tf.signal.stft(peak, 480, 320, 512, window_fn=window))
        weights = tf.signal.linear_to_mel_weight_matrix(40, 257, 16_000, 20.0, 4_000.0)
        log_mels = tf.math.log(tf.tensordot(magnitude, weights, 1) + 1e-6)
        expected = tf.signal.mfccs_from_log_mel_spectrograms(log_mels)[..., :10].numpy()
        assert np.abs(mfcc(wave) - expected).max() < TOLERANCE


def test_the_reference_model_recognises_real_speech(shared):
    pytest.importorskip("tflite_micro", reason="needs the host oracle tflite_micro")
    words = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")
    oracle = Oracle.from_file(shared / "models" / "kws_ref_model.tflite")
    recordings = right = 0
    for index, word in enumerate(words):
        for path in sorted((shared / "data" / "speech_commands" / word).glob("*.wav")):
            (features,) = read_features(path)
            recordings += 1
            right += oracle.classify(features.arrays[0]).argmax() == index
    assert recordings == 50
    assert right >= 45
