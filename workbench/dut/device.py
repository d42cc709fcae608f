"""A device under test: an image on a platform on an engine, and what a test does with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.armv7m import thumb
from workbench.builder.footprint import Footprint, measure_footprint
from workbench.dut import checks
from workbench.dut.budget import WHOLE_RUN, Budget
from workbench.dut.console import Console
from workbench.dut.evidence import Evidence, gather
from workbench.dut.guard import Guard
from workbench.engines import open_engine
from workbench.engines.base import (
    Engine,
    FaultState,
    Limit,
    Seconds,
    Snapshot,
    Stop,
    StopReason,
)
from workbench.errors import CheckFailedError, ImageError, UserError
from workbench.fault.diagnosis import Diagnosis
from workbench.image import Image
from workbench.link import Hello
from workbench.link.frames import Frame
from workbench.machine import LoadedMachine
from workbench.model.features import Features
from workbench.platform import Platform
from workbench.runs import controls, stimuli
from workbench.runs.call_counter import Measurement, Probe
from workbench.runs.controls import Drive
from workbench.runs.inference import Classification, Session, invoke_probe
from workbench.support.resources import own_model
from workbench.timing.latency import Latency, modelled_latencies
from workbench.timing.model import CycleModel
from workbench.trace import Trace

DEFAULT_LIMIT = Seconds(10.0)
"""Virtual time that a test waits for one thing."""

HELD = Seconds(stimuli.HELD)
"""Virtual time that a button is held where a test does not say."""


@dataclass(frozen=True)
class DeviceSnapshot:
    """The state of the machine, with what the test knew; for `DeviceUnderTest.restore`."""

    machine: Snapshot
    pending: bytes
    answered: tuple[tuple[Features, Classification], ...]


class DeviceUnderTest:
    """One machine. Close it when done; it is a context manager.

    Whatever waits takes a limit in virtual time or instructions, and raises CheckFailedError as
    soon as the console shows one of `fail_patterns`, the firmware faults or the core sleeps for
    good.
    """

    def __init__(self, engine: str = "auto", fail_patterns: Sequence[str] = ()) -> None:
        """`engine`: auto, renode or embedded; `fail_patterns` are regular expressions."""
        self._guard = Guard(open_engine(engine), fail_patterns)
        self.model = own_model()
        self._probe: Probe | None = None
        self._session: Session | None = None
        self._console = Console(self._guard, self._run)
        self._answered: list[tuple[Features, Classification]] = []
        self._starts_anew = False

    def load(self, image: Image, platform: Platform, model: Path | None = None) -> None:
        """Put `image` on the board and reset it; may be called again, for another image.

        `model` is the .tflite that the host compares with, the committed one where None.
        """
        self._forget()
        self._guard.load(image, platform)
        self.model = model or own_model()

    def __enter__(self) -> DeviceUnderTest:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._guard.close()

    @property
    def engine(self) -> Engine:
        """The machine itself."""
        return self._machine

    @property
    def image(self) -> Image:
        """What is loaded; raises UserError before `load`."""
        return self._loaded.image

    @property
    def platform(self) -> Platform:
        """What it runs on; raises UserError before `load`."""
        return self._loaded.platform

    @property
    def transcript(self) -> bytes:
        """All that the firmware has sent since reset."""
        return self._guard.uart.transcript

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the engine has warned of since this device was made, each once."""
        return self._guard.warnings

    @property
    def instructions(self) -> int:
        """Instructions issued since reset."""
        return self._guard.instructions

    @property
    def footprint(self) -> Footprint:
        """What the image takes of flash and RAM."""
        return measure_footprint(self.image)

    def reset(self) -> None:
        """Power-on reset."""
        self._guard.reset()
        self._forget()

    # -- any firmware ----------------------------------------------------------------------------

    def run(self, limit: Limit) -> StopReason:
        """Let the machine run for `limit`; it ends early where the core sleeps for good.

        Raises CheckFailedError where the firmware fails (see `workbench.runs.verdict`).
        """
        reason = self._run(Stop(), limit)
        if self._guard.failure:
            raise CheckFailedError(self._guard.failure)
        return reason

    def send(self, data: bytes) -> None:
        """Queue `data` for the console."""
        self._machine.uart.write(data)

    def press_button(self, name: str) -> None:
        """Press a button of the .repl; it is held until it is released."""
        self._drive(controls.button(self.platform, name, pressed=True))

    def release_button(self, name: str) -> None:
        """Release a button of the .repl."""
        self._drive(controls.button(self.platform, name, pressed=False))

    def press_and_release_button(self, name: str, held: Limit = HELD) -> None:
        """Press a button of the .repl, let the machine run for `held`, and release it."""
        self.press_button(name)
        self._run(Stop(idle=False), held)
        self.release_button(name)

    def set_pin(self, port: str, pin: int, level: bool) -> None:
        """Put a level on a pin of a GPIO port from outside; it stays until it is set anew."""
        self._drive((controls.pin(self.platform, port, pin, level),))

    def _drive(self, drives: Sequence[Drive]) -> None:
        for drive in drives:
            drive.apply(self._machine)

    def wait_for_line(self, pattern: str, limit: Limit = DEFAULT_LIMIT) -> str:
        """Run until the console shows a whole line that `pattern` (regex) is found in; return it.

        Raises CheckFailedError where none comes within `limit`.
        """
        return self._console.wait_for_line(pattern, limit)

    def wait_for_bytes(self, wanted: bytes, limit: Limit = DEFAULT_LIMIT) -> None:
        """Run until the console has sent exactly `wanted`, whatever came before it."""
        self._console.wait_for_bytes(wanted, limit)

    def exchange(
        self, type_: int, payload: bytes = b"", limit: Limit = DEFAULT_LIMIT
    ) -> Frame | None:
        """Send a frame of the link's protocol and return the answer; None where none comes."""
        return self._console.exchange(type_, payload, limit)

    def break_function(self, name: str) -> None:
        """Put an undefined instruction at the start of a function; the core faults there."""
        address = self.image.symbol(name).address & ~1
        self._machine.memory.write(address, thumb.UDF.to_bytes(2, "little"))

    # -- firmware that speaks our protocol -------------------------------------------------------

    def boot(self) -> Hello:
        """Run until the firmware is ready, and return what it says of itself.

        Raises LinkError where it does not come up, CheckFailedError where its model has failed,
        UserError where it is firmware of another kind.
        """
        try:
            self._probe = invoke_probe(self._loaded.behind(self._guard))
        except ImageError as error:
            raise UserError(
                error.message,
                "other firmware needs no boot: load it and wait for a line of its own, then check "
                "it (`Load Firmware`, `Wait For Line On UART`; machine.wait_for_line)",
            ) from error
        self._session = Session(self._probe)
        return self._session.hello

    @property
    def session(self) -> Session:
        """The booted firmware; raises UserError before `boot`."""
        if self._session is None:
            raise UserError("the firmware has not been booted", "boot it before this step")
        return self._session

    @property
    def hello(self) -> Hello:
        """What the firmware says of itself now."""
        return self.session.client.hello()

    @property
    def invokes(self) -> Measurement:
        """Instructions of each inference since reset."""
        return self.session.invokes

    @property
    def is_booted(self) -> bool:
        """Return whether firmware that speaks our protocol is ready."""
        return self._session is not None

    @property
    def answered(self) -> tuple[Classification, ...]:
        """All answers since reset."""
        return tuple(answer for _, answer in self._answered)

    @property
    def last_answer(self) -> Classification:
        """The answer to the input that was injected last."""
        if not self._answered:
            raise UserError("nothing has been classified yet", "inject features before this step")
        return self._answered[-1][1]

    def inject(self, path: Path) -> tuple[Classification, ...]:
        """Have the firmware classify all that is in a .wav, .npy or .npz file."""
        session = self.session
        answers = []
        for read in session.client.features_of([path]):
            features = replace(read, first=read.first or self._starts_anew)
            self._starts_anew = False
            answer = session.classify(features)
            self._answered.append((features, answer))
            answers.append(answer)
        return tuple(answers)

    def reset_model_state(self) -> None:
        """Give all that the model keeps from one input to the next the values of the start."""
        self.session.client.reset_state()
        self._starts_anew = True  # as it does in the host's model that the answers are held to

    def scores_should_match_host(self) -> None:
        """Raise CheckFailedError where an output so far is not, to the byte, that of
        `tflite_micro`.
        """
        _ = self.last_answer
        checks.same_model(self.session.hello, self.model)
        checks.scores_should_match_host(self._answered, self.model)

    # -- what it costs ---------------------------------------------------------------------------

    def stack_peak(self) -> int:
        """Return the most bytes of the main stack that were in use since reset.

        Firmware that speaks our protocol says it; of any other it is what was written (`Budget`).
        """
        return self.hello.stack_peak if self.is_booted else self._budget.stack_peak()

    def instructions_of(self, function: str | None = None) -> Measurement:
        """Return the instructions of each call of `function` that has ended since reset.

        Without one, of each inference, or where the firmware does not speak our protocol, of all
        that was executed.
        """
        if function is not None:
            return self._budget.calls(function)
        return self.invokes if self.is_booted else Measurement.of(WHOLE_RUN, [self.instructions])

    def latency(self, clock_hz: int | None = None, function: str | None = None) -> Latency:
        """Return the modelled latency of the first call of `function` at a core clock in Hz.

        Without a function, of the inference of the last input, run once more and undone, or where
        the firmware does not speak our protocol, of all that was executed since reset, without
        sleep. Without a clock, at the platform's.
        """
        clock = clock_hz or self.platform.clock_hz
        estimates = CycleModel.of(self.platform).estimates(self._traced(function), (clock,))
        (latency,) = modelled_latencies(estimates)
        return latency

    def _traced(self, function: str | None) -> Trace:
        if function is not None or not self.is_booted:
            return self._budget.trace(function)
        _ = self.last_answer
        saved = (
            self.snapshot()
        )  # what the model keeps, and the count of inferences, stay as they are
        try:
            return self.session.trace(self._answered[-1][0])
        finally:
            self.restore(saved)

    @property
    def _budget(self) -> Budget:
        return Budget(self._guard, self._loaded)

    # -- faults ----------------------------------------------------------------------------------

    @property
    def fault(self) -> FaultState | None:
        """The fault that was taken last since reset, if any."""
        return self._guard.fault

    @property
    def diagnosis(self) -> Diagnosis | None:
        """Why the firmware crashed last since reset, if it did."""
        return self._guard.diagnosis

    def wait_for_fault(self, limit: Limit = DEFAULT_LIMIT) -> Diagnosis:
        """Return why the firmware crashed, or run until it does; CheckFailedError without."""
        if self.diagnosis is None:
            self._machine.run(Stop(), limit)
            if self.diagnosis is None:
                raise CheckFailedError(f"no fault: {self._guard.why_it_ended}")
        assert self.diagnosis is not None
        return self.diagnosis

    # -- snapshots and evidence ------------------------------------------------------------------

    def snapshot(self) -> DeviceSnapshot:
        """Return the state of the machine and of the test, for `restore`."""
        return DeviceSnapshot(
            self._machine.snapshot(), self._console.pending, tuple(self._answered)
        )

    def restore(self, saved: DeviceSnapshot) -> None:
        """Go back to what `snapshot` returned."""
        self._machine.restore(saved.machine)
        self._console.pending = saved.pending
        self._answered = list(saved.answered)

    def evidence(self, snapshot: Path | None = None) -> Evidence:
        """Return what is to be kept of a failure; writes a snapshot to the file `snapshot`."""
        return gather(self._guard, self._loaded, snapshot)

    # -- within ----------------------------------------------------------------------------------

    def _forget(self) -> None:
        """The machine is at reset: nothing is known of it."""
        self._probe = self._session = None
        self._console = Console(self._guard, self._run)
        self._answered = []

    @property
    def _loaded(self) -> LoadedMachine:
        if self._guard.machine is None:
            raise UserError("no firmware is loaded", "load it before this step")
        return self._guard.machine

    @property
    def _machine(self) -> Engine:
        return self._probe or self._guard

    def _run(self, until: Stop, limit: Limit) -> StopReason:
        """Run; raise CheckFailedError at a fault."""
        reason = self._machine.run(until, limit)
        if reason.kind.is_crash:
            checks.should_not_have_faulted(self.diagnosis)
            raise CheckFailedError(f"the firmware failed: {self._guard.why_it_ended}")
        return reason
