"""The state of the core that has no register number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from unicorn import arm_const

from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.hidden_state import HiddenState
from workbench.platform.cores import CORTEX_M4

CODE, DATA, PAGE = 0x1000, 0x2000, 0x1000
LDREX_R2 = bytes.fromhex("50e8002f")  # from [r0]
STREX_R3 = bytes.fromhex("40e80023")  # r2 to [r0]
READ_WRITE_EXECUTE = 7


@pytest.fixture
def core() -> Iterator[Core]:
    core = Core(CORTEX_M4)
    for address in (CODE, DATA):
        core.map_memory(address, core.allocate(PAGE), PAGE, READ_WRITE_EXECUTE)
    core._uc.mem_write(CODE, LDREX_R2 + STREX_R3)
    core._uc.reg_write(arm_const.UC_ARM_REG_R0, DATA)
    yield core
    core.close()


def step(core: Core, pc: int) -> None:
    core.set_exits(frozenset({pc + 4}))
    core.run(pc | 1)


def test_a_cleared_monitor_refuses_the_store(core: Core) -> None:
    step(core, CODE)
    core.hidden.clear_exclusive()
    step(core, CODE + 4)
    assert core.get("r3") == 1


def test_a_monitor_that_is_put_back_allows_the_store(core: Core) -> None:
    step(core, CODE)
    marked = core.hidden.exclusive()
    core.hidden.clear_exclusive()
    core.hidden.set_exclusive(*marked)
    step(core, CODE + 4)
    assert core.get("r3") == 0


def test_registers_and_memory_stay_as_they_are(core: Core) -> None:
    core.set("r5", 55)
    core._uc.mem_write(DATA, b"data")
    core.hidden.clear_exclusive()
    core.hidden.set_float(False, 0x0200_0000)
    assert core.get("r5") == 55
    assert core._uc.mem_read(DATA, 4) == b"data"


def test_closing_twice_is_harmless(core: Core) -> None:
    hidden = HiddenState(core.handle, CORTEX_M4)
    hidden.close()
    hidden.close()
