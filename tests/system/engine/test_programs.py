"""The programs in firmware/ print the same on the embedded engine as on QEMU."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.engines.embedded.engine import EmbeddedEngine

from .conftest import Program, run_on_qemu, run_to_end


@pytest.mark.qemu
@pytest.mark.parametrize(
    "name",
    [
        "nested",
        "frames",
        "faults",
        "tasks",
        "sleep",
        "ramcode",
        "bitband",
        "mpu",
        "itdevice",
        "loops",
        "semihost",
        "pending",
        "switched",
        "late",
    ],
)
def test_prints_the_same_as_on_qemu(
    name: str, boot: Callable[[str], EmbeddedEngine], program: Program
) -> None:
    assert run_to_end(boot(name)) == run_on_qemu(program(name))
