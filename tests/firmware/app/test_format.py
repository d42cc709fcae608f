"""The firmware's small printf against what the C library prints."""

import subprocess
from pathlib import Path

from tests.firmware.app.conftest import FIRMWARE

EXPECTED = [
    "-7 2147483647 4294967295",
    "-2147483648",
    "beef BEEF 00001234",
    "[   42] [42   ] [-0042]",
    "[   abc] [abc   ] [ab]",
    "ok%",
    "0.500000 -1.00 3",  # -1.005 is -1.00499... in single precision
    "10.0",
    "5 6 7",
    "(null)",
    "cut at ",
    "",
    "%q stands",
    "at the end %",
]
FULL_LENGTH = {"cut at ": len("cut at seven"), "": len("nothing fits")}


def test_conversions_are_those_of_printf(compile_for_host):
    program = compile_for_host(
        Path(__file__).with_name("format.cc"), FIRMWARE / "app" / "format.cc"
    )
    output = subprocess.run([program], check=True, capture_output=True, text=True, timeout=60)
    lines = [line.removesuffix("|").split("|", 1) for line in output.stdout.splitlines()]
    assert [text for _, text in lines] == EXPECTED
    assert [int(length) for length, _ in lines] == [
        FULL_LENGTH.get(text, len(text)) for text in EXPECTED
    ]
