"""Platforms that other installed packages bring: folders with a .repl and a platform.toml."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from workbench.errors import ExtensionError
from workbench.platform.settings import SETTINGS
from workbench.support.extensions import PLATFORMS, Extension, installed


def installed_names() -> tuple[str, ...]:
    """Return the names of the platforms that packages bring; imports none of them."""
    return tuple(dict.fromkeys(extension.name for extension in installed(PLATFORMS)))


def installed_folder(name: str) -> Path | None:
    """Return the folder of the platform of that name, None where no package brings one.

    Raises ExtensionError where two do, or where what is brought is not a platform.
    """
    found = [extension for extension in installed(PLATFORMS) if extension.name == name]
    if len(found) > 1:
        raise ExtensionError(
            f"two packages bring a platform {name}: {found[0]}, and {found[1]}",
            "uninstall one of them, or give the folder instead of the name",
        )
    return folder_of(found[0]) if found else None


def folder_of(extension: Extension) -> Path:
    """Return the folder that an entry point names; raise ExtensionError where it is not one."""
    value = extension.import_object()
    if isinstance(value, ModuleType):
        value = Path(value.__file__).parent if value.__file__ else None
    if not isinstance(value, str | os.PathLike):
        raise extension.error(f"is {value!r}, not the path of a folder nor a package in it")
    folder = Path(value)
    if not (folder / SETTINGS).is_file():
        raise extension.error(f"is the folder {folder}, in which there is no {SETTINGS}")
    return folder


class SearchPath(Iterable[Path]):
    """Where `using` finds the files of parts: `own` folders, then beside the installed platforms.

    The packages are looked at when a .repl has a `using`, and not before.
    """

    def __init__(self, *own: Path) -> None:
        self._own = own

    def __iter__(self) -> Iterator[Path]:
        yield from self._own
        for extension in installed(PLATFORMS):
            try:
                yield folder_of(extension).parent
            except ExtensionError:  # `workbench doctor` reports it
                continue
