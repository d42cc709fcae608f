"""The files of a platform: `using` followed depth first, each file before the one that uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.errors import ReplError
from workbench.repl.lexer import MAX_CHARACTERS
from workbench.repl.parser import parse
from workbench.repl.syntax import FileNode, Using
from workbench.support.files import UnsuitableFileError, read_regular

# A file may be used more than once (by different files), as in Renode, so the number of visits
# can grow much faster than the number of files.
MAX_VISITS = 512


def read_files(path: Path, search: Iterable[Path]) -> list[tuple[FileNode, str]]:
    """Return the files in the order in which they apply, each with its prefix of names.

    A path that starts with a `.` is relative to the file that uses it; any other is looked up in
    the folders of `search`, then beside the file and in the folders above it (so that files of a
    Renode checkout, which name each other from its root, are found).
    """
    return list(_Visitor(search).visit(path.absolute(), "", None, ()))


class _Visitor:
    def __init__(self, search: Iterable[Path]) -> None:
        self._search = search
        self._parsed: dict[Path, FileNode] = {}
        self._visits = 0

    def visit(
        self, path: Path, prefix: str, using: Using | None, users: tuple[Path, ...]
    ) -> Iterator[tuple[FileNode, str]]:
        self._visits += 1
        if self._visits > MAX_VISITS:
            raise _error(using, f"more than {MAX_VISITS} files in all")
        node = self._parse(path, using)
        seen: set[str] = set()
        for used in node.usings:
            if used.path in seen:
                raise _error(used, f"'{used.path}' is used twice in this file")
            seen.add(used.path)
            target = resolve(used, path, self._search)
            if target == path or target in users:
                raise _error(
                    used,
                    f"'{used.path}' uses this file, directly or through others",
                    "take one `using` out of the circle",
                )
            yield from self.visit(target, prefix + used.prefix, used, (*users, path))
        yield node, prefix

    def _parse(self, path: Path, using: Using | None) -> FileNode:
        if path not in self._parsed:
            self._parsed[path] = parse(read_text(path, using), str(path))
        return self._parsed[path]


def read_text(path: Path, using: Using | None = None) -> str:
    """Return the text of a .repl file; a missing or binary one is a ReplError."""
    try:
        return read_regular(path, MAX_CHARACTERS).decode("utf-8")
    except FileNotFoundError:
        what = "does not exist"
    except UnsuitableFileError as error:
        what = str(error)
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        what = "is not a text file (UTF-8)"
    if using is not None:
        raise _error(using, f"'{path}' {what}")
    raise ReplError(what, file=str(path), hint="check the path")


def resolve(using: Using, user: Path, search: Iterable[Path]) -> Path:
    """Return the file that `using` in the file `user` means."""
    named = Path(using.path)
    folder = user.parent
    if "\0" in using.path or not using.path:
        raise _error(using, "this is not a path")
    if named.is_absolute():
        return named
    if (named.parts and named.parts[0] in (".", "..")) or using.path.startswith("./"):
        return _normal(folder / named)
    candidates = [root.absolute() / named for root in search]
    candidates += [above / named for above in (folder, *folder.parents)]
    for candidate in candidates:
        if candidate.is_file():
            return _normal(candidate)
    raise _error(
        using,
        f"'{using.path}' is not found",
        hint="it is looked up in the search folders (Renode's own folder), beside this file and "
        "in the folders above it; a path that starts with ./ is relative to this file",
    )


def _normal(path: Path) -> Path:
    """Without `..`, so that cycles are seen; links stay as they are."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != ".":
            parts.append(part)
    return Path(*parts)


def _error(using: Using | None, message: str, hint: str = "") -> ReplError:
    if using is None:
        return ReplError(message, file="", hint=hint)
    at = using.location
    return ReplError(message, file=at.file, line=at.line, column=at.column, hint=hint)
