"""Instructions in words."""

import pytest

from workbench.fault.instruction import call_before, disassemble, instruction_at

from .machines import FLASH, view

REGISTERS = {"r0": 0x10, "r1": 0x2000_0000, "r2": 3, "sp": 0x2000_8000, "lr": 0x0800_0101}


def code(*halfwords: int) -> bytes:
    return b"".join(h.to_bytes(2, "little") for h in halfwords)


@pytest.mark.parametrize(
    ("halfwords", "text", "accesses", "size"),
    [
        ((0x6808,), "ldr r0, [r1]", 0x2000_0000, 4),
        ((0x7048,), "strb r0, [r1, #1]", 0x2000_0001, 1),
        ((0x5288,), "strh r0, [r1, r2]", 0x2000_0003, 2),
        ((0xF851, 0x0022), "ldr.w r0, [r1, r2, lsl #2]", 0x2000_000C, 4),
        ((0xF851, 0x0B04), "ldr r0, [r1], #4", 0x2000_0000, 4),
        ((0xE9D1, 0x0302), "ldrd r0, r3, [r1, #8]", 0x2000_0008, 8),
        ((0x4800,), "ldr r0, [pc, #0]", FLASH + 4, 4),
        ((0xE8D1, 0xF002), "tbb [r1, r2]", 0x2000_0003, 1),
        ((0xE8D1, 0xF012), "tbh [r1, r2, lsl #1]", 0x2000_0006, 2),
        ((0xE8D1, 0x2F4F), "ldrexb r2, [r1]", 0x2000_0000, 1),
        ((0xC90C,), "ldm r1!, {r2, r3}", 0x2000_0000, 8),
        ((0xE921, 0x000C), "stmdb r1!, {r2, r3}", 0x1FFF_FFF8, 8),
        ((0xE911, 0x000C), "ldmdb r1, {r2, r3}", 0x1FFF_FFF8, 8),
        ((0xB570,), "push {r4, r5, r6, lr}", 0x2000_7FF0, 16),
        ((0xBD70,), "pop {r4, r5, r6, pc}", 0x2000_8000, 16),
        ((0xED91, 0x0B00), "vldr d0, [r1]", 0x2000_0000, 8),
        ((0xED91, 0x0A00), "vldr s0, [r1]", 0x2000_0000, 4),
        ((0xED2D, 0x8B02), "vpush {d8}", 0x2000_7FF8, 8),
        ((0xED31, 0x0A02), "vldmdb r1!, {s0, s1}", 0x1FFF_FFF8, 8),
        ((0xFB91, 0xF0F2), "sdiv r0, r1, r2", None, 0),
    ],
)
def test_the_address_of_an_access(
    halfwords: tuple[int, ...], text: str, accesses: int | None, size: int
) -> None:
    found = instruction_at(view({FLASH: code(*halfwords)}), FLASH, REGISTERS)
    assert found is not None
    assert (found.text, found.accesses, found.size) == (text, accesses, size)


def test_the_values_are_those_that_it_reads_in_its_order() -> None:
    found = instruction_at(view({FLASH: code(0x5288)}), FLASH, REGISTERS)
    assert str(found) == "strh r0, [r1, r2]    r0 = 0x00000010  r1 = 0x20000000  r2 = 0x00000003"


def test_what_is_no_instruction_says_so() -> None:
    found = instruction_at(view({FLASH: code(0xB6F1)}), FLASH, REGISTERS)
    assert found is not None
    assert found.text == disassemble(code(0xB6F1), FLASH) == "(undefined)"


def test_where_nothing_can_be_read_there_is_none() -> None:
    assert instruction_at(view({}), FLASH, REGISTERS) is None


def test_a_call_is_known_by_what_stands_before_the_return_address() -> None:
    # bl FLASH + 0x104; blx r3; nop
    memory = view({FLASH: code(0xF000, 0xF880, 0x4798, 0xBF00)})
    assert call_before(memory, FLASH + 5) == (FLASH, FLASH + 0x104, "")
    assert call_before(memory, FLASH + 7) == (FLASH + 4, None, "r3")
    assert call_before(memory, FLASH + 9) is None
