"""The releases of Renode that the workbench can bring, and those that it has brought."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import UserError

PINNED = "1.16.1"
"""The release that is brought where none is named."""

PAGE = "https://github.com/renode/renode/releases"
_DOWNLOAD = f"{PAGE}/download"
_PLAIN_NAME_SINCE = (1, 17)  # "-dotnet" went from the archives' names with Mono, in 2026-03

# SHA-256 of the portable archives of 1.16.1 (2026-02). Nine files in public projects that download
# the first, and five that download the second, name these; the workbench's authors had no network
# to download the archives themselves.
_SHA256: Mapping[str, str] = {
    "renode-1.16.1.linux-portable-dotnet.tar.gz": (
        "00e113cdbd0f5354cf2f64bbe3f5a070d8958409542fca66e45ac97d982938c0"
    ),
    "renode-1.16.1.linux-arm64-portable-dotnet.tar.gz": (
        "fff3a098c96ed0a4ffbdff3f028c9c5fde432db09587c7bd7c99406180f90007"
    ),
}

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Archive:
    """A portable Renode for this system as a file to download; `sha256` in lower-case hex."""

    version: str
    name: str
    sha256: str

    @property
    def url(self) -> str:
        """Where it can be downloaded."""
        return f"{_DOWNLOAD}/v{self.version}/{self.name}"


def archive_of(version: str, sha256: str = "") -> Archive:
    """Return the portable archive of a release; `sha256` is needed for one that is not pinned."""
    if not _VERSION.fullmatch(version):
        raise UserError(f"{version!r} is not a version of Renode", f"Such as {PINNED}; see {PAGE}.")
    name = f"renode-{version}.{_system()}-portable{_infix(version)}.tar.gz"
    digest = checked_digest(sha256) or _SHA256.get(name, "")
    if not digest:
        raise UserError(
            f"no checksum of {name} is known here",
            f"Give the one that {PAGE} shows with --sha256, or leave out --version ({PINNED}).",
        )
    return Archive(version, name, digest)


def checked_digest(sha256: str) -> str:
    """Return a SHA-256 that the user gave, in lower case; "" for none."""
    digest = sha256.strip().lower().removeprefix("sha256:")
    if digest and not _DIGEST.fullmatch(digest):
        raise UserError(f"{sha256!r} is not a SHA-256", "It has 64 hexadecimal digits.")
    return digest


def is_pinned(digest: str) -> bool:
    """Return whether it is the checksum of a release that is known here."""
    return digest in _SHA256.values()


def version_in(name: str) -> str:
    """Return the version in the name of an archive or of the folder in it, "" for none."""
    found = _VERSION.search(name)
    return found[0] if found else ""


def releases_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's folder for them: below $XDG_DATA_HOME, else ~/.local/share."""
    home = environment.get("HOME") or str(Path.home())
    data = environment.get("XDG_DATA_HOME") or f"{home}/.local/share"
    return Path(data).absolute() / "tinyml-workbench" / "renode"


def installed_releases(environment: Mapping[str, str]) -> list[Path]:
    """Return the folders of what was installed, the newest version first.

    Each lies, as it came in its archive, in a folder named after its version.
    """
    found = releases_folder(environment).glob("[0-9]*/*/")
    return sorted(found, key=lambda folder: _numbers(folder.parent.name), reverse=True)


def _system() -> str:
    machine = platform.machine()
    if sys.platform == "linux" and machine in ("x86_64", "AMD64"):
        return "linux"
    if sys.platform == "linux" and machine in ("aarch64", "arm64"):
        return "linux-arm64"
    raise UserError(
        f"no portable Renode as a .tar.gz for {sys.platform} on {machine} is known here",
        f"Get one from {PAGE} and name it in PYRENODE_BIN, or run --engine embedded.",
    )


def _infix(version: str) -> str:
    return "" if tuple(_numbers(version)) >= _PLAIN_NAME_SINCE else "-dotnet"


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]
