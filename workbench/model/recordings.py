"""Recordings: mono PCM .wav at 16 kHz, read with the standard library."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError
from workbench.model.mfcc import SAMPLE_RATE
from workbench.support.files import MIB, read_file

FloatArray = npt.NDArray[np.float32]

# A file is read whole; an hour is far more than anyone classifies.
_MAX_SECONDS = 3600
_MAX_BYTES = 256 * MIB  # an hour at 32 bits a sample is 220 MiB


def read_wav(path: Path) -> FloatArray:
    """Read 16 kHz mono PCM of 8, 16, 24 or 32 bits: float32 (n,) in -1..1.

    Raises FeatureError for another rate, more channels, compressed, damaged or empty files.
    """
    content = io.BytesIO(read_file(path, FeatureError, "give a .wav file", most=_MAX_BYTES))
    try:
        with wave.open(content, "rb") as file:
            width = file.getsampwidth()
            _check_format(path, file.getnchannels(), width, file.getframerate())
            start = content.tell()
            raw = file.readframes(_MAX_SECONDS * SAMPLE_RATE)
            wanted = file.getnframes() * width
    # `wave` divides by header fields and seeks by them; damaged ones raise more than wave.Error.
    except (wave.Error, EOFError, RuntimeError, ValueError, ZeroDivisionError) as error:
        what = str(error) or "cut short"
        raise FeatureError(f"{path}: not a readable PCM .wav ({what})", _sox(path)) from None
    if len(raw) < min(wanted, _MAX_SECONDS * SAMPLE_RATE * width):
        held = min(content.getbuffer().nbytes, start + len(raw))
        raise FeatureError(
            f"{path}: cut short: it has {held:,} of the {start + wanted:,} bytes that its header "
            "announces",
            "copy or record it again; for a stream whose length was not known: "
            f"sox --ignore-length {path.name} whole.wav",
        )
    raw = raw[: len(raw) // width * width]
    if not raw:
        raise FeatureError(f"{path}: the recording is empty")
    return _pcm(raw, width)


def _check_format(path: Path, channels: int, width: int, rate: int) -> None:
    if rate != SAMPLE_RATE:
        raise FeatureError(f"{path}: {rate} Hz, not {SAMPLE_RATE} Hz", _sox(path))
    if channels != 1:
        raise FeatureError(f"{path}: {channels} channels, not one", _sox(path))
    if width not in (1, 2, 3, 4):
        raise FeatureError(f"{path}: {8 * width} bits a sample", _sox(path))


def _sox(path: Path) -> str:
    return f"convert it: sox {path.name} -r {SAMPLE_RATE} -c 1 -b 16 converted.wav"


def _pcm(raw: bytes, width: int) -> FloatArray:
    """Little-endian PCM to -1..1; 8-bit samples are unsigned (Microsoft RIFF, WAVE format)."""
    if width == 1:
        return (np.frombuffer(raw, np.uint8).astype(np.float32) - 128.0) / np.float32(128.0)
    if width == 3:
        # Widened to 32 bits, with the new byte at the low end.
        widened = np.zeros((len(raw) // 3, 4), np.uint8)
        widened[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        raw, width = widened.tobytes(), 4
    samples = np.frombuffer(raw, f"<i{width}").astype(np.float32)
    return samples / np.float32(2 ** (8 * width - 1))
