"""Flash that firmware programs: what was decoded before holds where nothing has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.engines.embedded.engine import EmbeddedEngine

from .conftest import run_to_end

Boot = Callable[[str], EmbeddedEngine]


@pytest.mark.parametrize("traced", [False, True])
def test_code_that_is_programmed_anew_is_executed_anew(boot: Boot, traced: bool) -> None:
    engine = boot("reprogram")
    if traced:
        engine.start_trace()
    said = [line.split("=") for line in run_to_end(engine).splitlines()[:-1]]
    first, again = [0x1F, 0x1F, 0x2F, 0x2F, 0x3F, 0x3F], [0x10, 0x10, 0x20, 0x20, 0x30, 0x30]
    values = [int(value, 16) for _, value in said]
    assert [one for i, one in enumerate(values) if i % 4 < 2] == first
    assert [one for i, one in enumerate(values) if i % 4 >= 2] == again
    if traced:
        assert engine.stop_trace().instructions == engine.instructions
