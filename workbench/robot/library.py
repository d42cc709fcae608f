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
from workbench.dut import DeviceUnderTest
from workbench.errors import UserError, WorkbenchError
from workbench.image import Image
from workbench.link import Hello
from workbench.link.transcript import readable
from workbench.platform import select_platform
from workbench.robot.context import snapshot_file, wanted_engine, wanted_uart_pacing
from workbench.robot.keywords import (
    ConsoleKeywords,
    CostKeywords,
    FaultKeywords,
    InferenceKeywords,
    PinKeywords,
    SnapshotKeywords,
)
from workbench.robot.listener import SuiteListener
from workbench.robot.outcome import Outcome
from workbench.runs.limits import parse_limit
from workbench.support.distinct import Distinct
from workbench.text import printable


@library(scope="SUITE", version=__version__, doc_format="ROBOT")
class Workbench(
    PinKeywords,
    ConsoleKeywords,
    InferenceKeywords,
    CostKeywords,
    FaultKeywords,
    SnapshotKeywords,
):
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
        super().__init__()
        self.ROBOT_LIBRARY_LISTENER = SuiteListener(
            self._begin_test, self._log_warnings, self._keep_evidence, self.close
        )
        self._engine = engine
        self._platform = platform
        self._uart_pacing = uart_pacing
        self._fail_patterns = (fail_pattern,) if fail_pattern else ()
        self._warnings = Distinct()  # of the engine, in the log already

    # -- the suite -------------------------------------------------------------------------------

    def final_outcome(self) -> Outcome:
        """Return what is known of the test that ends now."""
        if self.machine is not None:
            self.outcome.engine = self.machine.engine.name
            self.outcome.transcript = readable(self.machine.transcript)
            with contextlib.suppress(UserError):  # nothing is loaded, or it was not booted
                self.outcome.board = self.machine.platform.name
                self.outcome.kernels = self.machine.session.hello.kernels
        return self.outcome

    def close(self) -> None:
        """Free the machine."""
        if self.machine is not None:
            self.machine.close()
        self.machine = None

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
            image = Image.from_file(Path(str(elf)))
            pacing = wanted_uart_pacing(self._uart_pacing)
            target = select_platform(platform or self._platform, uart_pacing=pacing)
            self.forget_snapshots()
            if self.machine is None:
                self.machine = DeviceUnderTest(wanted_engine(self._engine), self._fail_patterns)
            self.machine.load(image, target, Path(model) if model else None)

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
            return self.device.boot()

    @keyword
    def start_firmware(self) -> Hello:
        """Run firmware that is loaded until it is ready; returns what `Boot Firmware` does."""
        with self.outcome.of_keyword():
            return self.device.boot()

    @keyword
    def reset_firmware(self) -> None:
        """Power-on reset; the firmware is to be booted again."""
        with self.outcome.of_keyword():
            self.device.reset()

    @keyword
    def run_for(self, limit: str) -> None:
        """Let the machine run for a virtual time or a number of instructions."""
        with self.outcome.of_keyword():
            self.device.run(parse_limit(limit))

    # -- within ----------------------------------------------------------------------------------

    def _begin_test(self) -> None:
        self.outcome = Outcome()

    def _log_warnings(self) -> None:
        """Log what the engine has warned of, each once in a suite."""
        if self.machine is None:
            return
        for text in self._warnings.add(self.machine.warnings):
            self.outcome.warnings.append(text)
            logger.warn(printable(text))

    def _keep_evidence(self) -> None:
        """Log the evidence with the keyword that failed the test; only the first one's."""
        if self.outcome.evidence or self.machine is None:
            return
        try:
            evidence = self.machine.evidence(snapshot_file())
        except WorkbenchError as error:
            self.outcome.evidence = f"the machine cannot be looked at: {error.message}"
        else:
            self.outcome.evidence = "\n".join(evidence.lines())
        logger.info(self.outcome.evidence)
