"""Trying a Renode out: it loads a platform and executes instructions, or it says why not."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from workbench.engines.renode.installations import RenodeInstallation
from workbench.engines.renode.process import WorkerProcess
from workbench.errors import EngineError, UserError
from workbench.support.cached_document import CachedDocument

# The smallest machine that has all the parts the engine works with.
_REPL = """
flash: Memory.MappedMemory @ sysbus 0x08000000
    size: 0x1000

sram: Memory.MappedMemory @ sysbus 0x20000000
    size: 0x1000

nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    priorityMask: 0xF0
    systickFrequency: 1000000
    IRQ -> cpu@0

cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m4"
    nvic: nvic

usart: UART.STM32_UART @ sysbus <0x40004400, +0x400>
    -> nvic@38
"""
_BASE = 0x0800_0000
# Initial SP and PC; then movs r0, #1; adds r0, r0, #1; b back to the adds (ARM DDI 0403E, A7.7).
_IMAGE = bytes.fromhex("00100020 09000008 0120 0130 fde7")
_INSTRUCTIONS = 1000
_SUM = 1 + _INSTRUCTIONS // 2  # every other instruction adds 1

_SOURCES = Path(__file__).parent


@dataclass(frozen=True)
class Trial:
    """What came of it; `why` it does not work, "" where it does. `version` as Renode says it."""

    works: bool
    version: str
    why: str = ""


def try_out(installation: RenodeInstallation, *, again: bool = False) -> Trial:
    """Load `installation` in a worker, or return what came of that the last time.

    again: do not believe an earlier failure. What took too long or was killed is not kept: it says
    more of the machine's load than of Renode.
    """
    cached = _cached(installation)
    earlier = _read(cached)
    if earlier is not None and (earlier.works or not again):
        return earlier
    try:
        trial = _try(installation)
    except EngineError as error:
        return Trial(False, "", error.message.splitlines()[0])
    except UserError as error:
        trial = Trial(False, "", _cause(error.message.removeprefix("Renode: ")))
    cached.write(asdict(trial))
    return trial


def _try(installation: RenodeInstallation) -> Trial:
    worker = WorkerProcess(installation.environment)
    try:
        repl, image = worker.folder / "trial.repl", worker.folder / "trial.bin"
        repl.write_text(_REPL)
        image.write_bytes(_IMAGE)
        worker.ask(
            "load",
            repl=str(repl),
            segments=[(str(image), _BASE)],
            flash=[_BASE],
            vector_table=_BASE,
            uart="usart",
            paced=True,
            log=str(worker.renode_log),
        )
        ran = worker.ask(
            "run",
            pattern_length=None,
            pc=[],
            watch=[],
            fault=True,
            reset=True,
            idle=True,
            instructions=_INSTRUCTIONS,
            nanoseconds=None,
        ).fields
        reached = worker.ask("get_register", name="r0").fields["value"]
        if (ran["reason"], ran["instructions"], reached) != ("limit", _INSTRUCTIONS, _SUM):
            return Trial(
                False,
                worker.version,
                f"of {_INSTRUCTIONS} instructions it executed {ran['instructions']}, and a sum of "
                f"{_SUM} was {reached}",
            )
        return Trial(True, worker.version)
    finally:
        worker.close()


def _cause(message: str) -> str:
    """What a message says in its first line, and in the next one where that only leads to it."""
    first, *rest = message.splitlines()
    return " ".join([first, *rest[:1]]) if first.endswith(":") else first


def _cached(installation: RenodeInstallation) -> CachedDocument:
    """The place of the result: it is worth nothing once a part of what was tried has changed."""
    parts = [installation.path, *installation.binaries.glob("Renode.*")]
    parts += sorted(installation.binaries.glob("*.dll"))
    if installation.framework is not None:
        parts += sorted(installation.framework.glob("libcoreclr.*"))
    files = ((part, part.stat()) for part in parts if part.is_file())
    states = [(str(part), state.st_mtime_ns, state.st_size) for part, state in files]
    also = json.dumps([installation.environment, states, sys.version, _bridge()])
    return CachedDocument("renode-trials", files=sorted(_SOURCES.rglob("*.py")), also=also)


def _bridge() -> str:
    """The version of pythonnet; a fork of it may have another name."""
    try:
        return metadata.version("pythonnet")
    except metadata.PackageNotFoundError:
        return ""


def _read(cached: CachedDocument) -> Trial | None:
    try:
        document = cached.read()
        return Trial(bool(document["works"]), str(document["version"]), str(document["why"]))
    except (TypeError, KeyError):
        return None
