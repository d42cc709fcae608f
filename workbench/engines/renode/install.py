"""Bringing a portable Renode into the user's folder, whole or not at all."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from workbench.engines.renode.download import Progress, digest_of, fetch
from workbench.engines.renode.installations import RenodeInstallation, installation_at
from workbench.engines.renode.releases import (
    PAGE,
    PINNED,
    archive_of,
    checked_digest,
    is_pinned,
    releases_folder,
    version_in,
)
from workbench.engines.renode.unpacking import DAMAGED, extract_archive
from workbench.errors import EngineUnavailableError, UserError
from workbench.support.own_folder import OwnFolder
from workbench.support.staging import staged

_DOWNLOADS = "downloads"


def install(
    version: str = "",
    sha256: str = "",
    source: Path | None = None,
    progress: Progress = lambda *_: None,
) -> RenodeInstallation:
    """Install a release and return it; one that is there already is left as it is.

    version: "" for the pinned one. source: its archive where that was downloaded by hand. Raises
    UserError where there is no network, or where a checksum is unknown or wrong.
    """
    if source is not None:
        return _install_file(source, version, sha256)
    archive = archive_of(version or PINNED, sha256)
    there = _installed(archive.version)
    if there is not None:
        return there
    downloaded = releases_folder(os.environ) / _DOWNLOADS / archive.name
    fetch(archive.url, downloaded, archive.sha256, progress)
    found = _unpack(downloaded, archive.version)
    downloaded.unlink()
    return found


def _install_file(source: Path, version: str, sha256: str) -> RenodeInstallation:
    if not source.is_file():
        raise UserError(f"{source}: not a file", "Name the archive of a portable Renode.")
    version = version or version_in(source.name)
    if not version:
        raise UserError(
            f"{source.name} does not say its version", "Say which one it is with --version."
        )
    expected, found = checked_digest(sha256), digest_of(source)
    if expected and found != expected:
        raise UserError(f"{source} has the SHA-256 {found}, not {expected}", "Download it again.")
    if not expected and not is_pinned(found):
        raise UserError(
            f"{source} has the SHA-256 {found}, which is not known here",
            f"Compare it with the one that {PAGE} shows; give it with --sha256 if it is right.",
        )
    return _installed(version) or _unpack(source, version)


def _installed(version: str) -> RenodeInstallation | None:
    """The release in its folder, where it is there and whole."""
    try:
        return _found_in(releases_folder(os.environ) / version, version)
    except EngineUnavailableError:
        return None


def _found_in(folder: Path, version: str) -> RenodeInstallation | None:
    for inner in sorted(folder.glob("*/")):
        found = installation_at(inner, os.environ)
        if found is not None:
            return replace(found, version=version)
    return None


def _unpack(archive: Path, version: str) -> RenodeInstallation:
    """Unpack beside the release's place, and move it there once it is known to be whole."""
    place = releases_folder(os.environ) / version
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with staged(place) as staging:
            if _installed(version) is None:  # another process may have been first
                _fill(staging.path, archive, version)
                _remove_damaged(place)
                staging.path.rename(place)
    except (OSError, *DAMAGED) as error:
        raise UserError(f"{archive} cannot be unpacked: {error}", "Download it again.") from error
    found = _found_in(place, version)
    assert found is not None
    return found


def _fill(folder: Path, archive: Path, version: str) -> None:
    with archive.open("rb") as stream:
        extract_archive(stream, folder)
    if _found_in(folder, version) is None:
        raise UserError(
            f"{archive} does not hold a portable Renode for .NET",
            "Its name ends in -portable-dotnet.tar.gz up to 1.16, in -portable.tar.gz after.",
        )


def _remove_damaged(place: Path) -> None:
    """Remove what an earlier installation has left; what it has not made is not touched."""
    if not place.exists():
        return
    damaged = OwnFolder.at(place)
    if damaged is None or not damaged.remove():
        raise UserError(
            f"{place} is there, is not a whole Renode, and was not made by the workbench",
            "Look at what is in it, and remove it yourself.",
        )
