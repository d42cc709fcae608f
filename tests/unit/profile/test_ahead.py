"""What is read beside a run."""

from __future__ import annotations

import threading
from typing import cast

import pytest

from workbench.image import Image
from workbench.profile import ahead
from workbench.profile.ahead import reading_ahead

SECONDS = 10


class ImageInPlaceOf:
    """An image whose source lines do what a test says when they are opened."""

    def __init__(self, opened: object) -> None:
        self.source_lines = self
        self.open = opened


def image(opened: object) -> Image:
    return cast(Image, ImageInPlaceOf(opened))


def test_the_debug_information_is_opened_while_the_body_runs() -> None:
    opened = threading.Event()
    with reading_ahead(image(opened.set), operators=False) as begin:
        begin()
        assert opened.wait(SECONDS)


def test_what_was_begun_is_done_behind_the_body() -> None:
    may_open, done = threading.Event(), []

    def open_when_told() -> None:
        assert may_open.wait(SECONDS)
        done.append("opened")

    with reading_ahead(image(open_when_told), operators=False) as begin:
        begin()
        begin()  # it has begun already
        may_open.set()
    assert done == ["opened"]


def test_nothing_is_read_for_a_body_that_did_not_begin_it() -> None:
    opened: list[str] = []
    with reading_ahead(image(lambda: opened.append("opened")), operators=False):
        pass
    assert opened == []


def test_operators_are_found_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Image] = []
    monkeypatch.setattr(ahead, "embedded_operators", found.append)
    one = image(lambda: None)
    with reading_ahead(one, operators=False) as begin:
        begin()
    assert found == []
    with reading_ahead(one, operators=True) as begin:
        begin()
    assert found == [one]


def test_what_fails_ahead_is_left_to_the_analysis(capfd: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise RuntimeError("damaged")

    with reading_ahead(image(fails), operators=True) as begin:
        begin()
    assert capfd.readouterr().err == ""
