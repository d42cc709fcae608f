"""The interface of an engine: what can execute an ELF image on a platform.

Every engine implements exactly this, and nothing above it knows which one is running.

*Instruction* means issued, condition-failed instructions of an IT block included. That is what
Renode's `ExecutedInstructions` and QEMU's insn plugin count, and what costs a cycle on silicon.

*Virtual time* advances with the instructions: `Platform.mips` million a second, and jumps while
the core sleeps. It is not silicon time; see `workbench.timing` for that.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.errors import UserError

if TYPE_CHECKING:
    from workbench.image import Image
    from workbench.platform import Platform
    from workbench.trace import Trace

Self = TypeVar("Self", bound="Engine")


class StopKind(Enum):
    """Why a run ended."""

    UART = "uart"  # the pattern was seen on the console
    PC = "pc"  # the next instruction to execute is at one of the addresses
    FAULT = "fault"  # a fault was taken; PC is at its handler, or see `FaultState.raised`
    LOCKUP = "lockup"  # a fault that has no handler left: the core stopped for good
    RESET = "reset"  # the firmware asked for a system reset; the machine has been reset
    WATCH = "watch"  # a watched address was read or written; PC is behind the instruction
    IDLE = "idle"  # the core sleeps and nothing is pending that could wake it
    LIMIT = "limit"  # the instruction or time limit was reached

    @property
    def is_crash(self) -> bool:
        """Return whether the firmware crashed: what a diagnosis explains."""
        return self in (StopKind.FAULT, StopKind.LOCKUP)


@dataclass(frozen=True)
class Watchpoint:
    """Data addresses [address, address + size) at which reads, writes or both end a run.

    Watched are the accesses of instructions; exception entry and DMA pass unseen.
    """

    address: int
    size: int
    read: bool = False
    write: bool = True

    def matches(self, address: int, size: int, is_write: bool) -> bool:
        """Return whether an access of `size` bytes at `address` is one of these."""
        if address >= self.address + self.size or address + size <= self.address:
            return False
        return self.write if is_write else self.read


@dataclass(frozen=True)
class Stop:
    """What ends a run early, besides its limit.

    `uart` is a regular expression over the console bytes that have not been read yet; its `.` is
    any byte.
    `pc` holds instruction addresses (bit 0 clear). A lockup always stops.
    A stop at an address happens *before* that instruction issues; a run that starts on such an
    address executes it first, and one that reaches its limit on such an address ends for that.
    A stop at a watchpoint happens after the instruction that accesses.
    """

    uart: bytes | None = None
    pc: frozenset[int] = frozenset()
    watch: frozenset[Watchpoint] = frozenset()
    fault: bool = True
    reset: bool = False
    idle: bool = True

    def watchpoint_at(self, address: int, size: int, is_write: bool) -> Watchpoint | None:
        """Return the watchpoint that an access of `size` bytes at `address` hits, if any."""
        hit = (point for point in self.watch if point.matches(address, size, is_write))
        return min(hit, key=lambda p: (p.address, p.size, p.read), default=None)


NO_TRACE = "no trace is being recorded"
START_TRACE = "call start_trace() first"
_POSITIVE = "give a limit above 0"


@dataclass(frozen=True)
class Instructions:
    """A limit in issued instructions; exact. UserError for less than one."""

    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise UserError(f"a limit of {self.count} instructions executes nothing", _POSITIVE)


@dataclass(frozen=True)
class Seconds:
    """A limit in seconds of virtual time. UserError for no time, and for time without end."""

    seconds: float

    def __post_init__(self) -> None:
        if not 0 < self.seconds < math.inf:
            message = f"a limit of {self.seconds} s executes nothing or never ends"
            raise UserError(message, _POSITIVE)


Limit = Instructions | Seconds


def left_of(limit: Limit, instructions: int, seconds: float) -> Limit | None:
    """Return what is left of `limit` after so much has passed; None for nothing."""
    if isinstance(limit, Instructions):
        count = limit.count - instructions
        return Instructions(count) if count > 0 else None
    rest = limit.seconds - seconds
    return Seconds(rest) if rest > 0 else None


@dataclass(frozen=True)
class FaultState:
    """What the core says about a fault, read when its exception was taken.

    `exception` is the ARMv7-M exception number (3 HardFault, 4 MemManage, 5 BusFault,
    6 UsageFault). `frame_address` is where the stacked frame lies and `registers` the state
    when the fault happened (r0..r12, sp, lr, pc, xpsr), as far as the engine knows it.
    Status registers that the engine does not model are None.

    raised: False where the engine took no exception, but silicon does (Renode, at an access that
    nothing answers). It goes on then: PC of the machine is behind the block of instructions, no
    handler runs, and the status registers are what silicon's would be.

    refused: address of a store that was refused late (IMPRECISERR), which silicon does not report;
    `pc` and `registers` are then those of the store as well, while the stacked frame, as on
    silicon, is that of the instruction that was to come next.
    """

    exception: int
    pc: int
    frame_address: int
    registers: Mapping[str, int]
    exc_return: int
    cfsr: int | None = None
    hfsr: int | None = None
    mmfar: int | None = None
    bfar: int | None = None
    detail: str = ""
    raised: bool = True
    refused: int | None = None


@dataclass(frozen=True)
class StopReason:
    """Why a run ended and where: data, not an exception.

    `exit_code` is what the firmware ended itself with, by semihosting; None where it did not, and
    on Renode, which does not report it. `seen_by` names the engine that saw it, where that is not
    the engine that was asked: it executes the same beside it.
    """

    kind: StopKind
    pc: int
    instructions: int  # issued since power-on, see `Engine.instructions`
    seconds: float  # virtual time since power-on
    fault: FaultState | None = None
    watchpoint: Watchpoint | None = None
    detail: str = ""
    warnings: tuple[str, ...] = field(default=())
    exit_code: int | None = None
    seen_by: str = ""


class Uart(ABC):
    """The console of the machine, seen from the host."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Queue `data` for the firmware; it arrives byte by byte while the machine runs."""

    @abstractmethod
    def read(self) -> bytes:
        """Return and consume all that the firmware has sent and that was not read yet."""

    @property
    @abstractmethod
    def transcript(self) -> bytes:
        """All bytes that the firmware has sent since `load`; a reset does not discard them."""

    @abstractmethod
    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        """Call `listener` with each piece of output while the machine runs; None ends it."""


class Registers(ABC):
    """Core registers: r0..r12, sp, lr, pc, xpsr, msp, psp, primask, basepri, faultmask, control,
    s0..s31, fpscr.
    """

    @abstractmethod
    def __getitem__(self, name: str) -> int: ...

    @abstractmethod
    def __setitem__(self, name: str, value: int) -> None: ...


class Memory(ABC):
    """The bus as the core sees it, from outside: reads have no side effects on plain memory."""

    @abstractmethod
    def read(self, address: int, size: int) -> bytes:
        """Return `size` bytes; raise UserError where nothing is mapped."""

    @abstractmethod
    def write(self, address: int, data: bytes) -> None:
        """Store `data`, into flash too; raise UserError where nothing is mapped.

        Nothing is done for no data.
        """


@dataclass(frozen=True)
class Snapshot:
    """The whole state of a machine, only good for the engine that made it."""

    engine: str
    state: Any


class TraceMark(ABC):
    """A moment of a trace that is being recorded; good for as long as it is kept."""

    @abstractmethod
    def since(self, earlier: TraceMark | None) -> Trace:
        """Return what was executed since `earlier`, a mark of the same trace, None for its start.

        A jump belongs to what is executed after it. Parts add up to the whole once the trace has
        ended: until then `LineMisses.repeated` takes what the code cache holds now for its end.
        """


class Engine(ABC):
    """A machine: core, memories and peripherals of one platform, running one image."""

    name: str

    @property
    @abstractmethod
    def uart(self) -> Uart:
        """The console of the image that is loaded."""

    @property
    @abstractmethod
    def registers(self) -> Registers:
        """The core's registers."""

    @property
    @abstractmethod
    def memory(self) -> Memory:
        """The machine's memory."""

    @abstractmethod
    def load(self, image: Image, platform: Platform) -> None:
        """Build the machine of `platform`, put `image` into it and reset it."""

    @abstractmethod
    def reset(self) -> None:
        """Power-on reset: memories hold the image again, counters and virtual time are 0."""

    @abstractmethod
    def close(self) -> None:
        """Free everything; may be called twice."""

    @abstractmethod
    def run(self, until: Stop, limit: Limit) -> StopReason:
        """Execute until something in `until` happens or `limit` is reached."""

    @abstractmethod
    def drive(self, port: str, pin: int, level: bool) -> None:
        """Put a level on a pin of a GPIO port from outside; it stays until it is driven anew.

        port: the name of its entry in the .repl. Raises UserError where there is no such pin.
        `workbench.runs.controls` knows the buttons and ports of a platform.
        """

    @property
    @abstractmethod
    def instructions(self) -> int:
        """Instructions issued since `load` or `reset`; exact. A system reset that the firmware asks
        for does not clear it.
        """

    @abstractmethod
    def start_trace(self, flash_reads: bool = False) -> None:
        """Record what is executed from here on.

        flash_reads: and which instructions read data from flash, which makes the run slower.
        """

    @abstractmethod
    def stop_trace(self) -> Trace:
        """Stop recording and return what was executed since `start_trace`.

        Raises UserError where nothing is being recorded, as `mark_trace` does.
        """

    @abstractmethod
    def mark_trace(self) -> TraceMark:
        """Note where the recording stands and go on recording."""

    @abstractmethod
    def snapshot(self) -> Snapshot:
        """Return the state of the machine, to be given to `restore`."""

    @abstractmethod
    def restore(self, snapshot: Snapshot) -> None:
        """Put the machine back; counts, time and console output go back with it."""

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
