"""What operators of TFLM's signal library refuse."""

from __future__ import annotations

import random

import numpy as np
import pytest
import tflite
from flatbuffers import flexbuffers

from tests.firmware.runtime.model_builder import ModelBuilder
from tests.firmware.runtime.runner import Runner

MUTATIONS = 2000
RFFT = {"T": tflite.TensorType.INT16, "fft_length": 8}


def rfft_model(options: bytes | None, count: int = 8, lines: int = 5) -> bytes:
    """SignalRfft of `count` values of int16."""
    builder = ModelBuilder()
    source, target = builder.tensor((count,), np.int16), builder.tensor((2 * lines,), np.int16)
    builder.custom_operator("SignalRfft", [source], [target], options)
    return builder.finish([source], [target])


def dumped(**values: object) -> bytes:
    return bytes(flexbuffers.Dumps(values))


def test_a_sound_model_runs(runner: Runner) -> None:
    run = runner.run(rfft_model(dumped(**RFFT)), [np.zeros(8, np.int16)])
    assert run.done, run.log


WRONG_OPTIONS = {
    "none": None,
    "empty": b"",
    "one byte": b"\x01",
    "a number": bytes(flexbuffers.Dumps(8)),
    "a vector": bytes(flexbuffers.Dumps([7, 8])),
    "an empty map": dumped(),
    "a map without the length": dumped(T=7),
    "a length that is a text": dumped(T=7, fft_length="8"),
    "a length with a fraction": dumped(T=7, fft_length=8.0),
    "no power of what it can": dumped(T=7, fft_length=14),
    "an odd length": dumped(T=7, fft_length=9),
    "a length of 2": dumped(T=7, fft_length=2),
    "a length of 0": dumped(T=7, fft_length=0),
    "a negative length": dumped(T=7, fft_length=-8),
    "a length below the input's": dumped(T=7, fft_length=6),
    "another output": dumped(T=7, fft_length=16),
    "another type": dumped(T=2, fft_length=8),
    "a type without a transform": dumped(T=9, fft_length=8),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_options_that_do_not_fit(runner: Runner, name: str) -> None:
    run = runner.run(rfft_model(WRONG_OPTIONS[name]))
    assert (run.step, run.error, run.operator_index) == ("allocate", "unsupported", 0), run.log
    assert "SignalRfft #0" in run.log


def test_an_option_of_another_name_in_front_moves_the_length(runner: Runner) -> None:
    # As in TFLM, which takes the second option, whatever it is called.
    run = runner.run(rfft_model(dumped(A=1, T=7, fft_length=8)))
    assert "fft_length 7" in run.log


def test_random_options_are_refused_or_taken(runner: Runner) -> None:
    rng = random.Random(1)
    sound = dumped(**RFFT, zz=1 << 40)
    for _ in range(MUTATIONS):
        options = bytearray(sound)
        for _ in range(rng.choice([1, 1, 2, 5])):
            options[rng.randrange(len(options))] = rng.choice([rng.randrange(256), 0, 255])
        del options[: rng.choice([0, 0, 0, rng.randrange(len(options))])]
        run = runner.run(rfft_model(bytes(options)), [np.zeros(8, np.int16)], arena=1 << 16)
        assert run.done or run.error in ("unsupported", "arena too small"), run.log


def bank_model(starts: list[int], widths: list[int]) -> bytes:
    """SignalFilterBank of 8 energies and 6 weights into 2 channels."""
    builder = ModelBuilder()
    source = builder.tensor((8,), np.uint32)
    constants = [[0] * 6, [0] * 6, starts, [0, 0, 0], widths]
    rest = [builder.tensor((len(c),), np.int16, data=np.array(c, np.int16)) for c in constants]
    target = builder.tensor((2,), np.uint64)
    options = dumped(num_channels=2)
    builder.custom_operator("SignalFilterBank", [source, *rest], [target], options)
    return builder.finish([source], [target])


@pytest.mark.parametrize(
    ("starts", "widths"),
    [([0, 0, -1], [1, 1, 1]), ([0, 0, 8], [1, 1, 1]), ([0, 0, 0], [1, 1, 7]), ([0, 0], [1, 1])],
)
def test_channels_outside_the_energies(
    runner: Runner, starts: list[int], widths: list[int]
) -> None:
    run = runner.run(bank_model(starts, widths))
    assert (run.step, run.error) == ("allocate", "unsupported"), run.log


def test_channels_that_are_empty_may_begin_anywhere(runner: Runner) -> None:
    run = runner.run(bank_model([0, 0, 900], [1, 1, 0]), [np.zeros(8, np.uint32)])
    assert run.done, run.log
