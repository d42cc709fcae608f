"""The releases of Renode that the workbench itself has brought (`workbench renode install`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path


def releases_folder(environment: Mapping[str, str]) -> Path:
    """Return the user's folder for them: below $XDG_DATA_HOME, else ~/.local/share."""
    home = environment.get("HOME") or str(Path.home())
    data = environment.get("XDG_DATA_HOME") or f"{home}/.local/share"
    return Path(data).absolute() / "tinyml-workbench" / "renode"


def installed_releases(environment: Mapping[str, str]) -> list[Path]:
    """The folders of what was installed, the newest version first."""
    folders = [one for one in releases_folder(environment).glob("[0-9]*") if one.is_dir()]
    return sorted(folders, key=_numbers, reverse=True)


def _numbers(folder: Path) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", folder.name)]
