"""What of a program is looked at: the functions and points that are named, and the inference."""

from __future__ import annotations

from workbench.engines.base import StopKind
from workbench.errors import CheckFailedError, ImageError
from workbench.image import Image
from workbench.runs.call_counter import Measurement

INVOKE = "tflite::MicroInterpreter::Invoke"
"""The function that is one inference, in our runtime and in TFLM alike."""


_ADDRESSES = 1 << 32


def address_of(image: Image, point: str) -> int:
    """Return the code address that `point` names: a symbol, or a number such as 0x08000190.

    Raises ImageError where the image has no such symbol, or it is that of data, and where the
    number is not an address.
    """
    try:
        address = int(point, 0)
    except ValueError:
        address = None
    if not point or (address is not None and not 0 <= address < _ADDRESSES):
        raise ImageError(f"'{point}' is not an address", "give a symbol, or 0 to 0xffffffff")
    if address is not None:
        return address & ~1
    symbol = image.symbol(point)
    if not image.holds_code(symbol):
        raise ImageError(
            f"{image.path}: {point!r} is data at 0x{symbol.address:08x}, it is never executed",
            hint="name a function or a label in code, or give an address",
        )
    return symbol.address & ~1


def inference_of(image: Image) -> str:
    """Return the name of the function that is one inference.

    Raises ImageError where the image has none: it is not firmware that takes features.
    """
    try:
        image.symbol(INVOKE)
    except ImageError as error:
        raise ImageError(
            f"{image.path} does not speak the workbench's protocol: it has no {INVOKE}",
            "features are for firmware as `workbench build` makes it, with its symbols; name a "
            "--function of any other, and give it work with --input",
        ) from error
    return INVOKE


def never_seen(
    measurement: Measurement, stop: StopKind | None, detail: str = ""
) -> CheckFailedError:
    """Return the error for what was never seen to end in a run that ended so, as in a report."""
    begun = bool(measurement.unfinished)
    what = "was begun but not seen to end" if begun else "was never reached"
    if stop is None:
        why, hint = "all features were answered", "look at whether it was inlined, or name another"
    elif stop is StopKind.LIMIT:
        why = "the limit was reached" + (f": the core {detail}" if detail else "")
        hint = "raise --limit" + ("" if begun else _OR_WORK)
    elif stop is StopKind.IDLE and detail:
        why, hint = detail, "name a function or address that runs before that"
    elif stop is StopKind.IDLE:
        why, hint = "the core sleeps and nothing but input can wake it", _WORK
    else:
        why, hint = "the firmware crashed", ""
    return CheckFailedError(f"{measurement.what} {what}: {why}", hint)


_WORK = "give --input or --features so that the firmware has work"
_OR_WORK = f", {_WORK}, or look at whether it was inlined"
