"""The embedded engine and QEMU count the same instructions in one Invoke() of our image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from workbench.builder import BuiltImage
from workbench.builder.plan import KERNEL_SETS
from workbench.engines import open_engine
from workbench.engines.base import Seconds, Stop, StopKind
from workbench.image import Image
from workbench.link import Client
from workbench.link.frames import Frame, FrameSplitter, encode
from workbench.link.messages import Request
from workbench.model.reader import read_model
from workbench.platform import select_platform
from workbench.runs.call_counter import BetweenPoints, Probe
from workbench.runs.points import INVOKE
from workbench.support.resources import own_model

from .qemu import CountingMachine

pytestmark = pytest.mark.qemu

BOARD = "stm32f4_discovery"  # USART2, as QEMU's netduinoplus2 has it
READY = rb"ready"
INFERENCES = 3


@pytest.fixture(scope="module", params=KERNEL_SETS)
def image(
    request: pytest.FixtureRequest, firmware_image: Callable[[str, str], BuiltImage]
) -> Image:
    """The committed model on the STM32F4 board, with each kernel set."""
    return Image.from_file(firmware_image(BOARD, request.param).elf)


@pytest.fixture(scope="module")
def features() -> list[npt.NDArray[np.int8]]:
    """Seeded inputs, each over all of int8."""
    shape = read_model(own_model()).inputs[0].shape
    generator = np.random.default_rng(7)
    return [generator.integers(-128, 128, shape, np.int8) for _ in range(INFERENCES)]


def return_address_of_invoke(image: Image) -> int:
    """Where the application goes on after Invoke(): the link register at its entry."""
    with open_engine("embedded") as machine:
        machine.load(image, select_platform(BOARD))
        entry = image.symbol(INVOKE).address & ~1
        Client(machine).boot()
        machine.uart.write(encode(infer(1, np.zeros(input_elements(), np.int8))))
        reason = machine.run(Stop(pc=frozenset({entry})), Seconds(5))
        assert reason.kind is StopKind.PC
        return machine.registers["lr"] & ~1


def input_elements() -> int:
    """Values in the model's input."""
    return int(np.prod(read_model(own_model()).inputs[0].shape))


def infer(sequence: int, values: npt.NDArray[np.int8]) -> Frame:
    """The request for one inference."""
    return Frame(Request.INFER, sequence, values.tobytes())


def embedded_counts(
    image: Image, start: int, stop: int, features: list[npt.NDArray[np.int8]]
) -> list[int]:
    """Instructions from `start` to `stop` for each input, on the embedded engine."""
    counter = BetweenPoints("Invoke", start, stop)
    with open_engine("embedded") as machine:
        machine.load(image, select_platform(BOARD))
        client = Client(Probe(machine, counter))
        client.boot()
        for values in features:
            client.infer(values)
    return list(counter.result().calls)


def qemu_counts(
    image: Image,
    start: int,
    stop: int,
    features: list[npt.NDArray[np.int8]],
    plugin: Path,
    report: Path,
) -> list[int]:
    """The same on QEMU."""
    splitter = FrameSplitter()
    with CountingMachine(image.path, plugin, start, stop, len(features), report) as machine:
        machine.expect(READY)
        for sequence, values in enumerate(features[:-1]):
            machine.write(encode(infer(sequence, values)))
            while not splitter.feed(machine.expect(rb"\0")):
                pass
        machine.write(encode(infer(len(features), features[-1])))
        machine.wait()  # the plugin ends QEMU with the last passage
        return [count.instructions for count in machine.counts()]


def test_engines_agree_to_the_instruction(
    image: Image, features: list[npt.NDArray[np.int8]], plugin: Path, tmp_path: Path
) -> None:
    start = image.symbol(INVOKE).address & ~1
    stop = return_address_of_invoke(image)
    counted = qemu_counts(image, start, stop, features, plugin, tmp_path / "report")
    assert counted == embedded_counts(image, start, stop, features)
    assert len(counted) == INFERENCES
