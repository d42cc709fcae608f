from dataclasses import replace

import pytest

from tests.unit.builder.plans import TOOLCHAIN, a_plan
from tests.unit.link.fake_firmware import hello_payload
from workbench.benchmark.fit import fit
from workbench.builder import plan
from workbench.errors import LinkError
from workbench.link.messages import parse_hello


@pytest.fixture
def start(monkeypatch):
    monkeypatch.setattr(plan, "find_toolchain", lambda: TOOLCHAIN)
    return a_plan(arena_bytes=8192)


def firmware(used, needed, tried):
    """Return a boot function: the model uses `used` bytes, and starts from `needed` on."""

    def boot(plan):
        tried.append(plan.arena_bytes)
        missing = max(0, needed - plan.arena_bytes)
        error = (19, missing, "arena") if missing else (0, 0, "")
        return replace(parse_hello(hello_payload(error)), arena_used=used)

    return boot


def test_the_arena_shrinks_to_what_was_used(start):
    assert fit(start, firmware(1990, 1990, [])).arena_bytes == 2000


def test_an_arena_that_is_too_small_grows_by_what_was_missing(start):
    assert fit(replace(start, arena_bytes=16), firmware(2000, 2000, [])).arena_bytes == 2000


def test_a_runtime_that_needs_more_than_it_uses_gets_it(start):
    tried = []
    assert fit(start, firmware(2000, 2500, tried)).arena_bytes == 2512
    assert tried == [8192, 2000, 2512]


def test_another_failure_of_the_model_is_reported(start):
    hello = parse_hello(hello_payload((18, 0, "TANH is not registered")))
    with pytest.raises(LinkError, match="TANH is not registered"):
        fit(start, lambda _: hello)
