"""Reading what an analysis needs of an image, on another processor, while the core runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from workbench.image import Image
from workbench.profile.operators import embedded_operators


@contextmanager
def reading_ahead(image: Image, *, operators: bool) -> Iterator[Callable[[], None]]:
    """Yield what begins to open the debug information, and to find the operators if asked to.

    It is to be called when the core is about to run for long: until then this process has work of
    its own. Only time depends on it: what fails here is tried again, and reported, where it is
    needed.
    """
    reader = Thread(target=_read, args=(image, operators), daemon=True)

    def begin() -> None:
        if reader.ident is None:
            reader.start()

    yield begin
    if reader.ident is not None:
        reader.join()


def _read(image: Image, operators: bool) -> None:
    with contextlib.suppress(Exception):
        image.source_lines.open()
        if operators:
            embedded_operators(image)
