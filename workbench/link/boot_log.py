"""What firmware prints when it has booted: that it is ready, or why its model does not start."""

from __future__ import annotations

import re

from workbench.link.messages import FirmwareError

READY = b"ready\r\n|error \\d+ \\(\\d+\\)[^\n]*\n"
"""A regular expression for the end of the boot, with or without a model (firmware/PROTOCOL.md)."""

_FAILURE = re.compile(
    rb"^model failed, error (?P<code>\d+) \((?P<detail>\d+)\): (?P<text>[^\r\n]*)\r?\n",
    re.MULTILINE,
)


def model_failure(transcript: bytes) -> FirmwareError | None:
    """Return why the model did not start when the firmware booted last, None where it did.

    transcript: all that the console has said; it goes on after a reset.
    """
    found = list(_FAILURE.finditer(transcript))
    if not found or transcript.rfind(b"ready\r\n") > found[-1].start():
        return None
    last = found[-1]
    text = last["text"].decode(errors="replace")
    printable = "".join(c if c.isprintable() else "?" for c in text)
    return FirmwareError(int(last["code"]), int(last["detail"]), printable)
