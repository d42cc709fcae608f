"""What CHANGELOG.md says of a release: `python3 .ci/release_notes.py vX.Y.Z`.

Exits with 1 where the tag is not the version of the package, or the changelog has no section of it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def notes(tag: str, version: str, changelog: str) -> str:
    """Return the section of `version`, without its heading; SystemExit where there is none."""
    if tag != f"v{version}":
        raise SystemExit(f"the tag is {tag}, and workbench/__init__.py says {version}")
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n"
    found = re.search(heading + r"(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise SystemExit(
            f"CHANGELOG.md has no section [{version}] with a date: give [Unreleased] that heading"
        )
    return found[1].strip() + "\n"


def main(tag: str) -> None:
    """Print the notes of the release that `tag` names."""
    sys.path.insert(0, str(ROOT))
    from workbench import __version__

    print(notes(tag, __version__, (ROOT / "CHANGELOG.md").read_text()), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
