"""What other installed packages add to the workbench, by entry points."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from typing import Any

from workbench.errors import ExtensionError

PERIPHERALS = "tinyml_workbench.peripherals"
"""Entry points named after a type of a .repl: a class derived from `workbench.peripheral`'s."""
PLATFORMS = "tinyml_workbench.platforms"
"""Entry points named after a platform: its folder, as a path or as a package in that folder."""


@dataclass(frozen=True)
class Extension:
    """One entry point. package: name and version of what is installed, "" where unknown."""

    group: str
    name: str
    value: str
    package: str

    def __str__(self) -> str:
        return f"{self.value} of {self.package}" if self.package else self.value

    def import_object(self) -> Any:
        """Import what the entry point names; raise ExtensionError where that fails."""
        try:
            return metadata.EntryPoint(self.name, self.value, self.group).load()
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # SystemExit too: the package's own code runs here
            raise self.error(f"cannot be imported: {type(error).__name__}: {error}") from error

    def error(self, what: str) -> ExtensionError:
        """Return the error that says `what` of this extension."""
        return ExtensionError(
            f"{self.name}, which the entry point {self} adds, {what}",
            f"correct the package, or uninstall {self.package or 'it'}",
        )


def installed(group: str) -> tuple[Extension, ...]:
    """Return the entry points of a group in the order of their names; imports none of them."""
    found = {_extension(group, point) for point in metadata.entry_points(group=group)}
    return tuple(sorted(found, key=lambda one: (one.name, one.package, one.value)))


def _extension(group: str, point: metadata.EntryPoint) -> Extension:
    package = f"{point.dist.name} {point.dist.version}" if point.dist is not None else ""
    return Extension(group, point.name, point.value, package)


def where_raised(error: BaseException) -> str:
    """Return file and line of the innermost frame in which `error` was raised, "" for none."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
