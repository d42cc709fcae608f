"""Asks the firmware over the UART of any engine, and waits for its answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.engines.base import Engine, Limit, Seconds, Stop, StopKind, StopReason
from workbench.errors import LinkError, UserError
from workbench.link.boot_log import READY
from workbench.link.frames import ERROR, REPLY, VERSION, Frame, FrameSplitter, encode
from workbench.link.messages import (
    Answer,
    FirmwareError,
    Hello,
    Request,
    Statistics,
    parse_answer,
    parse_error,
    parse_hello,
    parse_statistics,
)
from workbench.model.features import Features, read_features
from workbench.model.tensor_info import TensorInfo

DEFAULT_LIMIT = Seconds(60.0)
"""Virtual time for one answer: a large model on a slow clock takes some seconds."""

_DELIMITER = b"\\x00"
_MAX_STOPS = 1000  # delimiters that are let pass before an answer: firmware may flood us
_MAX_SEQUENCE = 0xFFFF


class RefusedError(LinkError):
    """The firmware answered with an error reply."""

    def __init__(self, request: Request, error: FirmwareError) -> None:
        super().__init__(f"the firmware refuses {request.name}: {error}")
        self.error = error


class ModelFailedError(LinkError):
    """The firmware is alive, and its model does not start."""

    def __init__(self, error: FirmwareError) -> None:
        super().__init__(f"the model does not start: {error}")
        self.error = error


class Client:
    """The host's end of the link to firmware that speaks firmware/PROTOCOL.md.

    Every method that waits raises LinkError where the firmware does not answer, with what was
    last seen on the console and why the machine stopped; `RefusedError` where it answers with an
    error. `stopped` is why the machine stopped when the last answer came.
    """

    def __init__(self, engine: Engine, limit: Limit = DEFAULT_LIMIT) -> None:
        self._engine = engine
        self._limit = limit
        self._splitter = FrameSplitter()
        self._frames: deque[Frame] = deque()
        self._sequence = 0
        self._hello: Hello | None = None
        self._has_run = True  # for all that is known, unless `boot` was called
        self.stopped: StopReason | None = None

    def boot(self) -> None:
        """Run until the firmware says that it is ready, or that its model has failed."""
        self._has_run = False
        self.stopped = self._engine.run(Stop(uart=READY), self._limit)
        self._splitter.feed(self._engine.uart.read())
        if self.stopped.kind is not StopKind.UART:
            raise self._no_answer(
                "the firmware did not come up: it never said 'ready', as all do that take features"
            )

    def start(self, after: Callable[[str], object] = lambda _: None) -> Hello:
        """Boot and return what the firmware is; raise ModelFailedError where it cannot infer.

        after: called with "boot" and with "HELLO", as soon as the firmware has done these.
        """
        self.boot()
        after("boot")
        hello = self.hello()
        if hello.error is not None:
            raise ModelFailedError(hello.error)
        after("HELLO")
        return hello

    def hello(self) -> Hello:
        """Ask the firmware what it is; firmware whose model failed answers too."""
        self._hello = parse_hello(self._ask(Request.HELLO))
        return self._hello

    def infer(self, *inputs: npt.ArrayLike) -> Answer:
        """Run the model on one array for each of its inputs, in their order.

        An array has any shape with the right number of elements, and the input's own type, or
        holds real numbers, which are quantized as TFLM's QUANTIZE does. Raises UserError where one
        does not fit, ModelFailedError where the model did not start.
        """
        tensors = self._known().inputs
        if (error := self._known().error) is not None:
            raise ModelFailedError(error)
        if len(inputs) != len(tensors):
            raise UserError(f"{len(inputs)} arrays for the model's {len(tensors)} inputs")
        payload = b"".join(map(_stored, tensors, inputs))
        self._has_run = True
        return parse_answer(self._ask(Request.INFER, payload), self._known())

    def answer(self, features: Features) -> Answer:
        """Run the model on what a file holds; the state is reset before the first of a file."""
        if features.first and self._has_run:
            self.reset_state()
        return self.infer(*features.arrays)

    def features_of(self, files: Iterable[Path]) -> Iterator[Features]:
        """Yield all that is in .wav, .npy or .npz files, for the inputs of the firmware's model."""
        for file in files:
            yield from read_features(file, self._known().inputs)

    def answers(self, files: Iterable[Path]) -> Iterator[tuple[Features, Answer]]:
        """Yield all that is in `files`, each with the firmware's answer."""
        for features in self.features_of(files):
            yield features, self.answer(features)

    def reset_state(self) -> None:
        """Give all that lasts from one inference to the next the values of the start.

        As `tflite::MicroInterpreter::Reset()`: variables, and what operators keep.
        """
        self._ask(Request.RESET_STATE)

    @property
    def text(self) -> str:
        """What the firmware has printed so far."""
        return self._splitter.text.decode(errors="replace")

    def statistics(self) -> Statistics:
        """Ask for the counters since reset."""
        return parse_statistics(self._ask(Request.STATISTICS))

    @property
    def console_text(self) -> str:
        """All text that the firmware has printed between frames."""
        return bytes(self._splitter.text).decode(errors="replace")

    def _known(self) -> Hello:
        return self._hello or self.hello()

    def _ask(self, request: Request, payload: bytes = b"") -> bytes:
        """Send a request and return the payload of its answer."""
        self._sequence = (self._sequence + 1) & _MAX_SEQUENCE
        self._engine.uart.write(encode(Frame(request, self._sequence, payload)))
        frame = self._wait_for(lambda f: f.sequence == self._sequence, request)
        if frame.version != VERSION:
            raise LinkError(
                f"the firmware speaks version {frame.version} of the link's protocol, this "
                f"workbench version {VERSION}",
                "build it with this workbench, or use the workbench that it was built with",
            )
        if frame.type == ERROR:
            raise RefusedError(request, parse_error(frame.payload)[1])
        if frame.type != request | REPLY:
            raise LinkError(f"the firmware answers {request.name} with type {frame.type:#04x}")
        return frame.payload

    def _wait_for(self, is_ours: Callable[[Frame], bool], request: Request) -> Frame:
        """Run until a frame arrives that `is_ours`; older answers are dropped on the way."""
        start = self._engine.instructions
        for _ in range(_MAX_STOPS):
            while self._frames:
                frame = self._frames.popleft()
                if is_ours(frame):
                    return frame
            self.stopped = self._engine.run(Stop(uart=_DELIMITER), self._limit)
            seen = self._engine.uart.read()
            self._frames.extend(self._splitter.feed(seen))
            if not self._frames and self.stopped.kind is not StopKind.UART:
                ran = self._engine.instructions - start
                raise self._no_answer(f"no answer to {request.name} after {ran:,} instructions")
        raise self._no_answer(f"no answer to {request.name} among much else")

    def _no_answer(self, what: str) -> LinkError:
        stopped = self.stopped
        assert stopped is not None
        why = f"{stopped.kind.value} at {stopped.pc:#010x}"
        if stopped.detail:
            why += f", {stopped.detail}"
        text = self._splitter.last_text
        return LinkError(
            f"{what}; the machine stopped: {why}",
            f"last on the console:\n{text}" if text else "nothing was printed on the console",
        )


def _stored(tensor: TensorInfo, given: npt.ArrayLike) -> bytes:
    """The elements of an input, as they lie in memory."""
    values = np.asarray(given)
    if values.size != tensor.elements:
        raise UserError(
            f"the features have {values.size} elements, the model's input has {tensor.elements}",
            f"give an array of shape {'x'.join(map(str, tensor.shape))}",
        )
    return tensor.store(values).tobytes()
