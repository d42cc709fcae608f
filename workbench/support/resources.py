"""Where the data that ships with the workbench lies: in the wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PACKAGED = _PACKAGE / "_data"
_CHECKOUT = _PACKAGE.parent


def own_model() -> Path:
    """Return the committed keyword spotter, a .tflite; its recordings lie beside it."""
    return resource("firmware") / "models" / "keyword_spotter" / "model.tflite"


def resource(name: str) -> Path:
    """Return the folder `name`: "platforms", "firmware" or "robot"."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name
