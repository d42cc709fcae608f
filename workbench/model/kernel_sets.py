"""The kernel sets of firmware/runtime, from its table of operators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workbench.support.resources import resource

OPERATOR_TABLE = Path("runtime", "include", "runtime", "operators.inc")
"""In the firmware's sources; its head says what the rows hold."""

PORTABLE = "reference"
TFLM = "tflm"
"""What the kernels of a TensorFlow Lite Micro that the user has built are called."""

_ROW = re.compile(r"^TFLM_KERNEL_SET\((\w+), (\w+)\)$", re.MULTILINE)
_OWN = "own"


def read_operator_table() -> str:
    """Return the text of the table of operators."""
    return (resource("firmware") / OPERATOR_TABLE).read_text(encoding="utf-8")


@cache
def kernel_sets() -> Mapping[str, bool]:
    """Return the names in the table's order, each with whether it also takes Arm's CMSIS-NN."""
    return {name: sources != _OWN for name, sources in _ROW.findall(read_operator_table())}
