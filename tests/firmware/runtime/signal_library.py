"""Models of one operator of TFLM's signal library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from tests.firmware.runtime.model_builder import ModelBuilder
from tests.firmware.runtime.values import Array, Case, Rng, pick

STEPS = 4
# Beside tflite.TensorType, in the options of operators for several types.
TYPE_NUMBERS: dict[type, int] = {np.float32: 0, np.int32: 2, np.int16: 7}
# Whose halves have no factors but 2, 3 and 5.
FFT_LENGTHS = [4, 6, 8, 10, 12, 16, 18, 20, 24, 30, 32, 36, 40, 48, 50, 60, 64, 90, 96, 120, 128]
FFT_LENGTHS += [150, 160, 250, 256, 300, 320, 400, 480, 512, 600, 640]
GAIN_TABLE = 125


def custom_options(rng: Rng, **values: int | bool) -> bytes:
    """`values` as a map of FlexBuffers, now and then with a value that makes all of them wide."""
    extra = {"zz": 1 << int(rng.choice([10, 20, 40]))} if rng.random() < 0.3 else {}
    return bytes(flexbuffers.Dumps({**values, **extra}))


def random_integers(rng: Rng, dtype: Any, shape: tuple[int, ...]) -> Array:
    """Any value, or small ones: of each number of bits as many, and 0."""
    limits = np.iinfo(dtype)
    bits = limits.bits - (limits.min < 0)
    values = rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    if rng.random() < 0.7:
        values >>= rng.integers(0, bits, shape).astype(dtype)
    if rng.random() < 0.1:
        values = rng.choice(np.array([limits.min, limits.max, 0, 1], dtype), shape)
    return values.astype(dtype)


def sound(rng: Rng, dtype: type, shape: tuple[int, ...]) -> Array:
    """Noise, tones or clipped values, loud or soft."""
    if dtype is np.float32:
        noise: Array = rng.standard_normal(shape) * 10 ** rng.uniform(-3, 4)
        return noise.astype(np.float32)
    most = np.iinfo(dtype).max
    kind = rng.random()
    if kind < 0.3:
        phase = np.arange(np.prod(shape)).reshape(shape) * rng.uniform(0, np.pi)
        values = np.sin(phase + rng.uniform(0, 7)) * most * rng.uniform(0, 1.2)
    elif kind < 0.4:
        return rng.choice(np.array([-most - 1, most, 0], dtype), shape)
    else:
        values = rng.standard_normal(shape) * most * 10 ** rng.uniform(-4, 0.3)
    clipped: Array = values.clip(-most - 1, most).astype(dtype)
    return clipped


def make_window(rng: Rng) -> Case:
    length, rows = int(rng.integers(1, 40)), tuple(rng.integers(1, 4, rng.integers(0, 3)).tolist())
    shape = (*rows, length)
    builder = ModelBuilder()
    source = builder.tensor(shape, np.int16)
    window = builder.tensor((length,), np.int16, data=random_integers(rng, np.int16, (length,)))
    target = builder.tensor(shape, np.int16)
    shift = int(rng.integers(0, 18))
    table = custom_options(rng, shift=shift)
    builder.custom_operator("SignalWindow", [source, window], [target], table)
    values = random_integers(rng, np.int16, shape)
    return Case(f"{shape}-shift{shift}", builder.finish([source], [target]), (values,))


def make_fft_auto_scale(rng: Rng) -> Case:
    shape = (int(rng.integers(1, 60)),)
    builder = ModelBuilder()
    source = builder.tensor(shape, np.int16)
    targets = [builder.tensor(shape, np.int16), builder.tensor((), np.int32)]
    builder.custom_operator("SignalFftAutoScale", [source], targets)
    values = random_integers(rng, np.int16, shape) >> int(rng.integers(0, 16))
    if rng.random() < 0.2:
        values[int(rng.integers(shape[0]))] = -32768
    return Case(f"{shape[0]}", builder.finish([source], targets), (values,), 2)


def make_rfft(rng: Rng, dtype: type) -> Case:
    length = pick(rng, FFT_LENGTHS)
    rows = tuple(rng.integers(1, 3, rng.integers(0, 3)).tolist())
    count = length if rng.random() < 0.5 else int(rng.integers(1, length + 1))
    builder = ModelBuilder()
    source = builder.tensor((*rows, count), dtype)
    target = builder.tensor((*rows, length + 2), dtype)
    table = custom_options(rng, T=TYPE_NUMBERS[dtype], fft_length=length)
    builder.custom_operator("SignalRfft", [source], [target], table)
    values = sound(rng, dtype, (*rows, count))
    return Case(f"{rows}x{count}of{length}", builder.finish([source], [target]), (values,))


def make_energy(rng: Rng) -> Case:
    count = int(rng.integers(1, 40))
    builder = ModelBuilder()
    source = builder.tensor((2 * count,), np.int16)
    target = builder.tensor((count,), np.uint32)
    table = custom_options(rng, start_index=0, end_index=count)
    builder.custom_operator("SignalEnergy", [source], [target], table)
    values = random_integers(rng, np.int16, (2 * count,))
    return Case(f"{count}", builder.finish([source], [target]), (values,))


def make_filter_bank(rng: Rng) -> Case:
    channels = int(rng.integers(1, 12))
    energies, weights = (int(n) for n in rng.integers([20, 20], [60, 80]))
    widths = rng.integers(0, 12, channels + 1).astype(np.int16)
    starts = [rng.integers(0, n - 12, channels + 1).astype(np.int16) for n in (energies, weights)]
    limits = (-32768, 32768) if rng.random() < 0.3 else (0, 4097)
    tables = [rng.integers(*limits, weights).astype(np.int16) for _ in range(2)]
    builder = ModelBuilder()
    source = builder.tensor((energies,), np.uint32)
    constants = [builder.tensor(c.shape, np.int16, data=c) for c in (*tables, *starts, widths)]
    target = builder.tensor((channels,), np.uint64)
    table = custom_options(rng, num_channels=channels)
    builder.custom_operator("SignalFilterBank", [source, *constants], [target], table)
    values = random_integers(rng, np.uint32, (energies,))
    return Case(f"{channels}of{energies}", builder.finish([source], [target]), (values,))


def make_square_root(rng: Rng) -> Case:
    shape = (int(rng.integers(1, 40)),)
    builder = ModelBuilder()
    inputs = [builder.tensor(shape, np.uint64), builder.tensor((), np.int32)]
    target = builder.tensor(shape, np.uint32)
    builder.custom_operator("SignalFilterBankSquareRoot", inputs, [target])
    roots = random_integers(rng, np.uint32, shape).astype(np.uint64)
    near = roots * roots + rng.integers(0, 3, shape).astype(np.uint64) - np.uint64(1)
    values = near if rng.random() < 0.5 else random_integers(rng, np.uint64, shape)
    bits = np.array(rng.integers(0, 17), np.int32)
    return Case(f"{shape[0]}", builder.finish(inputs, [target]), (values, bits))


def make_spectral_subtraction(rng: Rng) -> Case:
    channels = int(rng.integers(1, 20))
    bits = int(rng.choice([14, 14, 10, 16]))
    ones = 1 << bits
    smoothing, alternate = (int(ones * f) for f in rng.uniform(0, 0.2, 2))
    builder = ModelBuilder()
    source = builder.tensor((channels,), np.uint32)
    targets = [builder.tensor((channels,), np.uint32) for _ in range(2)]
    table = custom_options(
        rng,
        alternate_one_minus_smoothing=ones - alternate,
        alternate_smoothing=alternate,
        clamping=bool(rng.random() < 0.5),
        min_signal_remaining=int(ones * rng.uniform(0, 0.2)),
        num_channels=channels,
        one_minus_smoothing=ones - smoothing,
        smoothing=smoothing,
        smoothing_bits=int(rng.integers(0, 12)),
        spectral_subtraction_bits=bits,
    )
    builder.custom_operator("SignalFilterBankSpectralSubtraction", [source], targets, table)
    values = tuple(random_integers(rng, np.uint32, (channels,)) for _ in range(STEPS))
    return Case(f"{channels}", builder.finish([source], targets), values, 2, STEPS)


def make_pcan(rng: Rng) -> Case:
    shape = (int(rng.integers(1, 40)),)
    table = rng.integers(0, 32768, GAIN_TABLE).astype(np.int16)
    if rng.random() < 0.5:
        table = random_integers(rng, np.int16, (GAIN_TABLE,))
    builder = ModelBuilder()
    inputs = [builder.tensor(shape, np.uint32) for _ in range(2)]
    gains = builder.tensor((GAIN_TABLE,), np.int16, data=table)
    target = builder.tensor(shape, np.uint32)
    shift = int(rng.integers(0, 24))
    options = custom_options(rng, snr_shift=shift)
    builder.custom_operator("SignalPCAN", [*inputs, gains], [target], options)
    values = tuple(random_integers(rng, np.uint32, shape) for _ in inputs)
    return Case(f"{shape[0]}-shift{shift}", builder.finish(inputs, [target]), values)


def make_filter_bank_log(rng: Rng) -> Case:
    shape = (int(rng.integers(1, 60)),)
    builder = ModelBuilder()
    source = builder.tensor(shape, np.uint32)
    target = builder.tensor(shape, np.int16)
    scale, bits = int(rng.choice([1600, 1024, 4096, 32767])), int(rng.integers(0, 8))
    table = custom_options(rng, input_correction_bits=bits, output_scale=scale)
    builder.custom_operator("SignalFilterBankLog", [source], [target], table)
    values = random_integers(rng, np.uint32, shape)
    return Case(f"{shape[0]}-scale{scale}", builder.finish([source], [target]), (values,))


def make_irfft(rng: Rng, dtype: type) -> Case:
    length = pick(rng, FFT_LENGTHS)
    rows = tuple(rng.integers(1, 3, rng.integers(0, 3)).tolist())
    builder = ModelBuilder()
    source = builder.tensor((*rows, length + 2), dtype)
    target = builder.tensor((*rows, length), dtype)
    table = custom_options(rng, T=TYPE_NUMBERS[dtype], fft_length=length)
    builder.custom_operator("SignalIrfft", [source], [target], table)
    values = sound(rng, dtype, (*rows, length + 2))
    return Case(f"{rows}x{length}", builder.finish([source], [target]), (values,))


def make_delay(rng: Rng) -> Case:
    shape = (*rng.integers(1, 4, rng.integers(0, 3)).tolist(), int(rng.integers(1, 12)))
    delay = int(rng.integers(0, 25))
    builder = ModelBuilder()
    source, target = (builder.tensor(shape, np.int16) for _ in range(2))
    table = custom_options(rng, delay_length=delay)
    builder.custom_operator("SignalDelay", [source], [target], table)
    values = tuple(random_integers(rng, np.int16, shape) for _ in range(STEPS))
    return Case(f"{shape}by{delay}", builder.finish([source], [target]), values, 1, STEPS)


def make_framer(rng: Rng) -> Case:
    step, frames = (int(n) for n in rng.integers([1, 1], [9, 4]))
    size = int(rng.integers(step, 5 * step + 1))
    prefill = bool(rng.random() < 0.5)
    rows = tuple(rng.integers(1, 4, rng.integers(0, 3)).tolist())
    builder = ModelBuilder()
    source = builder.tensor((*rows, frames * step), np.int16)
    targets = [
        builder.tensor((*rows, frames, size), np.int16),
        builder.tensor((), np.bool_),
    ]
    table = custom_options(rng, frame_size=size, frame_step=step, prefill=prefill)
    builder.custom_operator("SignalFramer", [source], targets, table)
    values = [random_integers(rng, np.int16, (*rows, frames * step)) for _ in range(STEPS)]
    name = f"{size}every{step}{'-prefilled' if prefill else ''}"
    model = builder.finish([source], targets)
    return Case(name, model, tuple(values), 2, STEPS, validity=1)


def make_stacker(rng: Rng) -> Case:
    channels, left, right = (int(n) for n in rng.integers([1, 0, 0], [8, 4, 4]))
    width = left + right + 1
    step = int(rng.integers(1, width + 1))
    builder = ModelBuilder()
    source = builder.tensor((channels,), np.int16)
    targets = [builder.tensor((width * channels,), np.int16), builder.tensor((), np.bool_)]
    table = custom_options(
        rng,
        num_channels=channels,
        stacker_left_context=left,
        stacker_right_context=right,
        stacker_step=step,
    )
    builder.custom_operator("SignalStacker", [source], targets, table)
    values = tuple(random_integers(rng, np.int16, (channels,)) for _ in range(3 * STEPS))
    name = f"{channels}with{left}and{right}-step{step}"
    return Case(name, builder.finish([source], targets), values, 2, 3 * STEPS, validity=1)


def make_overlap_add(rng: Rng, dtype: type) -> Case:
    size, frames = (int(n) for n in rng.integers([1, 1], [20, 4]))
    step = int(rng.integers(1, size + 1))
    rows = tuple(rng.integers(1, 4, rng.integers(0, 3)).tolist())
    builder = ModelBuilder()
    source = builder.tensor((*rows, frames, size), dtype)
    target = builder.tensor((*rows, frames * step), dtype)
    table = custom_options(rng, T=TYPE_NUMBERS[dtype], frame_step=step)
    builder.custom_operator("SignalOverlapAdd", [source], [target], table)
    values = tuple(sound(rng, dtype, (*rows, frames, size)) for _ in range(STEPS))
    name = f"{frames}of{size}every{step}"
    return Case(name, builder.finish([source], [target]), values, 1, STEPS)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "signal_window": make_window,
    "signal_fft_auto_scale": make_fft_auto_scale,
    "signal_rfft_int16": lambda rng: make_rfft(rng, np.int16),
    "signal_rfft_int32": lambda rng: make_rfft(rng, np.int32),
    "signal_rfft_float": lambda rng: make_rfft(rng, np.float32),
    "signal_energy": make_energy,
    "signal_filter_bank": make_filter_bank,
    "signal_filter_bank_square_root": make_square_root,
    "signal_filter_bank_spectral_subtraction": make_spectral_subtraction,
    "signal_pcan": make_pcan,
    "signal_filter_bank_log": make_filter_bank_log,
    "signal_irfft_int16": lambda rng: make_irfft(rng, np.int16),
    "signal_irfft_int32": lambda rng: make_irfft(rng, np.int32),
    "signal_irfft_float": lambda rng: make_irfft(rng, np.float32),
    "signal_delay": make_delay,
    "signal_framer": make_framer,
    "signal_stacker": make_stacker,
    "signal_overlap_add_int16": lambda rng: make_overlap_add(rng, np.int16),
    "signal_overlap_add_float": lambda rng: make_overlap_add(rng, np.float32),
}
