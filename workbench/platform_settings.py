"""platform.toml, read key by key."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from workbench.errors import PlatformError
from workbench.toml import read_toml


class Settings:
    """platform.toml, key by key; what is missing, of the wrong type or unknown is an error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._asked: set[str] = set()
        self._values = read_toml(path, PlatformError, "check the path")

    def _error(self, message: str, hint: str) -> PlatformError:
        return PlatformError(f"{self._path} {message}", hint)

    def _get(self, key: str, kind: type, what: str, default: Any) -> Any:
        self._asked.add(key)
        if key not in self._values:
            if default is None:
                raise self._error(f"has no '{key}'", f"add {key} = {what}")
            return default
        value = self._values[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._error(f"has {key} = {value!r}", f"write {key} = {what}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; `default` where it is not given, an error where that is None too."""
        return str(self._get(key, str, '"..."', default))

    def number(self, key: str, default: int | None = None) -> int:
        """Return a whole number from 0 on, else as `text`."""
        value = int(self._get(key, int, "a number such as 168_000_000", default))
        if value < 0 and value != default:
            raise self._error(f"has {key} = {value}", "write a number from 0 on")
        return value

    def numbers(self, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """Return whole numbers above 0."""
        what = "a list such as [64_000_000, 168_000_000]"
        values = self._get(key, list, what, list(default))
        if not all(type(value) is int and value > 0 for value in values):
            raise self._error(f"has {key} = {values!r}", f"write {key} = {what}")
        return tuple(values)

    def table(self, key: str) -> dict[str, Any]:
        """Return a table as it stands, an empty one where it is not given."""
        return dict(self._get(key, dict, "a table", {}))

    def kinds(self, key: str) -> dict[str, str] | None:
        """Return a table of "flash" and "ram", None where it is not given."""
        if key not in self._values:
            self._asked.add(key)
            return None
        kinds = self.table(key)
        for name, kind in kinds.items():
            if kind not in ("flash", "ram"):
                raise self._error(
                    f"has {key}.{name} = {kind!r}", f'write {name} = "flash" or {name} = "ram"'
                )
        return kinds

    def finish(self) -> None:
        """Raise PlatformError for keys that were not asked for."""
        unknown = sorted(set(self._values) - self._asked)
        if unknown:
            close = difflib.get_close_matches(unknown[0], self._asked, n=1)
            raise self._error(
                f"has an unknown key '{unknown[0]}'",
                (f"did you mean '{close[0]}'? " if close else "")
                + f"known: {', '.join(sorted(self._asked))}",
            )
