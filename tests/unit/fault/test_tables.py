"""Frame information: what its instructions mean, and that damage to it does no harm."""

import random

import pytest

from tests.cross import BARE, CORE, compile_elf
from workbench.fault.cfi import CallFrames
from workbench.fault.exidx import CannotUnwindError, IndexTable, executed
from workbench.fault.frames import Context, How

from .machines import RAM, view, words

SOURCE = """
int leaf(int); int outer(int x) { volatile int a[8]; a[x & 7] = x; return leaf(a[1]) + a[0]; }
int leaf(int x) { return x * 3; } void _start(void) { outer(1); }
"""


def context(**registers: int) -> Context:
    return Context({"sp": RAM, "pc": 0x101, "lr": 0x201, **registers}, False, How.REGISTERS)


def undone(codes: bytes, stack: bytes = words(*range(1, 65)), **registers: int) -> dict[str, int]:
    return executed(codes, context(**registers), view({RAM: stack}))


@pytest.mark.parametrize(
    ("codes", "sp", "restored"),
    [
        (b"\x01\xb0", RAM + 8, {}),  # vsp += 8
        (b"\x03\x40\xb0", RAM + 12, {}),  # vsp += 16, vsp -= 4
        (b"\xa8\xb0", RAM + 8, {"r4": 1, "lr": 2}),  # pop {r4, lr}
        (b"\xa1\xb0", RAM + 8, {"r4": 1, "r5": 2}),  # pop {r4, r5}
        (b"\x84\x80\xb0", RAM + 8, {"r11": 1, "lr": 2}),  # pop {r11, lr}
        (b"\x97\x00\xb0", RAM + 0x24, {}),  # vsp = r7, vsp += 4
        (b"\xb1\x0f\xb0", RAM + 16, {"r0": 1, "r3": 4}),  # pop {r0-r3}
        (b"\xb2\x01\xb0", RAM + 0x208, {}),  # vsp += 0x204 + (1 << 2)
        (b"\xd1\xb0", RAM + 16, {}),  # vpop {d8, d9}
        (b"\xc9\x81\xb0", RAM + 16, {}),  # vpop {d8, d9}
    ],
)
def test_instructions_of_the_index_table(codes: bytes, sp: int, restored: dict[str, int]) -> None:
    registers = undone(codes, r7=RAM + 0x20)
    assert registers["sp"] == sp
    assert {name: registers[name] for name in restored} == restored


@pytest.mark.parametrize("codes", [b"\x80\x00", b"\x9d", b"\xb2", b"\xff", b"\xb4", b"\xb2\x80"])
def test_what_refuses_or_makes_no_sense_is_no_caller(codes: bytes) -> None:
    with pytest.raises(CannotUnwindError):
        undone(codes)


def test_a_stack_that_cannot_be_read_is_no_caller() -> None:
    with pytest.raises(CannotUnwindError):
        undone(b"\xa8\xb0", stack=b"")


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "a.c").write_text(SOURCE)
    link = [f"-Wl,--defsym=__aeabi_unwind_cpp_pr{n}=0" for n in range(3)]
    options = (*CORE, *BARE, "-Os", "-g", "-funwind-tables", *link)
    return compile_elf(folder / "a.elf", *options, folder / "a.c").read_bytes()


@pytest.mark.slow
def test_damaged_files_give_fewer_callers_and_no_errors(elf: bytes) -> None:
    source = random.Random(11)
    stack = view({RAM: words(*range(64))})
    for _ in range(300):
        damaged = bytearray(elf)
        for _ in range(source.randrange(1, 40)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        content = bytes(damaged[: source.choice((len(elf), source.randrange(len(elf))))])
        frames, index = CallFrames(content, frozenset()), IndexTable(content)
        for address in (0x8001, 0x8011, 0x8021, 0xFFFFFFFF, 1):
            there = context(pc=address)
            for caller in (frames.caller(there, stack), index.caller(there, stack)):
                assert caller is None or {"sp", "pc"} <= caller.registers.keys()


def test_undamaged_it_knows_the_caller(elf: bytes) -> None:
    stack = view({RAM: words(*range(64))})
    frames, index = CallFrames(elf, frozenset()), IndexTable(elf)
    assert any(frames.caller(context(pc=0x8000 + n), stack) for n in range(2, 40))
    assert any(index.caller(context(pc=0x8000 + n), stack) for n in range(2, 40))
