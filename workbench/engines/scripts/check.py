"""What in a description would run code or write files on the host if Renode were given it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from workbench.engines.scripts.compiler import compile_script
from workbench.engines.scripts.errors import BeyondSubsetError, ScriptError
from workbench.engines.scripts.trust import HINT, trusted
from workbench.errors import PlatformError
from workbench.repl.description import Description, Dictionary, Entry, InlineObject, Value
from workbench.support.files import UnsuitableFileError, read_regular

_PYTHON = "Python."
_MOST_BYTES = 1 << 20

# Commands of Renode's Monitor that a description gives to its own blocks, and that do nothing but
# set a value; `include`, hooks and custom registers take code.
_COMMANDS = frozenset(
    {
        "ApplySVD",
        "CreateSeL4",
        "EUI48",
        "ExecutionMode",
        "IsHalted",
        "MarkAsSkippedOnLifeCycleReset",
        "MarkAsSkippedOnSystemReset",
        "MarkAsSkippedOnLowPowerExitReset",
        "ModelID",
        "PerformanceInMips",
        "RegisterCustomCSR",
        "RegisterTCMRegion",
        "RemoveTag",
        "SilenceRange",
        "Tag",
        "WriteByte",
        "WriteDoubleWord",
        "WriteQuadWord",
        "WriteWord",
    }
)
_COMMAND = re.compile(
    r"""\s*(\w+)(\s+(<[^<>;"'`$]*>|"[^"\n\\;`$]*"|@?[\w.:+/=-]+))*\s*(\#.*)?\Z""", re.ASCII
)
_NATIVE = re.compile(r"simulation|library|assembly", re.IGNORECASE)


def script_of(name: str, properties: Mapping[str, Value]) -> tuple[str, str]:
    """Return a script and the file that it is in, "" for the .repl; raise PlatformError."""
    filename, script = properties.get("filename"), properties.get("script")
    if isinstance(filename, str):
        try:
            return read_regular(Path(filename), _MOST_BYTES).decode(), filename
        except (OSError, UnsuitableFileError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or error
            raise PlatformError(
                f"'{name}' names the script '{filename}', which cannot be read: {why}",
                "a relative path starts at the current folder, in Renode at Renode's own",
            ) from None
    if isinstance(script, str):
        return script, ""
    raise PlatformError(f"'{name}' has neither script nor filename", "add one of them")


def refusal(name: str, where: str, error: ScriptError) -> PlatformError:
    """Return the error of a script that is beyond the subset, or not Python."""
    line = f", line {error.line}" if error.line else ""
    subject = f"{where}: the script of '{name}'{line}" if where else f"the script of '{name}'{line}"
    if isinstance(error, BeyondSubsetError):
        what = f"uses {error.message}, which scripts may only do if you trust them"
        return PlatformError(f"{subject}, {what}", HINT)
    return PlatformError(f"{subject}: {error.message}", "correct the script")


def require_harmless(description: Description) -> None:
    """Raise PlatformError for what would run code or write files, unless the user trusts it."""
    if trusted():
        return
    for entry in description.entries.values():
        at = entry.location  # none for `sysbus`, which is there by itself
        where = f"{at.file}:{at.line}" if at.file else description.files[-1]
        for name, kind, properties, monitor in _objects(entry):
            _require_harmless_object(name, where, kind, properties)
            for line in monitor:
                _require_harmless_command(name, where, line)


def _objects(
    entry: Entry,
) -> Iterator[tuple[str, str, Mapping[str, Value], tuple[str, ...]]]:
    """The entry and all objects within it: name, type, properties and lines for the Monitor."""
    lines = (*entry.init, *entry.reset, *entry.preinit)
    yield entry.name, entry.type, entry.properties, lines
    values: list[Value] = [*entry.properties.values()]
    for registration in entry.registrations:
        values += [registration.port, *registration.properties.values()]
    while values:
        value = values.pop()
        if isinstance(value, InlineObject):
            yield entry.name, value.type, value.properties, value.init
            values += value.properties.values()
        elif isinstance(value, Dictionary):
            values += [part for pair in value.items for part in pair]
        elif isinstance(value, tuple):
            values += value


def _require_harmless_object(
    name: str, where: str, kind: str, properties: Mapping[str, Value]
) -> None:
    if kind.startswith(_PYTHON):
        text, file = script_of(name, properties)
        try:
            compile_script(text)
        except ScriptError as error:
            raise refusal(name, file or where, error) from None
    for prop, value in properties.items():
        if _NATIVE.search(prop) and isinstance(value, str):
            raise _beyond(where, f"'{name}' loads code from the file '{value}'")
        if prop == "persistent" and value is True:
            raise _beyond(where, f"'{name}' writes to the file that it names")


def _require_harmless_command(name: str, where: str, line: str) -> None:
    found = _COMMAND.match(line)
    if (
        line.strip()
        and not line.lstrip().startswith("#")
        and (found is None or found[1] not in _COMMANDS)
    ):
        raise _beyond(where, f"'{name}' gives Renode the command '{line.strip()}'")


def _beyond(where: str, what: str) -> PlatformError:
    return PlatformError(f"{where}: {what}, which it may only do if you trust it", HINT)
