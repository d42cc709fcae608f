"""Renode as an engine: the interface of `workbench.engines.base` over a worker process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workbench.engines.base import (
    NO_TRACE,
    START_TRACE,
    Engine,
    FaultState,
    Instructions,
    Limit,
    Snapshot,
    Stop,
    StopKind,
    StopReason,
    TraceMark,
)
from workbench.engines.boot import boot_of
from workbench.engines.code_cache import CacheShape
from workbench.engines.renode.discovery import discover
from workbench.engines.renode.findings import abort_in, log_lines, warnings_in, without_refusals
from workbench.engines.renode.installations import RenodeInstallation
from workbench.engines.renode.process import WorkerProcess
from workbench.engines.renode.stacked import as_silicon_stacks
from workbench.engines.renode.unserved import semihosting_warning
from workbench.engines.renode.views import RenodeMemory, RenodeRegisters, RenodeUart
from workbench.engines.scripts.check import require_harmless
from workbench.engines.state import in_snapshots
from workbench.errors import EngineError, UserError
from workbench.platform.uart_pacing import UartPacing
from workbench.support.framing import Message
from workbench.timing.flash import read_flash
from workbench.trace import NO_CACHE

if TYPE_CHECKING:
    from workbench.engines.renode.recording import Recording
    from workbench.image import Image
    from workbench.platform import Platform
    from workbench.trace import Trace

_NS = 1_000_000_000


@in_snapshots("renode")
@dataclass(frozen=True)
class _Saved:
    """A snapshot's state: what Renode saved, and what the host's side keeps of the machine."""

    emulation: bytes
    issued_before: int
    asleep: bool
    instructions: int
    transcript: bytes
    unread: bytes
    waiting: bytes  # what the host has sent and has not arrived
    frame: int | None  # nanoseconds that its first byte has been on the line; None: it is not


class RenodeEngine(Engine):
    """A machine in Renode.

    Stops at addresses, limits and fault entries are exact. After a pattern on the console the core
    finishes the block of instructions that sent its last byte. What Renode decides: virtual time at
    a sleep is up to two milliseconds late, a system reset comes up to one millisecond after the
    firmware asked for it, and where an instruction does not take a whole number of nanoseconds the
    last ones of a limit in instructions pass in one each.
    """

    name = "renode"

    def __init__(self, installation: RenodeInstallation | None = None) -> None:
        """Find Renode (raises EngineUnavailableError); it starts with the first `load`."""
        self.installation = installation or discover()
        self._process: WorkerProcess | None = None
        self._instructions = 0
        self._traces = 0
        self._recording: Recording | None = None
        self._flash: tuple[tuple[int, int], ...] = ()
        self._code_cache: CacheShape | None = None
        self._data_cache = NO_CACHE
        self._saves = 0
        self._untold: tuple[str, ...] = ()  # warnings for the next StopReason
        self.is_helped = False
        """Whether an engine beside it serves what Renode does not."""
        self._uart = RenodeUart(self._worker)
        self._registers = RenodeRegisters(self._worker)
        self._memory = RenodeMemory(self._worker)

    @property
    def uart(self) -> RenodeUart:
        return self._uart

    @property
    def registers(self) -> RenodeRegisters:
        return self._registers

    @property
    def memory(self) -> RenodeMemory:
        return self._memory

    def load(self, image: Image, platform: Platform) -> None:
        require_harmless(platform.description)
        if self._process is None or not self._process.alive:
            self.close()
            self._process = self._start()
        worker = self._process
        segments = []
        for index, segment in enumerate(image.segments):
            file = worker.folder / f"segment-{index}.bin"
            file.write_bytes(segment.data)
            segments.append((str(file), segment.address))
        boot = boot_of(image, platform)
        unserved = "" if self.is_helped else semihosting_warning(image)
        self._untold = tuple(one for one in (*boot.warnings, unserved) if one)
        self._clear()
        answer = worker.ask(
            "load",
            repl=str(platform.repl.absolute()),
            segments=segments,
            flash=[start for start, _ in platform.flash_ranges],
            vector_table=boot.vector_table,
            uart=platform.uart,
            paced=platform.uart_pacing is UartPacing.BAUD,
            log=str(worker.renode_log),
        )
        self._flash = platform.flash_ranges
        self._code_cache = CacheShape.of(platform)
        self._data_cache = read_flash(platform.flash_timing).data_cache
        if answer.fields.get("keeps_pace"):
            self._untold += (
                f"this Renode lets bytes come to {platform.uart} at its baud rate, with "
                "--uart-pacing off too",
            )
        self._note(answer)

    def reset(self) -> None:
        self._note(self._worker().ask("reset"))

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def run(self, until: Stop, limit: Limit) -> StopReason:
        pattern = until.uart
        instructions, nanoseconds = _limit(limit)
        answer = self._worker().ask(
            "run",
            (pattern or b"") + self.uart.unread,
            on_event=self._progress,
            pattern_length=None if pattern is None else len(pattern),
            pc=sorted(until.pc),
            watch=[(p.address, p.size, p.read, p.write) for p in until.watch],
            fault=until.fault,
            reset=until.reset,
            idle=until.idle,
            instructions=instructions,
            nanoseconds=nanoseconds,
        )
        self._note(answer)
        return replace(
            self._reason(answer.fields),
            watchpoint=until.watchpoint_at(*answer.fields.get("accessed", (0, 0, False))),
        )

    def drive(self, port: str, pin: int, level: bool) -> None:
        self.uart.take(self._worker().ask("drive", port=port, pin=pin, level=level).blob)

    @property
    def instructions(self) -> int:
        return self._instructions

    def start_trace(self, flash_reads: bool = False) -> None:
        from workbench.engines.renode.recording import Recording

        worker = self._worker()
        self._traces += 1
        blocks = worker.folder / f"blocks-{self._traces}"
        reads = worker.folder / f"reads-{self._traces}"
        answer = worker.ask(
            "start_trace",
            path=str(blocks),
            reads_path=str(reads),
            ranges=self._flash if flash_reads else [],
        )
        begun = int(answer.fields["instructions"])
        self._recording = Recording(
            blocks, reads, begun, self._read_code, self._code_cache, self._data_cache
        )

    def stop_trace(self) -> Trace:
        worker, recording = self._worker(), self._recorded()
        answer = worker.ask("stop_trace")
        self._recording = None
        return recording.finish(int(answer.fields["instructions"]))

    def mark_trace(self) -> TraceMark:
        worker, recording = self._worker(), self._recorded()
        fields = worker.ask("mark_trace").fields
        return recording.mark(int(fields["instructions"]), int(fields["reads"]))

    def _recorded(self) -> Recording:
        if self._recording is None:
            raise UserError(NO_TRACE, START_TRACE)
        return self._recording

    def snapshot(self) -> Snapshot:
        worker = self._worker()
        self._saves += 1
        path = worker.folder / f"snapshot-{self._saves}"
        answer = worker.ask("save", path=str(path))
        emulation = path.read_bytes()
        path.unlink()
        saved = _Saved(
            emulation,
            int(answer.fields["issued_before"]),
            bool(answer.fields["asleep"]),
            self._instructions,
            self.uart.transcript,
            self.uart.unread,
            answer.blob,
            answer.fields["frame"],
        )
        return Snapshot(self.name, saved)

    def restore(self, snapshot: Snapshot) -> None:
        saved = snapshot.state
        if not isinstance(saved, _Saved):
            raise UserError(
                f"a snapshot of engine {snapshot.engine} cannot be restored in Renode",
                "Take the snapshot on the engine that restores it.",
            )
        worker = self._worker()
        path = worker.folder / "restored"
        path.write_bytes(saved.emulation)
        answer = worker.ask(
            "restore",
            saved.waiting,
            path=str(path),
            issued_before=saved.issued_before,
            asleep=saved.asleep,
            frame=saved.frame,
        )
        self._note(answer)
        path.unlink()
        self.uart.rewind(saved.transcript, saved.unread)

    def _clear(self) -> None:
        """Forget what the machine that was has done."""
        self._uart.rewind(b"", b"")
        self._instructions = 0

    def _start(self) -> WorkerProcess:
        return WorkerProcess(self.installation.environment)

    def _worker(self) -> WorkerProcess:
        if self._process is None:
            raise EngineError("no image is loaded into the Renode engine", "Call load() first.")
        return self._process

    def _progress(self, message: Message) -> None:
        self._instructions = int(message.fields["instructions"])
        self.uart.take(message.blob)

    def _note(self, answer: Message) -> None:
        self._instructions = int(answer.fields["instructions"])
        self.uart.take(answer.blob)

    def _reason(self, fields: dict[str, Any]) -> StopReason:
        lines = log_lines(self._worker().renode_log, fields["log"])
        kind = StopKind(fields["reason"])
        fault = fields.get("fault")
        unraised = fault is not None and not fault.get("raised", True)
        untold, self._untold = self._untold, ()
        return StopReason(
            kind=kind,
            pc=int(fields["pc"]),
            instructions=int(fields["instructions"]),
            seconds=float(fields["seconds"]),
            fault=as_silicon_stacks(FaultState(**fault), self._read_code) if fault else None,
            detail=_detail(kind, fault is not None, lines),
            warnings=(*untold, *warnings_in(without_refusals(lines) if unraised else lines)),
        )

    def _read_code(self, address: int, size: int) -> bytes:
        """Read at most `size` bytes of code; less where the memory ends before."""
        try:
            return self.memory.read(address, size)
        except UserError:
            page = 0x1000  # Renode maps memory in pages of the core
            return self.memory.read(address, page - address % page)


def _detail(kind: StopKind, has_state: bool, lines: list[str]) -> str:
    if kind is StopKind.LOCKUP:
        return abort_in(lines)
    if kind is StopKind.FAULT and not has_state:
        return "Renode left the fault pending, because it is masked (silicon: HardFault)"
    return ""


def _limit(limit: Limit) -> tuple[int | None, int | None]:
    """`limit` in instructions or in nanoseconds, the other one None."""
    if isinstance(limit, Instructions):
        return limit.count, None
    return None, max(1, round(limit.seconds * _NS))
