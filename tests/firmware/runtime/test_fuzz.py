"""Damaged models: no read outside the model, no write outside the arena, no hang, no crash.

The host build has the address and undefined-behaviour sanitizers, and a model and an arena of
exactly the given size, so one byte too far ends the process.
"""

from __future__ import annotations

import random
import struct
from itertools import islice
from pathlib import Path

import pytest

from tests.firmware.runtime.cases import GENERATORS, cases_of
from tests.firmware.runtime.runner import Runner
from workbench.support.resources import own_model

pytestmark = pytest.mark.slow

SHARED_MODELS = Path(__file__).parents[4] / "shared" / "models"
MUTATIONS_OF_OWN_MODEL = 6000
CASES_OF_OPERATOR = 3
MUTATIONS_OF_SHARED_MODEL = 1000
MUTATIONS_PER_OPERATOR = 150
# A damaged condition may stay true for ever, as it may in TFLM: without inputs nothing is computed.
MAY_LOOP = {"while"}
# Enough for every sound model here, and small, as on a device.
ARENA = 64 * 1024
INTERESTING = [0, 1, 2, 3, 4, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


def mutated(rng: random.Random, model: bytes, structure: int) -> bytes:
    """A few changed bytes or words, most of them in the first or last `structure` bytes: there,
    and not in the weights, lie offsets, shapes and options.
    """
    data = bytearray(model)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        at = rng.choice([rng.randrange(structure), len(data) - 1 - rng.randrange(structure)])
        if rng.random() < 0.1:
            at = rng.randrange(len(data))
        kind = rng.random()
        if kind < 0.3:
            data[at] = rng.randrange(256)
        elif kind < 0.5:
            data[at] ^= 1 << rng.randrange(8)
        else:
            at = min(at & ~3, len(data) - 4)
            word = rng.choice([*INTERESTING, rng.getrandbits(32)])
            if rng.random() < 0.3:
                word = (struct.unpack_from("<I", data, at)[0] + rng.randrange(-64, 65)) & 0xFFFFFFFF
            struct.pack_into("<I", data, at, word)
    if rng.random() < 0.05:
        del data[rng.randrange(len(data)) :]
    return bytes(data)


def run_mutations(
    runner: Runner, model: bytes, count: int, seed: int, input_bytes: int
) -> set[str]:
    """Run `count` mutations; what they ended with."""
    rng = random.Random(seed)
    inputs = [memoryview(bytes(input_bytes))]
    structure = min(len(model), 4096)
    endings = set()
    for _ in range(count):
        damaged = mutated(rng, model, structure)
        run = runner.run(damaged, inputs, arena=ARENA)  # type: ignore[arg-type]
        if not run.done and run.step != "buffers":
            assert run.error != "none", run.step
            assert run.log
        endings.add(run.error)
    return endings


def test_damaged_keyword_spotter(runner: Runner) -> None:
    model = own_model().read_bytes()
    endings = run_mutations(runner, model, MUTATIONS_OF_OWN_MODEL, 1, 490)
    assert {"none", "corrupt", "inconsistent", "unsupported", "unregistered operator"} <= endings


@pytest.mark.parametrize(("name", "input_bytes"), [("kws_ref_model", 490), ("ad01_int8", 640)])
def test_damaged_shared_model(runner: Runner, name: str, input_bytes: int) -> None:
    path = SHARED_MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    endings = run_mutations(runner, path.read_bytes(), MUTATIONS_OF_SHARED_MODEL, 2, input_bytes)
    assert "corrupt" in endings


@pytest.mark.parametrize("operator", GENERATORS)
def test_a_damaged_operator_is_refused_or_run(runner: Runner, operator: str) -> None:
    for index, case in enumerate(islice(cases_of(operator), CASES_OF_OPERATOR)):
        input_bytes = sum(values.nbytes for values in case.inputs)
        if operator in MAY_LOOP:
            input_bytes = 0
        run_mutations(runner, case.model, MUTATIONS_PER_OPERATOR, index, input_bytes)


def test_random_bytes_are_refused(runner: Runner) -> None:
    rng = random.Random(3)
    for _ in range(1000):
        body = rng.randbytes(rng.randrange(200))
        run = runner.run(rng.randbytes(4) + b"TFL3" + body)
        assert run.error == "corrupt"
