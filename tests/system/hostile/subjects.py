"""What is damaged, and the commands that read it."""

from __future__ import annotations

import importlib
import pkgutil
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import workbench
from tests.system.hostile import mutations
from tests.system.hostile.harness import Job
from tests.system.hostile.mutations import Mutation
from tests.system.programs import compile_program
from workbench.builder import build, plan_build
from workbench.cli import app
from workbench.engines import open_engine
from workbench.engines.base import Instructions, Stop
from workbench.errors import WorkbenchError
from workbench.image import Image
from workbench.platform import select_platform
from workbench.runs.snapshots import read_snapshot, restored, write_snapshot
from workbench.support.resources import own_model, resource

BOARD = "stm32f4_discovery"
BOARDS = (BOARD, "nrf52840_dk")
LIMIT = "3ms"
_PROGRAMS = ("nested", "semihost")
_NOT_OURS = ("workbench.engines.renode.worker.", "workbench.robot", "workbench.pytest_plugin")


@dataclass(frozen=True)
class Subject:
    """A sound file, how it is damaged, and what is done with the damaged one at `path`."""

    kind: str
    name: str  # of the damaged file
    content: bytes
    mutation: Mutation
    jobs: Callable[[Path, random.Random], Job]


def load_everything() -> None:
    """Import the package, so that no job has to."""
    for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
        if not module.name.startswith(_NOT_OURS):
            importlib.import_module(module.name)


def subjects(folder: Path) -> list[Subject]:
    """All subjects; what they need beside them is made in `folder`."""
    load_everything()
    for board in BOARDS:
        shutil.copy(build(plan_build(board, "reference")).elf, folder / f"{board}.elf")
    own = folder / f"{BOARD}.elf"
    found = [
        Subject("elf", "a.elf", elf.read_bytes(), mutations.elf, _on_elf)
        for elf in (own, *_programs(folder))
    ]
    for board in BOARDS:
        repl = resource("platforms") / board / f"{board}.repl"
        toml = resource("platforms") / board / "platform.toml"
        elf = folder / f"{board}.elf"
        on_repl, on_toml = _on_repl(elf), _on_toml(elf, repl)
        found.append(Subject("repl", "a.repl", repl.read_bytes(), mutations.text, on_repl))
        found.append(Subject("toml", "platform.toml", toml.read_bytes(), mutations.text, on_toml))
    model = own_model().read_bytes()
    found.append(Subject("tflite", "a.tflite", model, mutations.binary, _on_model))
    found.append(Subject("npz", "a.npz", _archive(folder), mutations.npz, _on_features))
    spoken = resource("firmware") / "models/keyword_spotter/recordings/yes_en-gb.wav"
    found.append(Subject("wav", "a.wav", spoken.read_bytes(), mutations.wav, _on_features))
    taken, on_snapshot = _snapshot(folder), _on_snapshot(folder)
    found.append(Subject("snapshot", "a.snapshot", taken, mutations.snapshot, on_snapshot))
    return found


def _programs(folder: Path) -> Sequence[Path]:
    return [compile_program(name, folder) for name in _PROGRAMS]


def command(*arguments: str | Path) -> Job:
    """A job that runs one command of the workbench."""
    return lambda: app.run([str(argument) for argument in arguments])


def _on_elf(path: Path, rng: random.Random) -> Job:
    on = ("--platform", BOARD, "--engine", "embedded", "--limit", LIMIT)
    return command(rng.choice(("run", "run", "profile")), path, *on)


def _on_repl(elf: Path) -> Callable[[Path, random.Random], Job]:
    def job(path: Path, rng: random.Random) -> Job:
        on = ("--engine", "embedded", "--limit", LIMIT)
        return command("run", elf, "--repl", path, *on)

    return job


def _on_toml(elf: Path, repl: Path) -> Callable[[Path, random.Random], Job]:
    def job(path: Path, rng: random.Random) -> Job:
        shutil.copy(repl, path.parent / f"{path.parent.name}.repl")
        on = ("--engine", "embedded", "--limit", LIMIT)
        name = rng.choice(("run", "run", "profile"))
        return command(name, elf, "--platform", path.parent, *on)

    return job


def _on_model(path: Path, rng: random.Random) -> Job:
    return command("model", "inspect", path)


def _on_features(path: Path, rng: random.Random) -> Job:
    return command("classify", path, "--kernels", "reference", "--engine", "embedded")


def _on_snapshot(folder: Path) -> Callable[[Path, random.Random], Job]:
    def job(path: Path, rng: random.Random) -> Job:
        return lambda: open_snapshot(folder / f"{BOARD}.elf", path)

    return job


def open_snapshot(elf: Path, path: Path) -> int:
    """Restore a snapshot and let it run on for a little, as `workbench gdb --snapshot` does."""
    try:
        saved = read_snapshot(path)
        with open_engine(saved.engine) as machine:
            machine.load(Image.from_file(elf), select_platform(BOARD))
            with restored(machine, saved):
                print(machine.run(Stop(), Instructions(2000)).kind)
    except WorkbenchError as error:
        print(f"error: {error}")
        return error.exit_code
    return 0


def _archive(folder: Path) -> bytes:
    path = folder / "features.npz"
    np.savez(
        path,
        features_int8=np.zeros((2, 49, 10), np.int8),
        scale=np.float32(0.5),
        zero_point=np.int32(3),
        label=np.array([1, 0]),
        label_names=np.array(["no", "yes"]),
        file_names=np.array(["a", "b"]),
    )
    return path.read_bytes()


def _snapshot(folder: Path) -> bytes:
    path = folder / "own.snapshot"
    with open_engine("embedded") as machine:
        machine.load(Image.from_file(folder / f"{BOARD}.elf"), select_platform(BOARD))
        machine.run(Stop(), Instructions(20_000))
        write_snapshot(path, machine.snapshot())
    return path.read_bytes()
