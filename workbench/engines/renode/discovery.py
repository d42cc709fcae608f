"""Finding a Renode that works: what is named or found is loaded once before it is taken.

What the user names in the environment is taken or refused, never silently replaced; only where
nothing is named are the workbench's own folder, PATH and the usual folders searched.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.engines.renode.installations import (
    RenodeInstallation,
    binaries_at,
    installation_at,
    package_at,
)
from workbench.engines.renode.releases import installed_releases
from workbench.engines.renode.runtimes import CORECLR, MONO
from workbench.engines.renode.trial import try_out
from workbench.errors import EngineUnavailableError
from workbench.support.extras import how_to_install

# The variables by which users name a Renode are those of pyrenode3's README.
PORTABLE = "PYRENODE_BIN"
PACKAGE = "PYRENODE_PKG"
FOLDER = "PYRENODE_BUILD_DIR"
FOLDER_BINARIES = "PYRENODE_BUILD_OUTPUT"
RUNTIME = "PYRENODE_RUNTIME"
NAMES = (PORTABLE, PACKAGE, FOLDER, FOLDER_BINARIES, RUNTIME)

OLDEST = (1, 15, 3)  # the oldest release the engine was measured on

_USUAL_PLACES = ("/opt/renode*", "~/renode*", "~/.local/opt/renode*", "~/opt/renode*")

GET_RENODE = (
    "`workbench renode install` brings one; or get the portable Renode (1.15.3 or later, for .NET) "
    f"from https://github.com/renode/renode/releases and set {PORTABLE} to the `renode` in it; or "
    f"name a package in {PACKAGE}, or a built or installed folder in {FOLDER}."
)

Find = Callable[[], RenodeInstallation | None]


class NoRenodeError(EngineUnavailableError):
    """There is no Renode on this machine, as far as the workbench looks."""


def discover(
    environment: Mapping[str, str] | None = None, *, again: bool = False
) -> RenodeInstallation:
    """Return the Renode to use: it was seen to load a platform and to execute instructions.

    again: try a Renode anew that did not work the last time. Raises NoRenodeError where there is
    none, EngineUnavailableError that says what is wrong with the first that was found.
    """
    environment = os.environ if environment is None else environment
    refused: EngineUnavailableError | None = None
    for find in _named(environment) or _searched(environment):
        try:
            found = find()
            if found is not None:
                return working(found, again)
        except EngineUnavailableError as error:
            refused = refused or error
        except OSError as error:
            what = f"{error.filename or 'Renode'} cannot be read: {error.strerror or error}"
            refused = refused or EngineUnavailableError(what, GET_RENODE)
    raise refused or NoRenodeError(
        "no Renode found: not in the environment, not on PATH, not in the usual folders",
        GET_RENODE,
    )


def working(found: RenodeInstallation, again: bool) -> RenodeInstallation:
    """Return `found` with its version; raise EngineUnavailableError where it does not work here."""
    if importlib.util.find_spec("pythonnet") is None:
        raise EngineUnavailableError(
            f"{found} cannot be loaded: the Python package pythonnet is missing",
            how_to_install("renode"),
        )
    trial = try_out(found, again=again)
    found = replace(found, version=trial.version)
    if trial.version and _numbers(trial.version) < OLDEST:
        oldest = ".".join(str(part) for part in OLDEST)
        raise EngineUnavailableError(f"{found} is older than {oldest}", GET_RENODE)
    if not trial.works:
        raise EngineUnavailableError(
            f"{found} does not work here: {trial.why}",
            "`workbench renode install` brings another release; the embedded engine needs none "
            "(--engine embedded).",
        )
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _named(environment: Mapping[str, str]) -> list[Find]:
    """How to find the Renode that the environment names; nothing where it names none."""
    named = [name for name in (PORTABLE, PACKAGE, FOLDER) if environment.get(name)]
    if not named:
        return []
    if len(named) > 1:
        raise EngineUnavailableError(
            f"{' and '.join(named)} are both set", "Set one of them: each names a whole Renode."
        )
    (name,) = named
    path = Path(environment[name]).expanduser().absolute()
    runtime = environment.get(RUNTIME, "")
    if runtime not in ("", MONO, CORECLR):
        raise EngineUnavailableError(
            f"{RUNTIME} is {runtime!r}", f"Set it to {MONO} or {CORECLR}, or unset it."
        )
    if not path.exists():
        raise EngineUnavailableError(f"{name} names {path}, which does not exist", GET_RENODE)
    if name != FOLDER and not path.is_file():
        raise EngineUnavailableError(f"{name} names {path}, which is not a file", GET_RENODE)
    return [partial(_at_name, name, path, runtime, environment)]


def _at_name(
    name: str, path: Path, runtime: str, environment: Mapping[str, str]
) -> RenodeInstallation:
    binaries = environment.get(FOLDER_BINARIES)
    if name == PACKAGE:
        found = package_at(path, environment, runtime)
    elif name == FOLDER and binaries:
        found = binaries_at(path / binaries, path, "built folder", environment, runtime)
    else:
        found = installation_at(path, environment, runtime)
    if found is None:
        on = f" for {runtime}" if runtime else ""
        raise EngineUnavailableError(
            f"{name} names {path}, which does not hold a Renode{on}",
            f"Say in {FOLDER_BINARIES} where its binaries lie below it."
            if name == FOLDER
            else GET_RENODE,
        )
    return found


def _searched(environment: Mapping[str, str]) -> Iterator[Find]:
    """How to find each Renode on this machine, in the order of preference."""
    return (partial(installation_at, place, environment) for place in _places(environment))


def _places(environment: Mapping[str, str]) -> Iterator[Path]:
    on_path = shutil.which("renode", path=environment.get("PATH"))
    if on_path:
        yield Path(on_path).resolve()
    yield from installed_releases(environment)
    home = environment.get("HOME") or str(Path.home())
    for pattern in _USUAL_PLACES:
        pattern = pattern.replace("~", home, 1)
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
