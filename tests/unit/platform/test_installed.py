"""Platforms that other installed packages bring, and those that are not what they say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import ExtensionError, PlatformError
from workbench.platform import names, read_platform

OWN = "stm32f4_discovery"
SETTINGS = 'title = "Mine"\nmcu = "Mine"\nuart = "usart2"\nclock = 168_000_000\n'
Bring = Callable[..., Path]


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bring:
    """Return a function that installs a package with a platform: its folder is returned."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name: str = "mine", package: str = "brings", value: str = "FOLDER") -> Path:
        folder = tmp_path / package
        folder.mkdir()
        text = "from pathlib import Path\nFOLDER = Path(__file__).parent\nNOTHING = None\n"
        (folder / "__init__.py").write_text(text)
        (folder / "platform.toml").write_text(f'repl = "part.repl"\n{SETTINGS}')
        (folder / "part.repl").write_text(f'using "{OWN}/{OWN}.repl"\n')
        about = tmp_path / f"{package}-2.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.0\n")
        point = f"{package}:{value}" if value else package
        text = f"[tinyml_workbench.platforms]\n{name} = {point}\n"
        (about / "entry_points.txt").write_text(text)
        monkeypatch.delitem(sys.modules, package, raising=False)
        return folder

    return put


@pytest.mark.parametrize("value", ["FOLDER", ""])
def test_a_platform_is_known_by_the_name_of_its_entry_point(value: str, bring: Bring) -> None:
    folder = bring(value=value)
    assert "mine" in names()
    assert read_platform("mine").repl == folder / "part.repl"


def test_using_finds_what_a_package_brings(bring: Bring, tmp_path: Path) -> None:
    bring()
    board = tmp_path / "elsewhere" / "board"
    board.mkdir(parents=True)
    (board / "platform.toml").write_text(SETTINGS)
    (board / "board.repl").write_text('using "brings/part.repl"\n')
    assert read_platform(board).title == "Mine"


def test_a_platform_of_the_workbench_is_not_replaced(bring: Bring) -> None:
    bring(name=OWN)
    assert read_platform(OWN).title != "Mine"
    assert names().count(OWN) == 1


def test_two_packages_for_one_name_are_both_named(bring: Bring) -> None:
    bring(package="brings")
    bring(package="carries")
    with pytest.raises(ExtensionError, match=r"brings 2\.0.*carries 2\.0"):
        read_platform("mine")


@pytest.mark.parametrize(
    ("value", "said"),
    [("NOTHING", "is None, not the path of a folder"), ("ABSENT", "cannot be imported")],
)
def test_what_is_not_a_folder_is_told_with_its_package(value: str, said: str, bring: Bring) -> None:
    bring(value=value)
    with pytest.raises(ExtensionError) as raised:
        read_platform("mine")
    assert said in raised.value.message and f"brings:{value} of brings 2.0" in raised.value.message


def test_a_folder_without_settings_is_told(bring: Bring) -> None:
    (bring() / "platform.toml").unlink()
    with pytest.raises(ExtensionError, match=r"in which there is no platform\.toml"):
        read_platform("mine")


def test_a_name_that_nobody_brings_is_answered_with_those_that_there_are(bring: Bring) -> None:
    bring()
    with pytest.raises(PlatformError) as raised:
        read_platform("mime")
    assert "did you mean mine?" in raised.value.hint
