"""Custom operators of the user's: TFLM-style sources that are compiled into the firmware."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import BuildError, UserError
from workbench.support.files import MIB, read_file
from workbench.support.toml import read_toml

SETTINGS, TABLE = "workbench.toml", "custom-op"
_SYNTAX = "NAME=FILE.cc or NAME=FILE.cc:Register_FUNCTION"
_FUNCTION = re.compile(r"[A-Za-z_]\w*(::[A-Za-z_]\w*)*")
_MOST_BYTES = 16 * MIB
_PREPROCESS_SECONDS = 60


@dataclass(frozen=True)
class CustomOp:
    """One operator.

    name: its custom code in the model. register: the function that returns its TFLMRegistration,
    by value or as a pointer; looked up in the namespace tflite too. digest: over the source and the
    headers of the user's that it includes.
    """

    name: str
    source: Path
    register: str
    digest: str = ""


def read_custom_ops(given: Sequence[str], settings: Path | None = None) -> tuple[CustomOp, ...]:
    """Return the operators of the options --custom-op, and of workbench.toml.

    settings: a workbench.toml; None is the one in the current folder, if there is one. Its table
    [custom-op] has a row NAME = "FILE.cc" for each, paths relative to it; an option of the same
    name goes before it. Raises UserError for what does not hold together.
    """
    path = settings or Path(SETTINGS)
    found = {}
    if settings is not None or path.is_file():
        for name, value in _table(path).items():
            found[name] = _parse(f"{name}={value}", f"{path}: ", path.parent)
    for text in given:
        custom = _parse(text, "--custom-op ", Path())
        found[custom.name] = custom
    return tuple(found.values())


def with_digest(custom: CustomOp, compiler: Path, include: Sequence[Path]) -> CustomOp:
    """Return `custom` with its digest, which the compiler's list of dependencies is taken for.

    include: the folders of the runtime's headers, whose content others answer for. Raises
    BuildError where the source does not preprocess.
    """
    folders = [f"-I{folder}" for folder in include]
    command = [str(compiler), "-x", "c++", "-std=gnu++17", "-MM", "-MT", "x", *folders]
    try:
        done = subprocess.run(
            [*command, str(custom.source)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PREPROCESS_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildError(f"{custom.source}: could not be preprocessed: {error}") from error
    if done.returncode:
        raise BuildError(f"{custom.source} does not compile:\n{done.stderr.strip()}")
    total = hashlib.sha256()
    for path in sorted(_dependencies(done.stdout)):
        if not any(folder in path.parents for folder in include):
            total.update(f"{path}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return CustomOp(custom.name, custom.source, custom.register, total.hexdigest())


def _dependencies(rule: str) -> Iterable[Path]:
    """The files of a Makefile's rule, in which a blank of a name has a backslash before it."""
    _, _, files = rule.replace("\\\n", " ").partition(":")
    names = re.findall(r"(?:\\.|[^\s\\])+", files)
    return {Path(re.sub(r"\\(.)", r"\1", name)).resolve() for name in names}


def _table(path: Path) -> dict[str, object]:
    table = read_toml(path, UserError, f"see [{TABLE}] in docs/models.md").get(TABLE, {})
    if not isinstance(table, dict):
        raise UserError(f"{path}: '{TABLE}' is not a table", f"write [{TABLE}]")
    return table


def _parse(text: str, where: str, folder: Path) -> CustomOp:
    name, equals, place = text.partition("=")
    source, colon, register = place.partition(":")
    if not name or not equals or not source:
        raise UserError(f"{where}'{text}' is not {_SYNTAX}", f"write {_SYNTAX}")
    if "\\" in name or '"' in name or not name.isprintable():
        raise UserError(f"{where}'{name}' cannot be the name of an operator", f"write {_SYNTAX}")
    register = register if colon else f"Register_{name}"
    if not _FUNCTION.fullmatch(register):
        raise UserError(
            f"{where}'{register}' is not the name of a function in C++", f"write {_SYNTAX}"
        )
    path = folder / source
    read_file(path, UserError, f"write {_SYNTAX}", most=_MOST_BYTES)
    return CustomOp(name, path.resolve(), register)
