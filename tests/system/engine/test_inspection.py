"""Instructions that are looked at because they may trap."""

from __future__ import annotations

from collections.abc import Callable

from tests.system.programs import PLENTY
from workbench.armv7m.architecture import Cfsr
from workbench.engines.base import Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image

from .conftest import Program, run_to_end

Boot = Callable[[str], EmbeddedEngine]


def test_an_access_whose_base_is_known_before_its_block_takes_no_hook(boot: Boot) -> None:
    engine = boot("copies")
    engine.run(Stop(uart=b"sum"), PLENTY)
    assert not engine.machine.inspection.addresses
    assert run_to_end(engine).startswith("sum=00001770")  # 2,000 times 1 + 2


def test_an_unaligned_access_of_several_words_is_a_fault(boot: Boot, program: Program) -> None:
    engine = boot("copies")
    copy = Image.from_file(program("copies")).symbol("copy").address
    engine.run(Stop(pc=frozenset({copy})), PLENTY)
    engine.registers["r0"] += 2
    reason = engine.run(Stop(), PLENTY)
    assert reason.kind is StopKind.FAULT
    assert reason.fault is not None
    assert reason.fault.cfsr == Cfsr.UNALIGNED
    assert "0x20000" in reason.detail and "(r0)" in reason.detail
