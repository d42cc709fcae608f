"""The calls that led to a fault, however the program was compiled."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.endings import diagnosis_of
from workbench.engines.base import FaultState, Instructions, Stop, StopKind, StopReason
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.frames import How
from workbench.image import Image
from workbench.platform import Platform

from .conftest import Compile, Crash, crash_on

WITH_LINES = [("-O0", "-g"), ("-Og", "-g"), ("-Os", "-g"), ("-O2", "-g")]
# Without call frame information: by the index table of the Arm ABI, by prologues
_NONE = ",".join(f"--defsym=__aeabi_unwind_cpp_pr{n}=0" for n in range(3))
_TABLES = ("-O1", "-funwind-tables", f"-Wl,{_NONE}")
WITHOUT = [_TABLES, ("-O1",), ("-Os",), ("-O0",)]


def names(diagnosis: Diagnosis) -> list[str]:
    return [call.function.split(".")[0] for call in diagnosis.calls]


@pytest.mark.parametrize("options", [*WITH_LINES, *WITHOUT], ids="".join)
def test_nested_handlers_lead_back_to_the_reset(options: tuple[str, ...], crash: Crash) -> None:
    diagnosis = crash("nested_handlers", options)
    found = [name for name in names(diagnosis) if name not in ("deep", "middle")]
    assert found[:3] == ["read_in_handler", "Irq1Handler", "Irq0Handler"]
    assert found[3:] == ["compute", "nested_handlers", "ResetHandler"]
    interrupted = [call.interrupted_by for call in diagnosis.calls if call.interrupted_by]
    assert interrupted == ["IRQ 1 (exti)", "IRQ 0"]
    assert not diagnosis.broken


@pytest.mark.parametrize("options", [*WITH_LINES, *WITHOUT], ids="".join)
def test_a_thread_ends_at_what_it_returns_to(options: tuple[str, ...], crash: Crash) -> None:
    found = [n for n in names(crash("in_thread", options)) if n not in ("deep", "middle")]
    assert found == ["reading_thread", "end_of_thread"]


def test_the_index_table_is_used_where_there_is_no_other(crash: Crash) -> None:
    diagnosis = crash("nested_handlers", _TABLES)
    assert How.EXIDX in {call.how for call in diagnosis.calls}


def test_without_symbols_and_lines_the_calls_are_guesses(crash: Crash) -> None:
    diagnosis = crash("read_nowhere", ("-O0",), stripped=True)
    assert names(diagnosis)[:3] == ["", "", ""]
    assert {call.how for call in diagnosis.calls[1:]} == {How.SCAN}


def test_a_stack_of_rubbish_ends_the_chain(compiled: Compile, platform: Platform) -> None:
    """Whatever lies on the stack, a diagnosis comes, and soon."""
    image = Image.from_file(compiled())
    code = [function.address | 1 for function in image.functions]
    source = random.Random(7)
    words = [*code, *(address + 4 for address in code), 0xFFFFFFF9, 0xFFFFFFFD, 0xFFFFFFE1, 0, 1]
    words += [0xFFFFFFFF, 0x20007F00, 0x2001FFFC, 0x40000000, 0xE000ED28]
    with EmbeddedEngine() as engine:
        crash_on(engine, compiled(), platform, "nested_handlers")
        stopped = engine.run(Stop(), Instructions(1))
        for _ in range(150):
            sp = source.choice((0x20007E00, 0x20007FF0, 0x2001FFFC, 0x10000000, 0xFFFFFFF0, 0))
            rubbish = [source.choice(words) for _ in range(128)]
            engine.memory.write(0x20007E00, struct.pack("<128I", *rubbish))
            registers = {f"r{n}": source.choice(words) for n in range(13)}
            registers |= {"sp": sp, "lr": source.choice(words), "pc": source.choice(words)}
            registers["xpsr"] = source.choice((0, 3, 15, 17)) | 1 << 24
            reason = _fault(stopped, registers)
            assert diagnosis_of(engine, image, platform, reason) is not None


def _fault(stopped: StopReason, registers: Mapping[str, int]) -> StopReason:
    state = FaultState(3, registers["pc"], registers["sp"], registers, 0xFFFFFFF9, cfsr=0x100)
    return replace(stopped, kind=StopKind.FAULT, fault=state)
