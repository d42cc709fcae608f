"""Keywords that boot firmware on an emulated board and check what it does.

Nothing is computed here: a keyword turns its arguments into values and calls
`workbench.dut.DeviceUnderTest` or one of its checks.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword, library

from workbench import __version__
from workbench.benchmark.fit import fit_arena
from workbench.builder import BuiltImage, build, plan_build
from workbench.dut import DeviceSnapshot, DeviceUnderTest, checks
from workbench.errors import UserError, WorkbenchError
from workbench.image import Image
from workbench.link import Hello, reply_name
from workbench.link.transcript import readable
from workbench.platform import load_platform
from workbench.robot.context import snapshot_file, wanted_engine, wanted_uart_pacing
from workbench.robot.listener import SuiteListener
from workbench.robot.outcome import Outcome
from workbench.robot.quantities import (
    parse_bytes,
    parse_count,
    parse_frequency,
    parse_request,
)
from workbench.runs.controls import parse_level
from workbench.runs.limits import parse_limit, parse_seconds
from workbench.text import printable


@library(scope="SUITE", version=__version__, doc_format="ROBOT")
class Workbench:
    """Boots TinyML firmware for Cortex-M4 on an emulated board, and checks what it answers.

    | Library    workbench.robot.Workbench    engine=auto    platform=stm32f4_discovery
    |
    | *Test Cases*
    | Says Yes
    |     Boot Firmware               build/firmware.elf
    |     Inject Features             yes.wav
    |     Label Should Be             yes
    |     Latency Should Be At Most   2 ms    at=64 MHz
    |     Firmware Should Not Fault

    = Engines =

    ``engine`` is ``renode``, ``embedded``, or ``auto``: what ``workbench test --engine`` says (the
    variable ``${ENGINE}``), else Renode where it is installed. A suite runs unchanged on either.

    = Limits =

    What waits takes a ``limit`` in virtual time (``200ms``, ``5s``) or in instructions
    (``10Minstr``); both are exact and the same on every run, however slow the host is. A fault, a
    core that sleeps for good and a text that matches ``fail_pattern`` end a wait at once.

    = When a test fails =

    The log holds the UART transcript, the instructions that were issued last, the registers and
    the fault, and a snapshot lies beside the log. ``workbench gdb ELF --snapshot FILE`` opens it.
    """

    def __init__(
        self,
        engine: str = "auto",
        platform: str | None = None,
        fail_pattern: str | None = None,
        uart_pacing: str | None = None,
    ) -> None:
        """``platform`` is the name of a board or the folder of a platform.

        ``uart_pacing`` is ``baud`` or ``off``: whether bytes come to the console at the baud rate
        that the firmware sets, or as fast as it takes them; else it is as the platform says.

        ``fail_pattern`` is a regular expression that must never come up on the console.
        """
        self.ROBOT_LIBRARY_LISTENER = SuiteListener(
            self._begin_test, self._tell_warnings, self._keep_evidence, self.close
        )
        self.outcome = Outcome()
        self._engine = engine
        self._platform = platform
        self._uart_pacing = uart_pacing
        self._fail_patterns = (fail_pattern,) if fail_pattern else ()
        self._device: DeviceUnderTest | None = None
        self._snapshots: dict[str, DeviceSnapshot] = {}
        self._told: set[str] = set()  # warnings of the engine that the log has

    # -- the suite -------------------------------------------------------------------------------

    def final_outcome(self) -> Outcome:
        """Return what is known of the test that ends now."""
        if self._device is not None:
            self.outcome.engine = self._device.engine.name
            self.outcome.transcript = readable(self._device.transcript)
            with contextlib.suppress(UserError):  # nothing is loaded, or it was not booted
                self.outcome.board = self._device.platform.name
                self.outcome.kernels = self._device.session.hello.kernels
        return self.outcome

    def close(self) -> None:
        """Free the machine."""
        if self._device is not None:
            self._device.close()
        self._device = None

    # -- start -----------------------------------------------------------------------------------

    @keyword
    def build_firmware(
        self, board: str, kernels: str = "cmsis_nn", model: str | None = None
    ) -> BuiltImage:
        """Build the demo firmware, or take it from the cache, and return what was built.

        The value has ``elf``, and ``footprint.flash`` and ``footprint.ram`` in bytes.
        """
        with self.outcome.of_keyword():
            plan = plan_build(board, kernels, Path(model) if model else None)
            return build(fit_arena(plan))

    @keyword
    def load_firmware(
        self, elf: str, platform: str | None = None, model: str | None = None
    ) -> None:
        """Put any ELF for a Cortex-M4 on the board and reset it; nothing is executed yet.

        ``model`` is the .tflite for `Scores Should Match Host`, the committed one where not given.
        """
        with self.outcome.of_keyword():
            image = Image.load(Path(str(elf)))
            pacing = wanted_uart_pacing(self._uart_pacing)
            target = load_platform(platform or self._platform, uart_pacing=pacing)
            self._snapshots.clear()
            if self._device is None:
                self._device = DeviceUnderTest(wanted_engine(self._engine), self._fail_patterns)
            self._device.load(image, target, Path(model) if model else None)

    @keyword
    def boot_firmware(
        self, elf: str, platform: str | None = None, model: str | None = None
    ) -> Hello:
        """Load firmware that speaks the workbench's protocol, run it until it is ready.

        Returns what the firmware says of itself: ``board``, ``kernels``, ``labels``,
        ``arena_used``, ``stack_peak``, ``model_sha256``, ``inputs`` and more.
        """
        self.load_firmware(elf, platform, model)
        with self.outcome.of_keyword():
            return self._dut.boot()

    @keyword
    def start_firmware(self) -> Hello:
        """Run firmware that is loaded until it is ready; returns what `Boot Firmware` does."""
        with self.outcome.of_keyword():
            return self._dut.boot()

    @keyword
    def reset_firmware(self) -> None:
        """Power-on reset; the firmware is to be booted again."""
        with self.outcome.of_keyword():
            self._dut.reset()

    @keyword
    def run_for(self, limit: str) -> None:
        """Let the machine run for a virtual time or a number of instructions."""
        with self.outcome.of_keyword():
            self._dut.run(parse_limit(limit))

    # -- buttons and pins ------------------------------------------------------------------------

    @keyword
    def press_button(self, name: str) -> None:
        """Press a button, by its name in the .repl; it is held until `Release Button`."""
        with self.outcome.of_keyword():
            self._dut.press_button(name)

    @keyword
    def release_button(self, name: str) -> None:
        """Release a button, by its name in the .repl."""
        with self.outcome.of_keyword():
            self._dut.release_button(name)

    @keyword
    def press_and_release_button(self, name: str, held: str = "100ms") -> None:
        """Press a button, let the machine run while it is ``held``, and release it."""
        with self.outcome.of_keyword():
            self._dut.press_and_release_button(name, parse_limit(held))

    @keyword
    def set_pin(self, port: str, pin: int, level: str) -> None:
        """Put a level, ``high`` or ``low``, on a pin of a GPIO port; it stays until set anew.

        | Set Pin    gpioPortA    3    high
        """
        with self.outcome.of_keyword():
            self._dut.set_pin(port, pin, parse_level(level))

    # -- the console -----------------------------------------------------------------------------

    @keyword("Wait For Line On UART")
    def wait_for_line(self, pattern: str, limit: str = "10s") -> str:
        """Run until a line comes in which the regular expression is found; return the line."""
        with self.outcome.of_keyword():
            return self._dut.wait_for_line(pattern, parse_limit(limit))

    @keyword("Wait For Bytes On UART")
    def wait_for_bytes(self, expected: str, limit: str = "10s") -> None:
        """Run until the console has sent these bytes, in hexadecimal."""
        with self.outcome.of_keyword():
            self._dut.wait_for_bytes(parse_bytes(expected), parse_limit(limit))

    @keyword("Send Line To UART")
    def send_line(self, text: str, end: str = "\n") -> None:
        """Send a line of text; it arrives while the machine runs."""
        with self.outcome.of_keyword():
            self._dut.send(text.encode() + end.encode())

    @keyword("Send Bytes To UART")
    def send_bytes(self, data: str) -> None:
        """Send bytes, in hexadecimal."""
        with self.outcome.of_keyword():
            self._dut.send(parse_bytes(data))

    @keyword
    def send_frame(self, type: str, payload: str = "", limit: str = "10s") -> str:
        """Send a frame and return the type of the answer: HELLO, ERROR, ... or NONE.

        ``type`` is HELLO, INFER, STATISTICS, RESET_STATE or a number; ``payload`` is
        hexadecimal. The protocol is in firmware/PROTOCOL.md.
        """
        with self.outcome.of_keyword():
            answer = self._dut.exchange(
                parse_request(type), parse_bytes(payload), parse_limit(limit)
            )
            return reply_name(answer.type) if answer is not None else "NONE"

    @keyword("UART Transcript")
    def transcript(self) -> str:
        """Return all that the firmware has sent, as text."""
        with self.outcome.of_keyword():
            return readable(self._dut.transcript)

    # -- inference -------------------------------------------------------------------------------

    @keyword
    def inject_features(self, *files: str) -> str:
        """Have the firmware classify recordings (.wav) or features (.npy, .npz).

        Returns the label of the last one.
        """
        with self.outcome.of_keyword():
            for file in files:
                for answer in self._dut.inject(Path(file)):
                    logger.info(f"{answer.name}: {answer.label}")
            return self._dut.last_answer.label

    @keyword
    def reset_model_state(self) -> None:
        """Give all that the model keeps from one input to the next the values of the start.

        Each file of features begins so by itself.
        """
        with self.outcome.of_keyword():
            self._dut.reset_model_state()

    @keyword
    def label_should_be(self, expected: str) -> None:
        """The label of the input that was injected last is ``expected``."""
        with self.outcome.of_keyword():
            checks.label_should_be(self._dut.last_answer, expected)

    @keyword
    def scores_should_match_host(self) -> None:
        """All outputs so far are, to the byte, what ``tflite_micro`` computes on the host."""
        with self.outcome.of_keyword():
            self._dut.scores_should_match_host()

    # -- cost ------------------------------------------------------------------------------------

    @keyword
    def instructions_should_be_at_most(self, limit: str, function: str | None = None) -> int:
        """No inference so far took more instructions; returns how many the longest took.

        With a ``function``, no call of it that has ended since reset did. Without, firmware that
        does not speak the workbench's protocol is held to all that it has executed since reset.
        """
        with self.outcome.of_keyword():
            seen = self._dut.instructions_of(function)
            checks.instructions_should_be_at_most(seen, parse_count(limit))
            return checks.most_instructions(seen)

    @keyword
    def latency_should_be_at_most(
        self, limit: str, at: str | None = None, function: str | None = None
    ) -> float:
        """The inference of the last input takes no longer at a core clock, such as ``at=64 MHz``.

        The latency is modelled from the instructions of that inference, which is run once more
        behind it; then the machine is put back, so that what the model keeps from one input to the
        next (variables, LSTM, SVDF) has seen each input once. The upper end of the interval counts.
        Returns the best estimate in seconds. Without ``at``
        the clock is the platform's. With a ``function``, its first call since reset is what counts;
        without, of firmware that does not speak the workbench's protocol all since reset.
        """
        with self.outcome.of_keyword():
            latency = self._dut.latency(parse_frequency(at) if at else None, function)
            checks.latency_should_be_at_most(latency, parse_seconds(limit))
            return latency.seconds

    @keyword
    def arena_should_be_at_most(self, limit: str) -> int:
        """The model uses no more bytes of the tensor arena; returns how many it uses."""
        with self.outcome.of_keyword():
            used = self._dut.hello.arena_used
            checks.at_most("bytes of arena used", used, parse_count(limit))
            return used

    @keyword
    def stack_should_be_at_most(self, limit: str) -> int:
        """The main stack has not grown beyond so many bytes; returns its peak so far.

        Firmware that speaks the workbench's protocol says it. Any other is run once more on a
        stack that was filled with a pattern.
        """
        with self.outcome.of_keyword():
            peak = self._dut.stack_peak()
            checks.at_most("bytes of stack", peak, parse_count(limit))
            return peak

    @keyword
    def flash_should_be_at_most(self, limit: str) -> int:
        """Code, constants and model take no more bytes of flash; returns how many they take."""
        with self.outcome.of_keyword():
            size = self._dut.footprint.flash
            checks.at_most("bytes of flash", size, parse_count(limit))
            return size

    @keyword("RAM Should Be At Most")
    def ram_should_be_at_most(self, limit: str) -> int:
        """Data, arena and stack take no more bytes of RAM; returns how many they take."""
        with self.outcome.of_keyword():
            size = self._dut.footprint.ram
            checks.at_most("bytes of RAM", size, parse_count(limit))
            return size

    @keyword
    def instructions_since_reset(self) -> int:
        """Return the instructions issued since reset."""
        with self.outcome.of_keyword():
            return self._dut.instructions

    # -- faults ----------------------------------------------------------------------------------

    @keyword
    def firmware_should_not_fault(self) -> None:
        """The core has taken no fault since reset."""
        with self.outcome.of_keyword():
            checks.should_not_have_faulted(self._dut.diagnosis)

    @keyword
    def fault_should_be(self, kind: str, function: str | None = None, limit: str = "10s") -> None:
        """The core has taken this fault, or takes it within the limit.

        ``kind`` is an exception (UsageFault, BusFault, MemManage, HardFault), the one that was
        taken or the one that was escalated, or a cause as the manual spells it (UNDEFINSTR,
        DIVBYZERO, PRECISERR, ...), or StackOverflow or Lockup; ``function`` is where.
        """
        with self.outcome.of_keyword():
            checks.fault_should_be(self._dut.wait_for_fault(parse_limit(limit)), kind, function)

    @keyword
    def break_function(self, name: str) -> None:
        """Put an undefined instruction at the start of a function: what happens when it crashes?"""
        with self.outcome.of_keyword():
            self._dut.break_function(name)

    # -- snapshots -------------------------------------------------------------------------------

    @keyword
    def take_snapshot(self, name: str = "snapshot") -> None:
        """Keep the whole state of the machine under a name."""
        with self.outcome.of_keyword():
            self._snapshots[name] = self._dut.snapshot()

    @keyword
    def restore_snapshot(self, name: str = "snapshot") -> None:
        """Go back to a state that was kept; counts, time and console go back with it."""
        with self.outcome.of_keyword():
            if name not in self._snapshots:
                raise UserError(f"no snapshot '{name}'", "take it first, after the last load")
            self._dut.restore(self._snapshots[name])

    # -- within ----------------------------------------------------------------------------------

    @property
    def _dut(self) -> DeviceUnderTest:
        if self._device is None:
            raise UserError("no firmware is loaded", "use Load Firmware or Boot Firmware before")
        return self._device

    def _begin_test(self) -> None:
        self.outcome = Outcome()

    def _tell_warnings(self) -> None:
        """Log what the engine has warned of, each once in a suite."""
        for text in self._device.warnings if self._device is not None else ():
            if text not in self._told:
                self._told.add(text)
                self.outcome.warnings.append(text)
                logger.warn(printable(text))

    def _keep_evidence(self) -> None:
        """Log the evidence with the keyword that failed the test; only the first one's."""
        if self.outcome.evidence or self._device is None:
            return
        try:
            evidence = self._device.evidence(snapshot_file())
        except WorkbenchError as error:
            self.outcome.evidence = f"the machine cannot be looked at: {error.message}"
        else:
            self.outcome.evidence = "\n".join(evidence.lines())
        logger.info(self.outcome.evidence)
