"""Augmentation of MFCC features, in the smooth log mel spectrum that they stand for.

There is no waveform behind a feature file, so a recording is taken back to its (smooth) log mel
spectrum, moved, stretched, filtered and drowned in noise there, and transformed again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.model.mfcc import FRAMES, MEL_BINS, log_mel_to_mfcc, mfcc_to_log_mel

FloatArray = npt.NDArray[np.float32]

# Below this, log mel is the zero padding at the end of a short recording, not sound.
_PADDING_LOG_MEL = -11.0


@dataclass(frozen=True)
class Augmentation:
    """How far each recording is changed, at most. Times in frames of 20 ms."""

    shift_frames: float = 10.0
    stretch: float = 0.25  # of the duration
    mel_warp: float = 0.12  # of the frequency axis: another vocal tract length
    tilt: float = 1.5  # nepers across the spectrum: another microphone
    gain: float = 0.7  # nepers
    noise_share: float = 0.8  # of the recordings get noise
    signal_to_noise: tuple[float, float] = (0.0, 4.5)  # nepers of amplitude over the noise
    masked_frames: int = 8
    masked_share: float = 0.5


def augment(features: FloatArray, how: Augmentation, random: np.random.Generator) -> FloatArray:
    """Return changed copies of `features`, float32 (n, 49, 10), one for each."""
    spectra = _warp(mfcc_to_log_mel(features), how, random)
    spectra = _recolour(spectra, how, random)
    spectra = _add_noise(spectra, how, random)
    return log_mel_to_mfcc(_mask(spectra, how, random))


def _warp(spectra: FloatArray, how: Augmentation, random: np.random.Generator) -> FloatArray:
    """Move and stretch in time, and scale the mel axis; sampled bilinearly."""
    n = len(spectra)
    stretch = 1.0 + random.uniform(-how.stretch, how.stretch, (n, 1))
    shift = random.uniform(-how.shift_frames, how.shift_frames, (n, 1))
    middle = (FRAMES - 1) / 2
    times = (np.arange(FRAMES) - middle) * stretch + middle + shift
    bins = np.arange(MEL_BINS) * (1.0 + random.uniform(-how.mel_warp, how.mel_warp, (n, 1)))
    return _interpolate(_interpolate(spectra, times, axis=1), bins, axis=2)


def _interpolate(spectra: FloatArray, positions: npt.NDArray[np.float64], axis: int) -> FloatArray:
    """Sample along `axis` at fractional positions (n, length); the edges are held."""
    length = spectra.shape[axis]
    positions = np.clip(positions, 0.0, length - 1.0)
    below = np.minimum(positions.astype(np.int64), length - 2)
    weight = (positions - below).astype(np.float32)
    shape = (len(spectra), -1, 1) if axis == 1 else (len(spectra), 1, -1)
    below, weight = below.reshape(shape), weight.reshape(shape)
    low = np.take_along_axis(spectra, below, axis)
    high = np.take_along_axis(spectra, below + 1, axis)
    between: FloatArray = low + weight * (high - low)
    return between


def _recolour(spectra: FloatArray, how: Augmentation, random: np.random.Generator) -> FloatArray:
    n = len(spectra)
    slope = np.linspace(-0.5, 0.5, MEL_BINS)
    tilt = random.uniform(-how.tilt, how.tilt, (n, 1, 1)) * slope
    gain = random.uniform(-how.gain, how.gain, (n, 1, 1))
    padding = spectra.mean(axis=2, keepdims=True) < _PADDING_LOG_MEL
    return np.where(padding, spectra, spectra + (tilt + gain)).astype(np.float32)


def _add_noise(spectra: FloatArray, how: Augmentation, random: np.random.Generator) -> FloatArray:
    """Add steady noise with a random smooth spectrum, at a level below the loudest frame."""
    n = len(spectra)
    colour = np.stack([np.cos(k * np.pi * np.linspace(0, 1, MEL_BINS)) for k in range(1, 4)])
    shape = random.normal(0.0, 0.7, (n, 1, 3)) @ colour
    loudest = spectra.mean(axis=2).max(axis=1).reshape(n, 1, 1)
    level = loudest - random.uniform(*how.signal_to_noise, (n, 1, 1))
    jitter = random.normal(0.0, 0.25, spectra.shape)
    noisy = np.logaddexp(spectra, level + shape + jitter)
    chosen = random.random((n, 1, 1)) < how.noise_share
    return np.where(chosen, noisy, spectra).astype(np.float32)


def _mask(spectra: FloatArray, how: Augmentation, random: np.random.Generator) -> FloatArray:
    """Replace a few frames by the quietest frame (a gap in the recording)."""
    n = len(spectra)
    quietest = np.take_along_axis(
        spectra, spectra.mean(axis=2).argmin(axis=1).reshape(n, 1, 1), axis=1
    )
    start = random.integers(0, FRAMES, (n, 1))
    length = random.integers(1, how.masked_frames + 1, (n, 1))
    length[random.random((n, 1)) >= how.masked_share] = 0
    frame = np.arange(FRAMES)
    gap = (frame >= start) & (frame < start + length)
    return np.where(gap[:, :, np.newaxis], quietest, spectra).astype(np.float32)
