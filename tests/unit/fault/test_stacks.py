"""Where stacks end, as linkers and RTOSes say it, and what an overflow is."""

import pytest

from workbench.armv7m.mpu_region import MpuRegion
from workbench.fault.addresses import Addresses
from workbench.fault.frames import Call
from workbench.fault.mpu import MpuState
from workbench.fault.stacks import Stack, Stacks, above_guard, stack_use
from workbench.fault.tasks import current_task
from workbench.image import Image
from workbench.image.elf import Section, Symbol

from .machines import RAM, TOP, image, platform, variable, view, words


def find(
    program: Image, pointer: str = "msp", sp: int = TOP, memory: dict[int, bytes] | None = None
) -> Stack | None:
    stacks = Stacks(program, Addresses(program, platform()), view(memory or {}))
    return stacks.find(pointer, sp, sp)


def label(name: str, address: int) -> Symbol:
    return Symbol(name, address, 0, is_function=False)


@pytest.mark.parametrize("name", ["__stack_limit", "__StackLimit", "_sstack", "CSTACK$$Base"])
def test_a_symbol_of_the_linker_script_is_the_limit(name: str) -> None:
    stack = find(image((label(name, TOP - 0x1000),)))
    assert stack is not None
    assert (stack.limit, stack.top, stack.known_by) == (TOP - 0x1000, TOP, f"symbol {name}")


def test_a_variable_that_ends_at_the_initial_sp_is_the_stack() -> None:
    stack = find(image((variable("interrupt_stack", TOP - 0x800, 0x800),)))
    assert stack is not None
    assert stack.limit == TOP - 0x800


def test_a_section_named_stack_is_the_stack() -> None:
    section = Section(".stack", TOP - 0x400, 0x400, False, True, False)
    stack = find(image(sections=(section,)))
    assert stack is not None
    assert (stack.limit, stack.known_by) == (TOP - 0x400, "section .stack")


def test_else_it_ends_where_the_variables_do_and_the_reserve_is_told() -> None:
    bss = Section(".bss", RAM, 0x2000, False, True, False)
    stack = find(image((label("_Min_Stack_Size", 0x400),), (bss,)))
    assert stack is not None
    assert stack.limit == RAM + 0x2000
    assert "reserves 1,024 bytes (_Min_Stack_Size)" in stack.known_by


def test_else_it_ends_where_ram_does() -> None:
    stack = find(image(initial_sp=RAM + 0x1000))
    assert stack is not None
    assert (stack.limit, stack.known_by) == (RAM, "the start of RAM")


def test_a_thread_has_the_variable_that_its_frames_lie_in() -> None:
    program = image((variable("worker_stack", RAM + 0x1000, 512),))
    stack = find(program, "psp", RAM + 0x1100)
    assert stack is not None
    assert (stack.name, stack.limit) == ("stack in `worker_stack`", RAM + 0x1000)


# FreeRTOS: pxCurrentTCB -> {pxTopOfStack, lists, priority, pxStack, name}; pxStack in a heap block
CURRENT, BLOCK, STACK = RAM + 0x10, RAM + 0x800, RAM + 0x1008


def freertos(lists: int = 40, stack: int = STACK) -> dict[int, bytes]:
    block = words(STACK + 0x80) + bytes(lists) + words(3, stack) + b"blink".ljust(16, b"\0")
    ram = bytearray(0x4000)
    ram[CURRENT - RAM : CURRENT - RAM + 4] = words(BLOCK)
    ram[BLOCK - RAM : BLOCK - RAM + len(block)] = block
    ram[STACK - 8 - RAM : STACK - RAM] = words(0, 1 << 31 | 0x208)
    return {RAM: bytes(ram)}


@pytest.mark.parametrize("lists", [40, 56])  # with and without checks of the lists' integrity
def test_a_task_of_freertos_is_known_by_its_control_block(lists: int) -> None:
    program = image((variable("pxCurrentTCB", CURRENT, 4),))
    stack = find(program, "psp", STACK + 0x80, freertos(lists))
    assert stack is not None
    assert stack.name == "stack of task 'blink'"
    assert (stack.limit, stack.size) == (STACK, 0x200)


@pytest.mark.parametrize(
    ("header", "end"),
    [
        (1 << 31 | 0x208, STACK + 0x200),
        (1 << 31 | 16, STACK + 8),
        (1 << 31 | 8, None),  # a block with nothing in it
        (1 << 31 | 0x20C, None),  # blocks are multiples of 8 bytes
        (0x208, None),  # a block that is free
        (1 << 31 | 1 << 20, None),
    ],
)
def test_the_end_of_a_tasks_stack_is_that_of_its_block(header: int, end: int | None) -> None:
    memory = bytearray(freertos()[RAM])
    memory[STACK - 4 - RAM : STACK - RAM] = words(header)
    program = image((variable("pxCurrentTCB", CURRENT, 4),))
    task = current_task(program, view({RAM: bytes(memory)}))
    assert task is not None
    assert task.end == end


def test_before_the_scheduler_starts_there_is_no_task() -> None:
    program = image((variable("pxCurrentTCB", CURRENT, 4),))
    assert current_task(program, view({RAM: bytes(0x4000)})) is None
    assert current_task(image(), view({})) is None


HOME = Stack("main stack", RAM + 0x1000, RAM + 0x2000, "symbol __stack_limit")


def calls(*sps: int) -> list[Call]:
    return [Call(0x100, "f", sp=sp, size=16) for sp in sps]


def test_sp_below_the_limit_is_an_overflow() -> None:
    use = stack_use(HOME, "msp", RAM + 0xFF0, RAM + 0xFF0, calls(RAM + 0xFF0, RAM + 0x1FF0))
    assert use is not None
    assert (use.overflow, use.depth, use.largest[0].total) == (16, 2, 32)


def test_a_push_below_the_limit_is_an_overflow() -> None:
    use = stack_use(HOME, "msp", RAM + 0x1000, RAM + 0xFF8, calls(RAM + 0x1000))
    assert use is not None
    assert use.overflow == 8


def test_a_stack_pointer_that_was_never_in_the_stack_has_not_overflowed_it() -> None:
    use = stack_use(HOME, "msp", RAM + 0x100, RAM + 0x100, calls(RAM + 0x100, RAM + 0x180))
    assert use is not None
    assert use.overflow == 0


def test_handlers_may_have_a_stack_of_their_own() -> None:
    program = image((label("_sstack", TOP - 0x400), variable("_interrupt_stack", RAM, 0x800)))
    stack = find(program, "msp", RAM + 0x400)
    assert stack is not None
    assert stack.name == "stack in `_interrupt_stack`"


def test_near_a_stack_it_is_its_overflow_where_nothing_else_is() -> None:
    low = Stack("main stack", RAM, RAM + 0x1000, "the start of RAM")
    use = stack_use(low, "msp", RAM - 0x20, RAM - 0x20, ())
    assert use is not None
    assert use.overflow == 0x20


def test_a_stack_that_is_not_known_is_not_judged() -> None:
    assert stack_use(None, "psp", RAM, RAM, ()) is None


def test_a_guard_of_the_mpu_is_no_part_of_the_stack() -> None:
    guard = MpuState(True, True, (MpuRegion(1, RAM + 0x1000, RAM + 0x1020, 0, True),))
    assert above_guard(HOME, guard, RAM + 0x1800).limit == RAM + 0x1020
    assert above_guard(HOME, MpuState(), RAM + 0x1800) is HOME
