"""Reading what an analysis needs of an image, on another processor, while the core runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from workbench.image import Image
from workbench.profile.operators import embedded_operators


@contextmanager
def reading_ahead(image: Image, *, operators: bool) -> Iterator[None]:
    """Open the debug information, and find the operators if asked to, beside the body.

    Only time depends on it: what fails here is tried again, and told, where it is needed.
    """
    reader = Thread(target=_read, args=(image, operators), daemon=True)
    reader.start()
    yield
    reader.join()


def _read(image: Image, operators: bool) -> None:
    with contextlib.suppress(Exception):
        image.places.open()
        if operators:
            embedded_operators(image)
