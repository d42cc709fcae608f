"""A booted firmware that speaks our UART protocol: classify on it, and count each `Invoke()`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from workbench.engines import EngineChoice
from workbench.errors import CheckFailedError
from workbench.image import Image
from workbench.link import Client, Hello
from workbench.machine import LoadedMachine, open_machine
from workbench.model.features import Features
from workbench.model.tensor_info import distinct_names
from workbench.platform import Platform
from workbench.runs.call_counter import FunctionCalls, Measurement, Probe
from workbench.runs.points import inference_of
from workbench.runs.verdict import failures_explained
from workbench.trace import Trace

_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Classification:
    """What the firmware answered to one input.

    `label` and `scores` (dequantized, by label) are empty for a model without labels. `expected`
    is what the input says it is, in the model's labels, None where it does not say. `output`
    holds the bytes of all output tensors, `outputs` their elements by the tensors' names, in their
    order, dequantized; `note` says what was done to the input file.
    """

    name: str
    expected: str | None
    label: str
    scores: Mapping[str, float]
    output: bytes
    outputs: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    note: str = ""


def invoke_probe(machine: LoadedMachine) -> Probe:
    """Return a probe of `machine`, at reset, that counts each `Invoke()` of its firmware.

    Raises ImageError where the image has none.
    """
    entry = machine.image.symbol(inference_of(machine.image)).address
    return Probe(machine.engine, FunctionCalls("Invoke", entry))


class Session:
    """A machine with the firmware booted on it; `hello` is what the firmware said of itself."""

    def __init__(self, probe: Probe) -> None:
        """Boot the machine behind `probe`, which has been made by `invoke_probe`.

        Raises LinkError where it does not come up, ModelFailedError where its model has failed.
        """
        self.client = Client(probe)
        self.hello: Hello = self.client.start()
        self.engine_name = probe.name
        self._probe = probe
        self._invokes = probe.counter
        self.device_cycles: int | None = None
        """What the firmware's cycle counter said of its last inference."""

    def classify(self, features: Features) -> Classification:
        """Send `features` and return the firmware's answer.

        Raises UserError where they do not fit the model's input, LinkError where the firmware
        does not answer or refuses.
        """
        answer = self.client.answer(features)
        self.device_cycles = answer.cycles
        tensors = self.hello.outputs
        names = distinct_names(tensors, "output")
        elements = [
            tuple(tensor.real(output).reshape(-1).tolist())
            for tensor, output in zip(tensors, answer.outputs, strict=True)
        ]
        return Classification(
            name=features.name,
            expected=expected_label(features.expected, self.hello.labels),
            label=answer.label,
            scores=dict(zip(self.hello.labels, elements[0], strict=False)),
            output=b"".join(output.tobytes() for output in answer.outputs),
            outputs=dict(zip(names, elements, strict=True)),
            note=features.note,
        )

    def trace(self, features: Features) -> Trace:
        """Classify `features` and return the trace of that `Invoke()`, flash reads included.

        Raises CheckFailedError where `Invoke()` was not seen to end.
        """
        self._invokes.trace_next()
        self.classify(features)
        if self._invokes.trace is None:
            raise CheckFailedError("Invoke() was not seen to end", "is it a firmware of ours?")
        return self._invokes.trace

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the engine has warned of, each once."""
        return self._probe.warnings

    @property
    def invokes(self) -> Measurement:
        """Instructions of each `Invoke()` since the reset."""
        return self._invokes.result()


@contextmanager
def boot(
    image: Image,
    platform: Platform,
    engine: EngineChoice | str = EngineChoice.AUTO,
) -> Iterator[Session]:
    """Boot `image`, wait until it is ready, and yield the session with it."""
    with open_machine(engine, image, platform) as machine:
        probe = invoke_probe(machine)
        machine = machine.behind(probe)
        with failures_explained(machine):
            yield Session(probe)


def expected_label(said: str | None, labels: tuple[str, ...]) -> str | None:
    """Return what a model with `labels` should answer to the word `said`, None if that is open."""
    if said is None or said in labels:
        return said
    return _UNKNOWN if _UNKNOWN in labels else None
