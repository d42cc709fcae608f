"""The double has the registers that Unicorn's core has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.engines.embedded.cortex_m.double import RegisterFile
from workbench.armv7m.architecture import CONTROL_NPRIV, CONTROL_SPSEL, XPSR_T, Exc
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.core_state import reset_core
from workbench.engines.embedded.unicorn.core import Core
from workbench.platform.cores import CORTEX_M4

HANDLER = XPSR_T | Exc.SVCALL
SEEN = ("sp", "msp", "psp", "primask", "basepri", "faultmask", "control", "xpsr", "lr", "r0", "s3")

Script = list[tuple[Any, ...]]  # names of methods, and what they are given

SCRIPTS: dict[str, Script] = {
    "plain registers": [("set", "r0", 5), ("set", "lr", 0x0800_0101), ("set", "s3", 0x3F80_0000)],
    "main stack": [("set", "sp", 0x2000_0100)],
    "process stack": [("control", CONTROL_SPSEL), ("set", "sp", 0x2000_0200)],
    "a handler is on the main stack": [
        ("control", CONTROL_SPSEL),
        ("set_xpsr", HANDLER),
        ("set", "sp", 0x2000_0300),
    ],
    "masks": [("set", "primask", 1), ("set", "basepri", 0x40), ("set", "faultmask", 1)],
    "unprivileged code does not see masks": [("set", "primask", 1), ("control", CONTROL_NPRIV)],
    "unprivileged code changes no mask": [
        ("control", CONTROL_NPRIV),
        ("set", "primask", 1),
        ("set", "basepri", 0x40),
        ("set_xpsr", HANDLER),
    ],
    "an exception sees masks again": [
        ("set", "basepri", 0x20),
        ("control", CONTROL_NPRIV),
        ("set_xpsr", HANDLER),
    ],
    "flags": [("set_xpsr", 0xF80F_0000 | XPSR_T)],
}


@pytest.fixture
def unicorn() -> Iterator[Core]:
    core = Core(CORTEX_M4)
    yield core
    core.close()


def play(core: CoreRegisters, script: Script) -> dict[str, int]:
    reset_core(core)
    for method, *arguments in script:
        if method == "control":
            core.set("control", *arguments)
            core.refresh_mode(core.get("xpsr"))
        else:
            getattr(core, method)(*arguments)
    return dict(zip(SEEN, core.batch(SEEN).read(), strict=True))


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_hold_the_same_behind_a_script(name: str, unicorn: Core) -> None:
    assert play(RegisterFile(), SCRIPTS[name]) == play(unicorn, SCRIPTS[name])


@pytest.mark.parametrize("thumb", [0, 1])
def test_a_writer_writes_the_same(thumb: int, unicorn: Core) -> None:
    names = ("r0", "msp", "control", "pc", "xpsr", "mode")
    for core in (double := RegisterFile(), unicorn):
        reset_core(core)
        core.writer(names).write(1, 0x2000_0400, 0, 0x0800_0200 | thumb, HANDLER, HANDLER)
    assert play_nothing(double) == play_nothing(unicorn)


def play_nothing(core: CoreRegisters) -> list[int]:
    return core.batch((*SEEN, "pc")).read()
