"""The same ELF on Renode, on the embedded engine and on QEMU, one after the other.

    python -m tests.bench.engines_side_by_side

Wall time from the command to the first classification, `workbench run` from the shell: start, load,
boot, features in, answer out (best of some runs; for QEMU the time is that of the emulator alone,
driven over its serial port). Instructions a second: from question to answer on a machine that has
booted (best of some), instructions counted by the embedded engine. The model is MLPerf Tiny's
keyword spotter where it lies beside the repository (7.4 million instructions an inference), else
our own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.system.qemu.qemu import QemuMachine, why_unavailable
from workbench.builder import build, plan_build
from workbench.engines.renode.discovery import discover
from workbench.errors import EngineUnavailableError
from workbench.image import Image
from workbench.link.frames import REPLY, Frame, FrameSplitter, encode
from workbench.link.messages import Request
from workbench.model.features import Features, read_features
from workbench.model.reader import read_model
from workbench.model.tensor_info import TensorInfo
from workbench.platform import select_platform
from workbench.runs.inference import boot
from workbench.support.resources import own_model, resource

BOARD = "stm32f4_discovery"
RECORDING = Path("models", "keyword_spotter", "recordings", "yes_en-gb.wav")
SHARED_MODEL = Path(__file__).parents[3] / "shared" / "models" / "kws_ref_model.tflite"
MODEL = SHARED_MODEL if SHARED_MODEL.exists() else own_model()
MODEL_INPUT = TensorInfo.of(read_model(MODEL).inputs[0])
RUNS = 5
INFERENCES = 10


@dataclass(frozen=True)
class Figures:
    """Seconds to the first classification, and seconds of one inference after it."""

    first: float
    each: float


def on_engine(name: str, elf: Path, recording: Path) -> Figures:
    """Time one of our engines."""
    (features,) = read_features(recording)
    with tempfile.TemporaryDirectory() as folder:
        question = Path(folder) / "question.bin"
        question.write_bytes(_question(features, 1))
        command = [sys.executable, "-m", "workbench", "run", str(elf), "--platform", BOARD]
        command += ["--input", str(question), "--engine", name]
        first = min(_seconds(lambda: _call(command)) for _ in range(RUNS))
    with boot(Image.from_file(elf), select_platform(BOARD), name) as session:
        session.classify(features)
        each = min(_seconds(lambda: session.classify(features)) for _ in range(INFERENCES))
    return Figures(first, each)


def on_qemu(elf: Path, recording: Path) -> Figures:
    """Time QEMU, driven over its serial port."""
    (features,) = read_features(recording)
    firsts, eaches = [], []
    for _ in range(RUNS):
        begun = time.perf_counter()
        with QemuMachine(elf) as machine:
            machine.expect(b"ready\r\n")
            _ask(machine, features, 1)
            firsts.append(time.perf_counter() - begun)
            for sequence in range(2, 2 + INFERENCES):
                begun = time.perf_counter()
                _ask(machine, features, sequence)
                eaches.append(time.perf_counter() - begun)
    return Figures(min(firsts), min(eaches))


def _ask(machine: QemuMachine, features: Features, sequence: int) -> None:
    """Have the firmware classify, and wait for its answer."""
    machine.write(_question(features, sequence))
    splitter = FrameSplitter()
    while True:
        for frame in splitter.feed(machine.expect(b"\\x00")):
            assert frame.type == Request.INFER | REPLY, frame
            return


def _question(features: Features, sequence: int) -> bytes:
    payload = MODEL_INPUT.store(features.arrays[0]).tobytes()
    return encode(Frame(Request.INFER, sequence, payload))


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def inference(elf: Path, recording: Path) -> int:
    """Instructions from one answer to the next, counted on the embedded engine."""
    (features,) = read_features(recording)
    with boot(Image.from_file(elf), select_platform(BOARD), "embedded") as session:

        def answered() -> int:
            session.classify(features)
            assert session.client.stopped is not None
            return session.client.stopped.instructions

        before = answered()
        return answered() - before


def main() -> None:
    """Print the table."""
    elf = build(plan_build(BOARD, "cmsis_nn", MODEL)).elf
    recording = resource("firmware") / RECORDING
    figures = {"embedded": on_engine("embedded", elf, recording)}
    try:
        installation = discover()
        figures[f"Renode {installation.version}"] = on_engine("renode", elf, recording)
    except EngineUnavailableError as error:
        print(f"Renode: {error.message}")
    missing = why_unavailable()
    if missing is None:
        figures["QEMU"] = on_qemu(elf, recording)
    else:
        print(f"QEMU: {missing}")
    instructions = inference(elf, recording)
    print(f"{MODEL.stem}, {instructions:,} instructions from answer to answer, {BOARD}")
    print(f"{'':28} {'first classification':>22} {'instructions a second':>24}")
    for name, found in figures.items():
        speed = instructions / found.each / 1e6
        print(f"{name:28} {found.first:>20.2f} s {speed:>20.1f} mio.")


if __name__ == "__main__":
    main()
