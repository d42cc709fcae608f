"""The MLPerf Tiny keyword-spotting front end in numpy: one second of speech to 49 x 10 MFCC.

Every constant is that of mlcommons/tiny, `benchmark/training/keyword_spotting/` (`kws_util.py`,
`get_dataset.py`); mel filters and cosine transform follow `tf.signal.linear_to_mel_weight_matrix`
and `tf.signal.mfccs_from_log_mel_spectrograms`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError

FloatArray = npt.NDArray[np.float32]

SAMPLE_RATE = 16_000  # Hz
CLIP_SAMPLES = SAMPLE_RATE  # one second
FRAME_LENGTH = 480  # 30 ms
FRAME_STEP = 320  # 20 ms
FFT_LENGTH = 512
MEL_BINS = 40
MEL_LOWER_HZ = 20.0
MEL_UPPER_HZ = 4_000.0
LOG_OFFSET = 1e-6
COEFFICIENTS = 10
FRAMES = 1 + (CLIP_SAMPLES - FRAME_LENGTH) // FRAME_STEP
FEATURE_SHAPE = (FRAMES, COEFFICIENTS)

# HTK's mel scale: mel(f) = 1127 ln(1 + f / 700).
_MEL_Q = 1127.0
_MEL_BREAK_HZ = 700.0


def mfcc(samples: npt.ArrayLike) -> FloatArray:
    """Return the features of one recording.

    `samples`: shape (n,), any real type and scale (it is divided by its peak), 16 kHz mono.
    Shorter than a second it is padded with zeros at its end, longer it is cut at one second.
    Returns float32 of shape (49, 10): frame, coefficient. Raises FeatureError for another shape,
    no samples at all, or values that are not finite.
    """
    wave = np.asarray(samples)
    if wave.ndim != 1 or wave.size == 0:
        raise FeatureError(
            f"a recording must be one row of samples, this has shape {wave.shape}",
            "give 16 kHz mono samples as a one-dimensional array",
        )
    if wave.dtype.kind not in "fiub":
        raise FeatureError(f"samples must be real numbers, these are {wave.dtype}")
    wave = wave.astype(np.float32)
    if not np.isfinite(wave).all():
        raise FeatureError("the recording holds samples that are not finite (NaN or infinity)")
    return log_mel_to_mfcc(log_mel(_one_second(wave)))


def log_mel(clip: FloatArray) -> FloatArray:
    """Log mel spectrum of one second (16,000 samples): float32 of shape (49, 40)."""
    peak = float(np.abs(clip).max())
    if peak > 0.0:
        clip = clip / np.float32(peak)
    frames = np.lib.stride_tricks.sliding_window_view(clip, FRAME_LENGTH)[::FRAME_STEP]
    spectrum = np.abs(np.fft.rfft(frames * _hann(), FFT_LENGTH)).astype(np.float32)
    energies = spectrum @ mel_filters() + np.float32(LOG_OFFSET)
    return np.asarray(np.log(energies), np.float32)


def log_mel_to_mfcc(log_mels: FloatArray) -> FloatArray:
    """Return the first ten cepstral coefficients of (..., 40) log mel energies: (..., 10)."""
    return (log_mels @ cosine_transform()).astype(np.float32)


def mfcc_to_log_mel(features: FloatArray) -> FloatArray:
    """Return the smooth (..., 40) log mel spectrum that (..., 10) coefficients stand for."""
    # The columns are orthogonal: c0 has squared norm 2, the others 1.
    basis = cosine_transform()
    return np.asarray(features @ (basis / np.square(basis).sum(axis=0)).T, np.float32)


@cache
def mel_filters() -> FloatArray:
    """Return triangular filters, shape (257, 40), from FFT bin to mel bin; the bin at 0 Hz is left
    out.
    """
    edges = np.linspace(_hertz_to_mel(MEL_LOWER_HZ), _hertz_to_mel(MEL_UPPER_HZ), MEL_BINS + 2)
    lower, center, upper = edges[:-2], edges[1:-1], edges[2:]
    hertz = np.linspace(0.0, SAMPLE_RATE / 2, FFT_LENGTH // 2 + 1)[1:]
    mel = _hertz_to_mel(hertz)[:, np.newaxis]
    rising = (mel - lower) / (center - lower)
    falling = (upper - mel) / (upper - center)
    filters = np.maximum(0.0, np.minimum(rising, falling))
    return np.pad(filters, ((1, 0), (0, 0))).astype(np.float32)


@cache
def cosine_transform() -> FloatArray:
    """Return the DCT-II of `tf.signal.mfccs_from_log_mel_spectrograms` as a (40, 10) matrix."""
    bins = np.arange(MEL_BINS)[:, np.newaxis]
    orders = np.arange(COEFFICIENTS)
    phase = np.pi * orders * (2 * bins + 1) / (2 * MEL_BINS)
    return np.asarray(np.sqrt(2.0 / MEL_BINS) * np.cos(phase), np.float32)


def _one_second(wave: FloatArray) -> FloatArray:
    missing = CLIP_SAMPLES - wave.size
    return np.pad(wave, (0, missing)) if missing > 0 else wave[:CLIP_SAMPLES]


@cache
def _hann() -> FloatArray:
    """Periodic Hann window, as `tf.signal.hann_window` makes by default."""
    phase = 2.0 * np.pi * np.arange(FRAME_LENGTH) / FRAME_LENGTH
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def _hertz_to_mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return _MEL_Q * np.log1p(np.asarray(hertz, np.float64) / _MEL_BREAK_HZ)
