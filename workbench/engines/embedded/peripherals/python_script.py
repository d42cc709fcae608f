"""Renode's Python.PythonPeripheral: a few lines of Python in the .repl that answer accesses.

Renode runs them with IronPython. The script sees `request`, `self` and `size` as there; up to
Renode 1.16.0 the attributes of `request` are written small, from 1.16.1 on with a capital, and
here both work.
"""

from __future__ import annotations

from pathlib import Path
from types import CodeType
from typing import Any

from workbench.engines.embedded.peripheral import Context, Peripheral
from workbench.errors import PlatformError

_KINDS = ("INIT", "READ", "WRITE", "USER")


class Request:
    """One access, or INIT at reset of a peripheral that is `initable`."""

    def __init__(self) -> None:
        self.type, self.value, self.offset, self.length = "INIT", 0, 0, 4
        self.absolute = self.counter = 0

    def __getattr__(self, name: str) -> Any:
        """`isRead` and `IsRead`, `value` and `Value`."""
        small = name[:1].lower() + name[1:]
        if small != name and small in vars(self):
            return vars(self)[small]
        if small[:2] == "is" and small[2:].upper() in _KINDS:
            return self.type == small[2:].upper()
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name[:1].lower() + name[1:], value)


class _Self:
    """What a script may call on `self`: logging, which goes nowhere below a warning."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def _silent(self, *_: object) -> None:
        pass

    NoisyLog = DebugLog = InfoLog = _silent

    def WarningLog(self, text: str, *_: object) -> None:  # noqa: N802 - Renode's name
        self._context.warn(f"{self._context.name}: {text}")

    ErrorLog = WarningLog


class PythonScript(Peripheral):
    """Runs the script for every access; its variables are the state."""

    STATE = frozenset({"variables"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._code = _compile(context)
        self._initable = bool(context.properties.get("initable", False))
        self._given = {"self": _Self(context), "size": context.size}
        self.variables: dict[str, Any] = {}
        self.reset()

    def reset(self) -> None:
        self.variables = {}
        if self._initable:
            self._run("INIT", 0, 4, 0)

    def read(self, offset: int, width: int) -> int:
        return self._run("READ", offset, width, 0) & ((1 << (8 * width)) - 1)

    def write(self, offset: int, width: int, value: int) -> None:
        self._run("WRITE", offset, width, value)

    def _run(self, kind: str, offset: int, width: int, value: int) -> int:
        request = Request()
        request.type, request.offset, request.length, request.value = kind, offset, width, value
        scope = self.variables | self._given | {"request": request}
        try:
            exec(self._code, scope)
            result = int(request.value)
        except Exception as error:
            raise PlatformError(
                f"the Python script of '{self.context.name}' fails at offset {offset:#x}: {error!r}",
                "scripts run in Python 3 here and in IronPython in Renode",
            ) from error
        hidden = {"request", "__builtins__", *self._given}
        self.variables = {name: item for name, item in scope.items() if name not in hidden}
        return result


def _compile(context: Context) -> CodeType:
    name, script = context.name, context.properties.get("script")
    filename = context.properties.get("filename")
    if isinstance(filename, str):
        try:
            script = Path(filename).read_text(encoding="utf-8")
        except OSError as error:
            raise PlatformError(
                f"'{name}' names the script '{filename}', which cannot be read: {error.strerror}",
                "a relative path starts at the current folder, in Renode at Renode's own",
            ) from None
    if not isinstance(script, str):
        raise PlatformError(f"'{name}' has neither script nor filename", "add one of them")
    try:
        return compile(script.strip("\r\n"), f"<script of {name}>", "exec")
    except (SyntaxError, ValueError) as error:
        raise PlatformError(f"the Python script of '{name}' is not valid: {error}") from None
