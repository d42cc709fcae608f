"""Peripheral models that users add: from installed packages, and from a platform's folder.

They are looked for when a .repl has a type that the workbench has no model of. The file beside a
.repl runs only when the user says that it is trusted: it may have come with the .repl.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from workbench.engines.scripts.trust import HINT, trusted
from workbench.errors import ExtensionError, PlatformError, WorkbenchError
from workbench.peripheral import Context, Peripheral, Timer, VirtualClock
from workbench.support.extensions import PERIPHERALS, Extension, installed, where_raised

FILE = "peripherals.py"
NAME = "PERIPHERALS"
"""What the file beside a .repl must define: a dictionary of types and their classes."""

_GUARDED = (
    "connect",
    "close",
    "power_on",
    "reset",
    "write",
    "signal",
    "receive",
    "save",
    "restore",
)


def models_for(types: Iterable[str], folder: Path) -> dict[str, type[Peripheral]]:
    """Return a model for each of `types` that is found outside the workbench.

    folder: where the .repl lies. Raises ExtensionError for a model that cannot be used or that two
    offer, PlatformError for a file that the user has not trusted.
    """
    wanted = set(types)
    if not wanted:
        return {}
    found: dict[str, tuple[type[Peripheral], str]] = {}
    for extension in installed(PERIPHERALS):
        if extension.name in wanted:
            _add(found, extension.name, model_of(extension), str(extension))
    if wanted - found.keys():
        file = folder / FILE
        for name, model in _models_of(file).items():
            if name in wanted:
                _add(found, name, _checked(model, name, str(file)), str(file))
    return {name: _guarded(model, name, source) for name, (model, source) in found.items()}


def model_of(extension: Extension) -> type[Peripheral]:
    """Return the class of an entry point; raise ExtensionError where it is not a model."""
    return _checked(extension.import_object(), extension.name, str(extension))


def _add(
    found: dict[str, tuple[type[Peripheral], str]], name: str, model: type[Peripheral], source: str
) -> None:
    if name in found:
        raise ExtensionError(
            f"two models of {name}: {found[name][1]}, and {source}",
            "uninstall one of the packages, or give one of the types another name",
        )
    found[name] = model, source


def _checked(model: Any, name: str, source: str) -> type[Peripheral]:
    if isinstance(model, type) and issubclass(model, Peripheral):
        return model
    raise ExtensionError(
        f"the model of {name} is {model!r} ({source})",
        "give a class derived from Peripheral of workbench.peripheral",
    )


def _models_of(file: Path) -> Mapping[str, Any]:
    """Run the file beside a .repl, if it is there, and return what it defines."""
    if not file.is_file():
        return {}
    if not trusted():
        raise PlatformError(
            f"{file} would run code for types of the .repl that have no model",
            HINT.replace("read the script", "read the file"),
        )
    spec = importlib.util.spec_from_file_location(f"_peripherals_of_{file.parent.name}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as error:
        raise ExtensionError(
            f"{file} cannot be imported: {type(error).__name__}: {error}", "correct the file"
        ) from error
    models = getattr(module, NAME, None)
    if not isinstance(models, dict):
        raise ExtensionError(
            f"{file} defines no dictionary {NAME}",
            f'add {NAME} = {{"Sensors.Mine": Mine}}: types of the .repl and their classes',
        )
    return models


def _guarded(model: type[Peripheral], name: str, source: str) -> type[Peripheral]:
    """Return the class; its errors are reported as those of the model, not of the workbench."""

    def guard(method: Callable[..., Any], what: str) -> Callable[..., Any]:
        @wraps(method)
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return method(*arguments, **named)
            except (WorkbenchError, KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # SystemExit too: it must not end the run
                raise _failure(name, source, what, error) from error

        return call

    def begin(self: Peripheral, context: Context) -> None:
        clock = _GuardedClock(context.clock, lambda callback: guard(callback, "a timer's callback"))
        vars_of = {**vars(context), "clock": clock}
        model.__init__(self, Context(**vars_of))

    def read(self: Peripheral, offset: int, width: int) -> int:
        value = model.read(self, offset, width)
        if not isinstance(value, int):
            raise TypeError(f"it returns {value!r}, not an int")
        return value & (1 << 8 * width) - 1

    members: dict[str, Any] = {
        "__init__": guard(begin, "__init__"),
        "read": guard(read, "read"),
    }
    for method in _GUARDED:
        if hasattr(model, method):
            members[method] = guard(getattr(model, method), method)
    return type(model.__name__, (model,), members)


class _GuardedClock:
    """The machine's clock; what its timers call is guarded as the methods are."""

    def __init__(
        self,
        clock: VirtualClock,
        guard: Callable[[Callable[[], None]], Callable[[], None]],
    ) -> None:
        self._clock = clock
        self._guard = guard

    @property
    def now(self) -> int:
        return self._clock.now

    @property
    def ticks_per_second(self) -> int:
        return self._clock.ticks_per_second

    def timer(self, callback: Callable[[], None]) -> Timer:
        return self._clock.timer(self._guard(callback))


def _failure(name: str, source: str, what: str, error: BaseException) -> ExtensionError:
    return ExtensionError(
        f"the model of {name} ({source}) fails in {what}: {type(error).__name__}: {error}"
        f" ({where_raised(error)})",
        "correct the model; docs/extending.md says what its methods are given and return",
    )
