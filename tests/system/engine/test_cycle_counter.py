"""DWT_CYCCNT on the embedded engine: modelled cycles, the same for both tracers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.programs import OPTIMISED, compile_source
from tests.unit.timing.programs import M4
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import Platform
from workbench.timing.model import CycleModel
from workbench.timing.program import Program
from workbench.trace import Trace

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


def compiled(text: str, folder: Path) -> Image:
    source = folder / "cyccnt.c"
    source.write_text(text)
    return Image.from_file(compile_source(folder / "cyccnt.elf", source, *OPTIMISED))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return compiled(SOURCE, tmp_path_factory.mktemp("cyccnt"))


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


SWITCHED = r"""
#include <stdint.h>
#define DEMCR (*(volatile uint32_t *)0xE000EDFC)
#define DWT ((volatile uint32_t *)0xE0001000)
#define ICSR ((volatile uint32_t *)0xE000ED04)
static const uint32_t table[64] = {1, 2, 3};
volatile uint32_t found[8], handled;
void PendSvHandler(void) { handled++; }
/* On, off and on again, each in a block that an exception cuts short and that reads from flash;
   once it is cut short at a conditional store, behind which the core goes on at first. */
__attribute__((noinline)) uint32_t measure(uint32_t n) {
  uint32_t sum = 0;
  __asm volatile(
      "mov r0, #1\n mov r1, #0x10000000\n"
      "str r0, [%[dwt]]\n ldr r2, [%[table]]\n str r1, [%[icsr]]\n ldr r2, [%[table], #64]\n nop\n"
      "mov r0, #0\n"
      "str r0, [%[dwt]]\n ldr r2, [%[table], #128]\n str r1, [%[icsr]]\n nop\n nop\n"
      "mov r0, #1\n"
      "str r0, [%[dwt]]\n ldr r2, [%[table], #192]\n nop\n ldr r2, [%[table]]\n"
      "tst r0, r0\n it ne\n strne r1, [%[icsr]]\n ldr r2, [%[table], #4]\n nop\n"
      :
      : [dwt] "r"(DWT), [icsr] "r"(ICSR), [table] "r"(table)
      : "r0", "r1", "r2", "cc", "memory");
  for (uint32_t i = 0; i < n; i++) sum += (&table[0])[i & 63];
  return DWT[1] + 0 * sum;
}
__attribute__((noinline)) void finished(void) { for (;;) __asm volatile("nop"); }
int main(void) {
  DEMCR = 1 << 24;
  for (uint32_t i = 0; i < 8; i++) found[i] = measure(3 + i);
  finished();
  return 0;
}
"""


@pytest.fixture(scope="module")
def switched(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return compiled(SWITCHED, tmp_path_factory.mktemp("switched"))


def switched_on_and_off(
    image: Image, platform: Platform, python: bool, traced: bool
) -> tuple[bytes, Trace | None, int]:
    """What the program found, the trace, and the instructions it must hold."""
    with EmbeddedEngine(python_tracer=python) as engine:
        engine.load(image, platform)
        if traced:
            engine.start_trace(flash_reads=True)
        engine.run(Stop(pc=frozenset({image.symbol("finished").address})), Instructions(100_000))
        found = image.symbol("found")
        trace = engine.stop_trace() if traced else None
        return engine.memory.read(found.address, found.size), trace, engine.instructions


@pytest.mark.parametrize("python", [False, True])
def test_switching_the_counter_leaves_a_trace_as_it_is(
    python: bool, switched: Image, platform: Platform
) -> None:
    _, trace, instructions = switched_on_and_off(switched, platform, python, traced=True)
    assert trace is not None
    assert trace.instructions == instructions


@pytest.mark.parametrize("python", [False, True])
def test_a_trace_does_not_change_a_counter_that_is_switched(
    python: bool, switched: Image, platform: Platform
) -> None:
    found, *_ = switched_on_and_off(switched, platform, python, traced=True)
    assert found == switched_on_and_off(switched, platform, python, traced=False)[0]


def test_both_tracers_agree_on_a_counter_that_is_switched(
    switched: Image, platform: Platform
) -> None:
    in_c = switched_on_and_off(switched, platform, False, traced=True)
    assert in_c == switched_on_and_off(switched, platform, True, traced=True)


@pytest.mark.parametrize("python", [False, True])
def test_a_load_reads_from_flash_as_often_as_it_is_executed(
    python: bool, switched: Image, platform: Platform
) -> None:
    _, trace, _ = switched_on_and_off(switched, platform, python, traced=True)
    assert trace is not None and trace.flash_reads
    words = {address: it.words for address, it in Program.of(trace, M4).by_address.items()}
    for address, found in trace.flash_reads.items():
        assert found.reads <= trace.counts[address] * words[address], hex(address)
