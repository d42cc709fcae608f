"""Renode's Python.PythonPeripheral: a few lines of Python in the .repl that answer accesses.

Renode runs them with IronPython. The script sees `request`, `self` and `size` as there; up to
Renode 1.16.0 the attributes of `request` are written small, from 1.16.1 on with a capital, and
here both work.
"""

from __future__ import annotations

import copy
from pathlib import Path
from types import CodeType, ModuleType
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
    """What a script may call on `self`: logging, which goes nowhere below a warning.

    `EraseFlash` is this engine's own; scripts look for it with hasattr.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def _silent(self, *_: object) -> None:
        pass

    NoisyLog = DebugLog = InfoLog = _silent

    def WarningLog(self, text: str, *_: object) -> None:  # noqa: N802 - Renode's name
        self._context.warn(f"{self._context.name}: {text}")

    ErrorLog = WarningLog

    def EraseFlash(self, address: int, size: int) -> None:  # noqa: N802 - beside Renode's names
        self._context.bus.erase_flash(address, size)


class PythonScript(Peripheral):
    """Runs the script for every access; the script's variables are the state.

    A script for a flash controller says with the variable `programs_flash` that stores to flash
    program it (in Renode they always do).
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._code = _compile(context)
        self._initable = bool(context.properties.get("initable", False))
        self._given = {"self": _Self(context), "size": context.size}
        self._scope: dict[str, Any] = {}  # stays the same object: functions refer to it
        self.reset()

    @property
    def programs_flash(self) -> bool:
        return bool(self._scope.get("programs_flash", False))

    def reset(self) -> None:
        self._restore({})
        if self._initable:
            self._run("INIT", 0, 4, 0)

    def read(self, offset: int, width: int) -> int:
        return self._run("READ", offset, width, 0) & ((1 << (8 * width)) - 1)

    def write(self, offset: int, width: int, value: int) -> None:
        self._run("WRITE", offset, width, value)

    def save(self) -> dict[str, Any]:
        hidden = {"request", "__builtins__", *self._given}
        variables = [
            (name, value if isinstance(value, ModuleType) else copy.deepcopy(value))
            for name, value in self._scope.items()
            if name not in hidden
        ]
        return {"variables": variables}

    def load(self, state: dict[str, Any]) -> None:
        self._restore(
            {
                name: value if isinstance(value, ModuleType) else copy.deepcopy(value)
                for name, value in state["variables"]
            }
        )

    def _restore(self, variables: dict[str, Any]) -> None:
        self._scope.clear()
        self._scope |= self._given | variables

    def _run(self, kind: str, offset: int, width: int, value: int) -> int:
        request = Request()
        request.type, request.offset, request.length, request.value = kind, offset, width, value
        self._scope["request"] = request
        try:
            exec(self._code, self._scope)
            return int(request.value)
        except Exception as error:
            raise PlatformError(
                f"the Python script of '{self.context.name}' fails at {offset:#x}: {error!r}",
                "scripts run in Python 3 here and in IronPython in Renode",
            ) from error


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
