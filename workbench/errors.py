"""The errors of the workbench: each says what, where and what to do, and carries an exit code.

Exit codes: 1 a check failed, 2 the user's input or set-up is at fault, 3 the workbench or one of
the tools under it broke. A fault or a time-out of the *firmware* is not an error: it is a
`workbench.engines.base.StopReason`.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.text import printable

INTERRUPTED = 130
"""Exit code after Ctrl-C, as of a program that SIGINT ends; after SIGTERM as well."""


class WorkbenchError(Exception):
    """The workbench could not do its work.

    `message` says what is wrong and where, `hint` what to do about it. `details` are lines that
    say what led to it, `warnings` what the engine had warned of until then.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        hint: str = "",
        details: Sequence[str] = (),
        warnings: Sequence[str] = (),
    ) -> None:
        # All go to terminals, of pytest and Robot Framework too, and quote what files hold.
        self.message, self.hint = printable(message), printable(hint)
        self.details = tuple(printable(line) for line in details)
        self.warnings = tuple(warnings)
        super().__init__(self.message)

    @property
    def lines(self) -> tuple[str, ...]:
        """The message with its details and warnings, for a reader."""
        warnings = (f"warning: {printable(text)}" for text in self.warnings)
        return (self.message, *self.details, *warnings)

    def __str__(self) -> str:
        hint = (f"  hint: {self.hint}",) if self.hint else ()
        return "\n".join((*self.lines, *hint))


class CheckFailedError(WorkbenchError):
    """A check of the firmware did not hold: wrong label, over budget, unexpected fault."""

    exit_code = 1


class UserError(WorkbenchError):
    """What the user gave is missing, malformed or does not fit together."""

    exit_code = 2


class ImageError(UserError):
    """An ELF file is missing, truncated, corrupt or not for a Cortex-M."""


class ModelError(UserError):
    """A .tflite file is missing, corrupt or not supported."""


class PlatformError(UserError):
    """A platform folder, platform.toml or the choice of a console does not hold together."""


class ExtensionError(UserError):
    """A peripheral model or a platform from outside the workbench cannot be used."""


class ReplError(UserError):
    """A .repl file has an error; `file`, `line` and `column` (1-based) say where."""

    def __init__(
        self, message: str, *, file: str, line: int = 0, column: int = 0, hint: str = ""
    ) -> None:
        where = f"{file}:{line}:{column}" if line else file
        super().__init__(f"{where}: {message}", hint)
        self.file = file
        self.line = line
        self.column = column


class FeatureError(UserError):
    """A recording or a feature file cannot be read or has the wrong shape, type or rate."""


class ToolchainError(UserError):
    """A compiler or build tool that the job needs is not installed or too old."""


class BuildError(UserError):
    """The firmware did not compile or link; the message carries the tool's own output."""


class EngineUnavailableError(UserError):
    """The engine asked for is not usable on this machine."""


class EngineError(WorkbenchError):
    """The engine broke: it died, hung or contradicted itself."""


class LinkError(WorkbenchError):
    """The firmware did not answer on the UART, or not in the protocol."""

    exit_code = 1
