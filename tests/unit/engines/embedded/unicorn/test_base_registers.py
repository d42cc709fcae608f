"""What is said of bases, against what the core computes."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from unicorn import UcError, arm_const

from workbench.engines.embedded.unicorn.base_registers import accesses, low_bits
from workbench.engines.embedded.unicorn.model import new_core
from workbench.platform.cores import CORTEX_M4

CODE, RAM, STACK = 0x1000, 0x20000, 0x24000
NAMES = [f"r{number}" for number in range(13)]
IDENTITIES = {name: getattr(arm_const, f"UC_ARM_REG_{name.upper()}") for name in NAMES}
LDRD = 0xE9D0, 0x0100  # r0 and r1 from [r0]; the base is put in

# (first, second) of 32-bit instructions with Rd, Rn and Rm to be put in, and the bits left open
WIDE = {
    "add, sub, mov, and, bic, orr of a number": (0xF000, 0x0000, 0x05F0, 0x70FF),
    "addw, subw, movw, movt, bfi": (0xF200, 0x0000, 0x05E0, 0x70C3),
    "add, sub, mov, orr, mvn of a register": (0xEA00, 0x0000, 0x01F0, 0x70F0),
    "loads and stores with write-back": (0xF800, 0x0900, 0x0070, 0x06FF),
    "multiplies": (0xFB00, 0x0000, 0x0000, 0x0000),
}


Execute = Callable[[bytes, dict[str, int]], dict[str, int] | None]


@pytest.fixture(scope="module")
def execute() -> Execute:
    """Return a function that executes code and gives the registers; None where it traps."""
    core = new_core(CORTEX_M4)
    core.mem_map(CODE, 0x1000)
    core.mem_map(RAM, 0x10000)
    core.mem_write(RAM, random.Random(0).randbytes(0x10000))

    def run(code: bytes, registers: dict[str, int]) -> dict[str, int] | None:
        core.mem_write(CODE, code + bytes.fromhex("00bf00bf"))
        core.ctl_remove_cache(CODE, CODE + 0x100)
        for name, value in registers.items():
            core.reg_write(IDENTITIES[name], value)
        core.reg_write(arm_const.UC_ARM_REG_SP, STACK)
        try:
            core.emu_start(CODE | 1, CODE + len(code))
        except UcError:
            return None
        return {name: core.reg_read(identity) for name, identity in IDENTITIES.items()}

    return run


def some_registers(chance: random.Random) -> dict[str, int]:
    """Addresses of RAM, aligned and not, so that loads succeed."""
    return {name: RAM + 0x4000 + chance.randrange(0x4000) for name in NAMES}


def halfwords(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "little") for value in values)


def check(execute: Execute, code: bytes, base: int, registers: dict[str, int]) -> bool:
    """Compare the base of an access behind `code`; return whether it was known."""
    access = accesses(code + halfwords(LDRD[0] | base, LDRD[1]), False)[-1]
    after = execute(code, registers)
    if access.base is None or after is None:
        return False
    assert low_bits(access.base, registers.__getitem__) == after[f"r{base}"] & 3, code.hex()
    return True


def test_16_bits(execute: Execute) -> None:
    chance = random.Random(1)
    known = 0
    families = [*range(0x0000, 0x4700, 7), *range(0xA000, 0xB000, 31), *range(0xC000, 0xD000, 13)]
    for first in families:
        target = chance.choice([first & 7, first >> 8 & 7])
        known += check(execute, halfwords(first), target, some_registers(chance))
    assert known > 1000


@pytest.mark.parametrize("family", WIDE)
def test_32_bits(execute: Execute, family: str) -> None:
    chance = random.Random(2)
    first_bits, second_bits, first_open, second_open = WIDE[family]
    known = 0
    for _ in range(800):
        target, base, other = chance.sample(range(13), 3)
        first = first_bits | base | chance.getrandbits(16) & first_open
        second = second_bits | target << 8 | other | chance.getrandbits(16) & second_open
        if family == "loads and stores with write-back":
            second = second & 0x0FFF | other << 12
            target = chance.choice([base, other])
        known += check(execute, halfwords(first, second), target, some_registers(chance))
    assert known or family == "multiplies"


def test_write_back_is_by_whole_words(execute: Execute) -> None:
    registers = some_registers(random.Random(3)) | {"r3": RAM + 0x4001}
    for code in ("f3e80201", "63e90112", "b3ec020a", "06cb", "06c3"):
        text = bytes.fromhex(code)
        found = accesses(text + halfwords(LDRD[0] | 3, LDRD[1]), False)
        assert found[-1].base == 1 << 2 * 3, code
        after = execute(text, registers)
        assert after is None or after["r3"] & 3 == 1


def test_what_is_loaded_is_not_known() -> None:
    for code in (halfwords(0x6803), halfwords(0xE9D0, 0x3400), halfwords(0xCB09)):
        assert accesses(code + halfwords(LDRD[0] | 3, LDRD[1]), False)[-1].base is None


def test_what_is_written_conditionally_is_not_known() -> None:
    code = halfwords(0xBF08, 0x1D1B, LDRD[0] | 3, LDRD[1])  # it eq, addeq r3, r3, #4
    assert accesses(code, False)[-1].base is None
    assert accesses(code[2:], True)[-1].is_conditional
