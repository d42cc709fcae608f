"""Firmware that speaks our protocol and crashes: the error says why, not only that it is silent."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import CheckFailedError
from workbench.image import Image
from workbench.model.features import Features
from workbench.platform import read_platform
from workbench.runs.inference import boot
from workbench.runs.points import INVOKE

BOARD = "stm32f4_discovery"
UNDEFINED = b"\x00\xde"  # UDF


def broken(image: Image, function: str) -> Image:
    """Return the image with an undefined instruction at the start of a function."""
    address = image.symbol(function).address
    segments = []
    for segment in image.segments:
        start = address - segment.address
        data = segment.data
        if 0 <= start < len(data):
            data = data[:start] + UNDEFINED + data[start + len(UNDEFINED) :]
        segments.append(replace(segment, data=data))
    return replace(image, segments=tuple(segments))


def test_an_inference_that_crashes_says_why(firmware_image):
    image = broken(Image.from_file(Path(firmware_image(BOARD).elf)), INVOKE)
    with (
        pytest.raises(CheckFailedError) as failed,
        boot(image, read_platform(BOARD), "embedded") as session,
    ):
        shape = session.hello.inputs[0].shape
        session.classify(Features("zero", (np.zeros(shape, np.float32),)))
    assert "no answer to INFER" in failed.value.message
    title, *more = failed.value.details
    assert title.startswith("UsageFault: udf #0, an instruction that is undefined on purpose")
    assert any("called from app::" in line for line in more)
    assert title in str(failed.value)
