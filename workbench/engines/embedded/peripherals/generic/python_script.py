"""Renode's Python.PythonPeripheral: a few lines of Python in the .repl that answer accesses.

Renode runs them with IronPython. The script sees `request`, `self` and `size` as there; up to
Renode 1.16.0 the attributes of `request` are written small, from 1.16.1 on with a capital, and
here both work. `workbench.engines.scripts` says what a script may do.
"""

from __future__ import annotations

import copy
from typing import Any, Protocol

from workbench.engines.scripts.check import refusal, script_of
from workbench.engines.scripts.compiler import compile_script
from workbench.engines.scripts.errors import BeyondSubsetError, ScriptError
from workbench.engines.scripts.expressions import Function
from workbench.engines.scripts.host import Host
from workbench.engines.scripts.process import ScriptProcess
from workbench.engines.scripts.request import ScriptRequest
from workbench.engines.scripts.trust import trusted
from workbench.errors import PlatformError
from workbench.peripheral import Context, Peripheral

_RANDOM = "random"  # in a saved state: the source of random numbers, no name of a script's


class _ScriptRunner(Protocol):
    """Runs a script and keeps its variables."""

    @property
    def programs_flash(self) -> bool: ...
    def run(self, request: ScriptRequest) -> None: ...
    def save(self) -> list[tuple[str, Any]]: ...
    def restore(self, variables: list[tuple[str, Any]]) -> None: ...
    def forget(self) -> None: ...
    def close(self) -> None: ...


class PythonScript(Peripheral):
    """Runs the script for every access; the script's variables are the state.

    A script for a flash controller says with the variable `programs_flash` that stores to flash
    program it (in Renode they always do).
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._file = ""
        self._runner = self._start()
        self._initable = bool(context.properties.get("initable", False))
        self.reset()

    @property
    def programs_flash(self) -> bool:
        return self._runner.programs_flash

    def reset(self) -> None:
        self._runner.forget()
        if self._initable:
            self._run("INIT", 0, 4, 0)

    def read(self, offset: int, width: int) -> int:
        return self._run("READ", offset, width, 0) & ((1 << (8 * width)) - 1)

    def write(self, offset: int, width: int, value: int) -> None:
        self._run("WRITE", offset, width, value)

    def save(self) -> dict[str, Any]:
        return {"variables": self._runner.save()}

    def restore(self, state: dict[str, Any]) -> None:
        self._runner.restore(state["variables"])

    def close(self) -> None:
        self._runner.close()

    def _start(self) -> _ScriptRunner:
        name = self.context.name
        text, self._file = script_of(name, self.context.properties)
        try:
            return _Interpreted(text, self._host())
        except BeyondSubsetError as error:
            if not trusted():
                raise refusal(name, self._where, error) from None
        except ScriptError as error:
            raise refusal(name, self._where, error) from None
        try:
            return ScriptProcess(text, self.context.size, self._warn, self._erase)
        except ScriptError as error:
            raise self._failure("", error) from None

    @property
    def _where(self) -> str:
        return self._file or self.context.source

    def _host(self) -> Host:
        return Host(self.context.size, self._warn, self._erase)

    def _warn(self, text: str) -> None:
        self.context.warn(f"{self.context.name}: {text}")

    def _erase(self, address: int, size: int) -> None:
        self.context.bus.erase_flash(address, size)

    def _run(self, kind: str, offset: int, width: int, value: int) -> int:
        request = ScriptRequest(kind, offset, width, value)
        try:
            self._runner.run(request)
            return int(request.value)
        except ScriptError as error:
            raise self._failure(f" at {offset:#x}", error) from None
        except (TypeError, ValueError, OverflowError) as error:
            raise self._failure(f" at {offset:#x}", ScriptError(str(error))) from None

    def _failure(self, at: str, error: ScriptError) -> PlatformError:
        where = f"{self._where}: " if self._where else ""
        line = f", line {error.line}" if error.line else ""
        return PlatformError(
            f"{where}the Python script of '{self.context.name}' fails{at}{line}: {error.message}",
            "correct the script; `workbench repl check` reads it",
        )


class _Interpreted:
    """A script within the subset."""

    def __init__(self, text: str, host: Host) -> None:
        self._script = compile_script(text)
        self._host = host
        self._variables: dict[str, Any] = {}

    @property
    def programs_flash(self) -> bool:
        return bool(self._variables.get("programs_flash"))

    def run(self, request: ScriptRequest) -> None:
        self._script.run(self._host, request, self._variables)

    def save(self) -> list[tuple[str, Any]]:
        values = []
        for name, value in self._variables.items():
            is_function = isinstance(value, Function)
            kept = {"function": value.key} if is_function else {"value": copy.deepcopy(value)}
            values.append((name, kept))
        return [(_RANDOM, {"value": self._host.random_state}), *values]

    def restore(self, variables: list[tuple[str, Any]]) -> None:
        (_, state), *rest = variables
        self._host.random_state = int(state["value"])
        self._variables = {
            name: self._script.functions[kept["function"]]
            if "function" in kept
            else copy.deepcopy(kept["value"])
            for name, kept in rest
        }

    def forget(self) -> None:
        self._variables = {}

    def close(self) -> None:
        pass
