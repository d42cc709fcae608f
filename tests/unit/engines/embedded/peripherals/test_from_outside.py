"""Models that users add: found by the types of a .repl, and told apart from the workbench's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.engines.embedded.peripherals.fakes import FakeBus, FakeClock
from workbench.engines.embedded.peripherals.from_outside import FILE, models_for
from workbench.engines.embedded.peripherals.registry import OWN, Registry
from workbench.engines.scripts.trust import VARIABLE
from workbench.errors import ExtensionError, PlatformError
from workbench.peripheral import Context, Peripheral

TYPE = "Sensors.Mine"
MODEL = """
from workbench.peripheral import RegisterBlock

class Mine(RegisterBlock):
    SIZE = 0x20

    def read_register(self, offset):
        return {}
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a package: its module's text -> an entry point for TYPE."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(text: str, package: str = "mine", names: str = "Mine", type_name: str = TYPE) -> None:
        (tmp_path / f"{package}.py").write_text(text)
        about = tmp_path / f"{package}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        group = "[tinyml_workbench.peripherals]"
        (about / "entry_points.txt").write_text(f"{group}\n{type_name} = {package}:{names}\n")
        monkeypatch.delitem(__import__("sys").modules, package, raising=False)

    return put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a platform."""
    made = tmp_path / "board"
    made.mkdir()
    return made


def context(clock: FakeClock | None = None) -> Context:
    return Context(
        name="mine",
        type=TYPE,
        size=0x20,
        properties={},
        clock=clock or FakeClock(),
        bus=FakeBus(),
        lines={},
        warn=lambda text: None,
    )


def test_a_model_of_an_installed_package_stands_for_its_type(
    install: Install, folder: Path
) -> None:
    install(MODEL.format("offset + 1"))
    registry = Registry(models_for({TYPE}, folder))
    assert registry.is_modelled(TYPE) and registry.size_of(TYPE, {}) == 0x20
    assert registry.create(context()).read(4, 4) == 5


def test_a_package_is_not_imported_where_its_type_is_not_used(
    install: Install, folder: Path
) -> None:
    install("raise RuntimeError('imported')")
    assert models_for({"Sensors.Other"}, folder) == {}


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("import nowhere", "Mine", "cannot be imported: ModuleNotFoundError: No module named"),
        ("raise SystemExit(0)", "Mine", "cannot be imported: SystemExit: 0"),
        ("", "Mine", "cannot be imported: AttributeError"),
        ("Mine = 5", "Mine", "is 5"),
        ("class Mine: pass", "Mine", "is <class 'mine.Mine'>"),
    ],
)
def test_a_broken_package_is_named(
    text: str, names: str, said: str, install: Install, folder: Path
) -> None:
    install(text, names=names)
    with pytest.raises(ExtensionError) as raised:
        models_for({TYPE}, folder)
    assert said in raised.value.message
    assert TYPE in raised.value.message and "mine:Mine of mine 1.0" in raised.value.message
    assert raised.value.hint and raised.value.exit_code == 2


def test_two_packages_for_one_type_are_both_named(install: Install, folder: Path) -> None:
    install(MODEL.format(1), "mine")
    install(MODEL.format(2), "yours")
    with pytest.raises(ExtensionError, match=r"mine 1\.0.*yours 1\.0"):
        models_for({TYPE}, folder)


def test_a_model_of_the_workbench_is_not_replaced(install: Install, folder: Path) -> None:
    own = "CRC.STM32_CRC"
    registry = Registry({own: type("Mine", (Peripheral,), {})})
    assert type(registry.create(context_of(own))) is type(OWN.create(context_of(own)))


def context_of(type_name: str) -> Context:
    return Context(**{**vars(context()), "type": type_name})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("{}['nothing']", "KeyError: 'nothing'"),
        ("'text'", "TypeError"),
        ("__import__('sys').exit(0)", "SystemExit"),
    ],
)
def test_a_model_that_fails_is_told_with_its_package_and_line(
    answer: str, error: str, install: Install, folder: Path
) -> None:
    install(MODEL.replace("{}", answer))
    model = Registry(models_for({TYPE}, folder)).create(context())
    with pytest.raises(ExtensionError) as raised:
        model.read(0, 4)
    assert f"the model of {TYPE} (mine:Mine of mine 1.0) fails in read: {error}" in str(
        raised.value
    )
    assert "mine.py" in raised.value.message or answer == "'text'"


def test_a_timer_that_fails_is_told_too(install: Install, folder: Path) -> None:
    install(
        "from workbench.peripheral import Peripheral\n"
        "class Mine(Peripheral):\n"
        "    def __init__(self, context):\n"
        "        super().__init__(context)\n"
        "        context.clock.timer(lambda: 1 / 0).arm(10)\n"
    )
    clock = FakeClock()
    Registry(models_for({TYPE}, folder)).create(context(clock))
    with pytest.raises(ExtensionError, match="fails in a timer's callback: ZeroDivisionError"):
        clock.advance(20)


def test_what_a_model_returns_is_cut_to_the_width_of_the_access(
    install: Install, folder: Path
) -> None:
    install(
        "from workbench.peripheral import Peripheral\nclass Mine(Peripheral):\n"
        "    def read(self, offset, width):\n        return -1\n"
    )
    model = Registry(models_for({TYPE}, folder)).create(context())
    assert model.read(0, 2) == 0xFFFF


def test_the_file_beside_a_description_runs_only_if_it_is_trusted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / FILE).write_text(MODEL.format(7) + f"\nPERIPHERALS = {{{TYPE!r}: Mine}}\n")
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(PlatformError) as raised:
        models_for({TYPE}, folder)
    assert str(folder / FILE) in raised.value.message and "--trust-scripts" in raised.value.hint
    monkeypatch.setenv(VARIABLE, "1")
    assert Registry(models_for({TYPE}, folder)).create(context()).read(0, 4) == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nowhere", "cannot be imported"),
        ("", "defines no dictionary PERIPHERALS"),
        (f"PERIPHERALS = {{{TYPE!r}: 5}}", "is 5"),
    ],
)
def test_a_broken_file_beside_a_description_is_named(
    text: str, said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / FILE).write_text(text)
    monkeypatch.setenv(VARIABLE, "1")
    with pytest.raises(ExtensionError) as raised:
        models_for({TYPE}, folder)
    assert said in raised.value.message and str(folder / FILE) in raised.value.message
