"""A fuzz firmware that reads and writes every register window of a board at random.

Whatever firmware does, the engine goes on or says that the firmware ended; it never fails itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cross import BARE, CORE, compile_elf
from workbench.armv7m.architecture import is_own_peripheral
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.engines.embedded.peripherals.registry import OWN
from workbench.image import Image
from workbench.platform import Platform, read_platform
from workbench.repl import types

SOURCES = Path(__file__).parent
ROUND = 20_000  # accesses from one seed, from a power-on reset
CHUNK = Instructions(200_000)  # at about 40 an access; a chunk without an access ends the round
CORE_BLOCK = 0x1000  # of the private peripheral bus (ARMv7-M ARM, B3.1.1)
WORD = 4


class FuzzFailure(AssertionError):  # noqa: N818 - a test's verdict
    """The engine failed; the message says with which board and seed it does again."""


@dataclass(frozen=True)
class Tally:
    """What the firmware has counted."""

    accesses: int = 0
    faults: int = 0
    interrupts: int = 0
    rounds: int = 0
    stuck: int = 0  # rounds that the firmware could not end: its own memory or code was changed

    @property
    def counts(self) -> tuple[int, int, int]:
        """What the firmware itself counts."""
        return self.accesses, self.faults, self.interrupts

    def __add__(self, other: Tally) -> Tally:
        names = ("accesses", "faults", "interrupts", "rounds", "stuck")
        return Tally(*(getattr(self, name) + getattr(other, name) for name in names))


def windows(platform: Platform) -> list[tuple[int, int]]:
    """Where the blocks of the board answer: (start, size); the core's own included."""
    found = []
    for entry in platform.description.entries.values():
        if entry.type == types.MEMORY or entry.type.startswith(types.CPU):
            continue
        for place in entry.registrations:
            if place.parent == "sysbus" and place.address is not None:
                size = place.size or OWN.size_of(entry.type, entry.properties)
                if is_own_peripheral(place.address):
                    size = CORE_BLOCK
                found.append((place.address, max(size, WORD)))
    return sorted(found)


def compile_fuzzer(platform: Platform, folder: Path) -> Path:
    """Compile the firmware with the windows of `platform` and return the ELF."""
    listed = ", ".join(f"{{0x{start:08x}, 0x{size:x}}}" for start, size in windows(platform))
    (folder / "windows.h").write_text(f"#define WINDOW_LIST {listed}\n")
    words = ("-O1", "-Wall", "-Werror", f"-I{folder}", "-T", SOURCES / "registers.ld")
    return compile_elf(
        folder / f"{platform.name}.elf", *CORE, *BARE, *words, SOURCES / "registers.c"
    )


def fuzz(board: str, accesses: int, seed: int, folder: Path) -> Iterator[Tally]:
    """Make so many accesses, ROUND by ROUND with the seeds from `seed` on; yield the sums.

    Raises FuzzFailure where the engine fails.
    """
    platform = read_platform(board)
    image = Image.from_file(compile_fuzzer(platform, folder))
    total = Tally()
    with EmbeddedEngine() as engine:
        engine.load(image, platform)
        while total.accesses < accesses:
            at_most = min(ROUND, accesses - total.accesses)
            try:
                total += _round(engine, image, seed + total.rounds, at_most)
            except Exception as error:
                raise FuzzFailure(
                    f"{error!r}; again: python -m tests.system.engine.fuzz --board {board} "
                    f"--accesses {ROUND} --seed {seed + total.rounds}"
                ) from error
            yield total


def _round(engine: EmbeddedEngine, image: Image, seed: int, accesses: int) -> Tally:
    engine.reset()
    state = image.symbol("state").address
    engine.memory.write(state, seed.to_bytes(WORD, "little"))
    now = Tally()
    while now.accesses < accesses:
        engine.run(Stop(fault=False), CHUNK)
        words = engine.memory.read(state + WORD, 3 * WORD)
        counts = [int.from_bytes(words[i : i + WORD], "little") for i in range(0, 12, WORD)]
        before, now = now, Tally(*counts)
        is_whole = all(
            0 <= n - old < CHUNK.count for n, old in zip(now.counts, before.counts, strict=True)
        )
        if not is_whole or now.accesses == before.accesses:
            return replace(before, rounds=1, stuck=1)
    return replace(now, rounds=1)
