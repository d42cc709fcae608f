"""A diagnosis in lines."""

import pytest

from workbench.fault.frames import Call, How
from workbench.fault.stacks import FrameSum, Stack, StackUse
from workbench.fault.text import chain, headline, lines
from workbench.fault.unwind import folded
from workbench.image.demangle import without_types

from .samples import diagnosis

REC, MAIN = Call(0x120, "rec", "/a/t.c", 3), Call(0x200, "main", "/a/t.c", 9)
OVERFLOWN = StackUse(
    stack=Stack("main stack", 0x2000_0000, 0x2000_0400, "symbol __stack_limit"),
    pointer="MSP",
    sp=0x1FFF_FFF8,
    lowest=0x1FFF_FFF8,
    overflow=8,
    depth=15,
    largest=(FrameSum("rec", 14, 72, 1008), FrameSum("main", 1, 16, 16)),
)


def test_a_crash_is_told_with_place_instruction_calls_and_registers() -> None:
    assert lines(diagnosis()) == [
        "BusFault: read of 4 bytes from 0x60000000, where nothing is (precise)",
        "  at 0x00000100 in deep (/src/t.c:2): ldr r3, [r0]    r0 = 0x60000000",
        "  called from middle (t.c:4)",
        "  in thread mode, on MSP  CFSR=0x00008200 (PRECISERR, BFARVALID)  BFAR=0x60000000",
        "  pc=00000100 sp=20000fe0",
        "  r0=60000000",
    ]


def test_a_stack_overflow_comes_first_with_depth_and_largest_frames() -> None:
    said = lines(diagnosis(stack=OVERFLOWN))
    assert said[0] == (
        "stack overflow: MSP 0x1ffffff8 is 8 bytes below the end of the main stack of 1,024 bytes "
        "(0x20000000)"
    )
    assert "  15 calls deep, most of it: rec 14 frames of 72, 1,008 bytes; main 16 bytes" in said
    assert headline(diagnosis(stack=OVERFLOWN)).endswith("(BusFault, in deep)")


def test_a_recursion_is_told_once_with_its_depth() -> None:
    calls = folded([Call(0x110, "rec", "/a/t.c", 2), *[REC] * 13, MAIN])
    assert [call.times for call in calls] == [1, 13, 1]
    assert chain(calls) == ["called from rec (t.c:3) x 13, main (t.c:9)"]


def test_a_recursion_by_turns_is_told_once() -> None:
    odd = Call(0x140, "odd", "/a/t.c", 5)
    calls = folded([Call(0x110, "rec"), *[odd, REC] * 20, MAIN])
    assert chain(calls) == ["called from [odd (t.c:5), rec (t.c:3)] x 20, main (t.c:9)"]


@pytest.mark.parametrize("length", [3, 8])
def test_a_recursion_of_up_to_eight_functions_is_told_once(length: int) -> None:
    turn = [Call(0x200 + n, f"f{n}", "/a/t.c", n + 1) for n in range(length)]
    calls = folded([Call(0x110, "f0"), *turn * 5, MAIN])
    names = ", ".join(f"f{n} (t.c:{n + 1})" for n in range(length))
    assert chain(calls) == [f"called from [{names}] x 5, main (t.c:9)"]
    assert [call.cycle for call in calls] == [1, *[length] * length, 1]


def test_what_an_exception_interrupted_is_a_line_of_its_own() -> None:
    calls = [Call(0x110, "tick"), Call(0x130, "work", "/a/t.c", 7, interrupted_by="SysTick"), MAIN]
    assert chain(calls) == ["SysTick interrupted work (t.c:7), main (t.c:9)"]


def test_guesses_and_inlined_calls_are_marked() -> None:
    guess = Call(0x300, "outer", how=How.SCAN)
    calls = [MAIN, Call(0x120, "middle", "/a/t.c", 3, inlined=("in1", "in2")), guess]
    said = "called from in2 inlined in in1 inlined in middle (t.c:3), perhaps outer (0x00000300)"
    assert chain(calls) == [said]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("main", "main"),
        ("tflite::MicroInterpreter::Invoke()", "tflite::MicroInterpreter::Invoke"),
        ("app::(anonymous namespace)::Send(int)", "app::(anonymous namespace)::Send"),
        ("void copy<int, char*>(int const*, char*)", "copy<int, char*>"),
        ("void Products<(bool)0>(signed char const*)", "Products<(bool)0>"),
        ("Resolver<(int)5>::{deleting dtor}()", "Resolver<(int)5>::{deleting dtor}"),
        ("tflm::Allocator::operator()(unsigned int) const", "tflm::Allocator::operator()"),
        ("app::Send(int) [clone .part.0]", "app::Send"),
    ],
)
def test_functions_are_shown_without_parameters_and_result(name: str, short: str) -> None:
    assert without_types(name) == short


def test_of_a_long_chain_the_ends_are_shown() -> None:
    calls = [Call(n, f"f{n}") for n in range(40)]
    (said,) = chain(calls)
    assert said.startswith("called from f1 (0x00000001), f2")
    assert "..., f37" in said
    assert said.count("(0x") == 12
