"""The notes of a release are its section of the changelog, and a tag must fit both."""

import runpy
from pathlib import Path

import pytest

notes = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "release_notes.py"))["notes"]
CHANGELOG = """\
# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-24

### Added

- A core.

## [0.1.0] - 2026-12-01

- The first.
"""


def test_the_section_of_the_version_is_returned():
    assert notes("v0.2.0", "0.2.0", CHANGELOG) == "### Added\n\n- A core.\n"
    assert notes("v0.1.0", "0.1.0", CHANGELOG) == "- The first.\n"


def test_a_tag_of_another_version_is_refused():
    with pytest.raises(SystemExit, match=r"the tag is v0\.2\.1, and workbench/"):
        notes("v0.2.1", "0.2.0", CHANGELOG)


@pytest.mark.parametrize("changelog", ["## [Unreleased]\n\n- A.\n", "## [0.3.0]\n\n- A.\n"])
def test_a_changelog_without_a_dated_section_is_refused(changelog):
    with pytest.raises(SystemExit, match=r"no section \[0.3.0\] with a date"):
        notes("v0.3.0", "0.3.0", changelog)
