"""DWT_CYCCNT on the embedded engine: modelled cycles, the same for both tracers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.system.programs import OPTIMISED, compile_source
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import Platform
from workbench.timing.model import CycleModel

SOURCE = """
#include <stdint.h>
#define DEMCR (*(volatile uint32_t *)0xE000EDFC)
#define CTRL (*(volatile uint32_t *)0xE0001000)
#define CYCCNT (*(volatile uint32_t *)0xE0001004)
static const uint8_t table[256] = {1, 2, 3};
volatile uint32_t found, sink;
__attribute__((noinline)) uint32_t work(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += (&table[0])[i & 255] / (1 + (i & 3));
  return sum;
}
__attribute__((noinline)) void measure(uint32_t n) {
  uint32_t start = CYCCNT;
  sink = work(n);
  found = CYCCNT - start;
}
__attribute__((noinline)) void finished(void) { for (;;) __asm volatile("nop"); }
int main(void) {
  DEMCR = 1 << 24;
  CTRL = 1;
  measure(100);
  measure(1000);
  finished();
  return 0;
}
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("cyccnt")
    source = folder / "cyccnt.c"
    source.write_text(SOURCE)
    return Image.load(compile_source(folder / "cyccnt.elf", source, *OPTIMISED))


def device_and_host(image: Image, platform: Platform, python: bool) -> tuple[int, int]:
    """What the program measured for work(1000), and what the host models for the same call."""
    entry, end = image.symbol("work").address, image.symbol("finished").address
    with EmbeddedEngine(python_tracer=python) as engine:
        engine.load(image, platform)
        for _ in range(2):
            engine.run(Stop(pc=frozenset({entry})), Instructions(100_000))
        back = engine.registers["lr"] & ~1
        engine.start_trace(flash_reads=True)
        engine.run(Stop(pc=frozenset({back})), Instructions(100_000))
        trace = engine.stop_trace()
        engine.run(Stop(pc=frozenset({end})), Instructions(100_000))
        device = int.from_bytes(engine.memory.read(image.symbol("found").address, 4), "little")
    return device, CycleModel.of(platform).estimate(trace, platform.clock_hz).cycles.best


def test_the_device_reads_what_the_host_models(image: Image, platform: Platform) -> None:
    device, host = device_and_host(image, platform, python=False)
    assert 0 < device - host < 40  # the call and the return; what the caches held


def test_both_tracers_count_the_same_cycles(image: Image, platform: Platform) -> None:
    assert device_and_host(image, platform, True) == device_and_host(image, platform, False)


def stops(engine: EmbeddedEngine) -> None:
    pass


def snapshots(engine: EmbeddedEngine) -> None:
    engine.snapshot()


def traces(engine: EmbeddedEngine) -> None:
    engine.start_trace(flash_reads=True)


@pytest.mark.parametrize("python", [False, True])
@pytest.mark.parametrize("looked_on", [stops, snapshots, traces])
def test_looking_on_does_not_change_what_the_device_reads(
    looked_on: Callable[[EmbeddedEngine], None], python: bool, image: Image, platform: Platform
) -> None:
    def read(look: Callable[[EmbeddedEngine], None]) -> bytes:
        with EmbeddedEngine(python_tracer=python) as engine:
            engine.load(image, platform)
            engine.run(Stop(pc=frozenset({image.symbol("work").address})), Instructions(100_000))
            for _ in range(5):
                engine.run(Stop(), Instructions(333))
                look(engine)
            end = frozenset({image.symbol("finished").address})
            engine.run(Stop(pc=end), Instructions(100_000))
            return engine.memory.read(image.symbol("found").address, 4)

    assert read(looked_on) == read(stops)


@pytest.mark.parametrize("python", [False, True])
def test_the_counter_goes_back_with_a_snapshot(
    python: bool, image: Image, platform: Platform
) -> None:
    begin, end = image.symbol("measure").address, image.symbol("finished").address

    def finish(engine: EmbeddedEngine) -> bytes:
        engine.run(Stop(pc=frozenset({end})), Instructions(100_000))
        return engine.memory.read(image.symbol("found").address, 4)

    with EmbeddedEngine(python_tracer=python) as engine:
        engine.load(image, platform)
        engine.run(Stop(pc=frozenset({begin})), Instructions(100_000))
        engine.run(Stop(pc=frozenset()), Instructions(200))
        snapshot = engine.snapshot()
        first = finish(engine)
        engine.restore(snapshot)
        assert finish(engine) == first
