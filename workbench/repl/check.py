"""Which of many .repl files can be read, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from workbench.errors import CheckFailedError, ReplError, UserError
from workbench.repl import read
from workbench.repl.merge import UnknownNameError

READ = "read"
ADDITION = "addition"  # well-formed, but about peripherals of a platform it is to be loaded on
ERROR = "error"


@dataclass(frozen=True)
class FileCheck:
    """One file: `status` is "read", "addition" or "error"; `entries` is how many it gives."""

    file: str
    status: str
    entries: int = 0
    message: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Check:
    """All files, in the order of their names."""

    files: tuple[FileCheck, ...]

    def count(self, status: str) -> int:
        return sum(file.status == status for file in self.files)

    def exit_code(self, additions: bool) -> int:
        """0 where all can be read, else that of a failed check.

        additions: accept files that add to a platform which is not given.
        """
        failures = self.count(ERROR) + (0 if additions else self.count(ADDITION))
        return CheckFailedError.exit_code if failures else 0


def check_files(
    paths: Iterable[Path], *, search: Sequence[Path] = (), exclude: Sequence[str] = ()
) -> Check:
    """Read every file, and every .repl below every folder.

    search: folders for `using`. exclude: patterns of names that are left out.
    Raises UserError where there is nothing to read.
    """
    files = sorted({file for path in paths for file in _files(path)})
    kept = [file for file in files if not any(fnmatch(str(file), f"*{p}") for p in exclude)]
    if not kept:
        raise UserError("no .repl files there", "give files, or folders that hold some")
    return Check(tuple(_check(file, search) for file in kept))


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise UserError(f"'{path}' does not exist", "check the path")
    return list(path.rglob("*.repl")) if path.is_dir() else [path]


def _check(file: Path, search: Sequence[Path]) -> FileCheck:
    try:
        description = read(file, search)
    except UnknownNameError as error:
        return FileCheck(str(file), ADDITION, 0, error.message, error.hint)
    except ReplError as error:
        return FileCheck(str(file), ERROR, 0, error.message, error.hint)
    return FileCheck(str(file), READ, len(description.entries))
