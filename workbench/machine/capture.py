"""Taking down how a run ended: the only place that reads a machine for a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.armv7m.architecture import CORE_REGISTERS, IPSR, Exc
from workbench.engines.base import Memory, Registers, StopReason
from workbench.errors import WorkbenchError
from workbench.machine.ending import CoreState, Ending, MpuRegisters
from workbench.machine.loaded import LoadedMachine
from workbench.machine.memory_dump import MemoryDump, Piece
from workbench.repl import types

_REGISTERS = (*CORE_REGISTERS, "msp", "psp", "control", "primask", "faultmask", "basepri")

# Addresses and sizes, ARM DDI 0403E, B3.2: VTOR; CCR with SHPR1 to SHPR3, AFSR, CPACR, FPCAR
_VTOR = (0xE000ED08, 4)
_WHY = ((0xE000ED14, 16), (0xE000ED3C, 4), (0xE000ED88, 4), (0xE000EF38, 4))
_IPR = 0xE000E400  # B3.4.9: a byte an interrupt

# B3.5.4
_MPU_TYPE, _MPU_CTRL, _MPU_RNR = 0xE000ED90, 0xE000ED94, 0xE000ED98
_MPU_RBAR, _MPU_RASR = 0xE000ED9C, 0xE000EDA0
_MPU_ENABLE = 1 << 0
_MOST_REGIONS = 16

_WHOLE_BYTES = 4 << 20  # of a memory; one that is larger is kept where something points into it
_AROUND_BYTES = 256 << 10


def capture(machine: LoadedMachine, stop: StopReason | None) -> Ending:
    """Return how the last run of `machine` ended; it must stand where it did.

    stop: why it stopped, None where all that was asked was answered.
    """
    return Ending(
        image=machine.image,
        platform=machine.platform,
        engine=machine.engine.name,
        stop=stop,
        console=machine.engine.uart.transcript,
        warnings=machine.warnings,
        core=core_state(machine, stop),
    )


def core_state(machine: LoadedMachine, stop: StopReason | None) -> CoreState:
    """Return where the core of `machine` stands after a run that stopped so.

    Registers that only say why a core refuses something are read where it has crashed: some
    engines warn of such reads.
    """
    engine = machine.engine
    registers = dict(_registers(engine.registers))
    fault = stop.fault if stop is not None else None
    then = fault.registers if fault is not None else {}
    ranges = [*_memories(machine, {*registers.values(), *then.values()}), _VTOR]
    has_crashed = stop is not None and stop.kind.is_crash
    if has_crashed:
        ranges += [*_WHY, *_priorities(registers.get("xpsr", 0), then.get("xpsr", 0))]
    pieces = [_read(engine.memory, address, size) for address, size in ranges]
    memory = MemoryDump.of(piece for piece in pieces if piece is not None)
    return CoreState(registers, _mpu(engine.memory) if has_crashed else MpuRegisters(), memory)


def _registers(registers: Registers) -> Iterator[tuple[str, int]]:
    for name in _REGISTERS:
        try:
            yield name, registers[name]
        except (WorkbenchError, KeyError):
            continue  # this engine does not have it


def _priorities(*status: int) -> Iterator[tuple[int, int]]:
    """Yield address and size of the priorities of interrupts that are being handled."""
    for exception in {xpsr & IPSR for xpsr in status}:
        if exception >= Exc.IRQ0:
            yield _IPR + exception - Exc.IRQ0, 1


def _memories(machine: LoadedMachine, pointers: set[int]) -> Iterator[tuple[int, int]]:
    """Yield address and size of what is kept of each memory, at all places where it is seen."""
    for entry in machine.platform.description.entries.values():
        size = entry.properties.get("size")
        if entry.type != types.MEMORY or not isinstance(size, int):
            continue
        for registration in entry.registrations:
            if registration.address is not None:
                yield from _kept(machine, registration.address, size, pointers)


def _kept(
    machine: LoadedMachine, start: int, size: int, pointers: set[int]
) -> Iterator[tuple[int, int]]:
    if size <= _WHOLE_BYTES:
        yield start, size
        return
    end = start + size
    places = [(p - _AROUND_BYTES, p + _AROUND_BYTES) for p in pointers if start <= p <= end]
    places += [(s.address, s.address + s.size) for s in machine.image.sections if s.size]
    for first, last in places:
        first, last = max(first, start), min(last, end)
        if first < last:
            yield first, last - first


def _read(memory: Memory, address: int, size: int) -> Piece | None:
    try:
        return Piece(address, memory.read(address, size))
    except WorkbenchError:
        return None


def _mpu(memory: Memory) -> MpuRegisters:
    """Return how the MPU is set up; MPU_RNR is left as it was."""
    try:
        control = _word(memory, _MPU_CTRL)
        if not control & _MPU_ENABLE:
            return MpuRegisters(control)
        count = min(_word(memory, _MPU_TYPE) >> 8 & 0xFF, _MOST_REGIONS)
        selected = _word(memory, _MPU_RNR)
        try:
            return MpuRegisters(control, tuple(_region(memory, number) for number in range(count)))
        finally:
            memory.write(_MPU_RNR, selected.to_bytes(4, "little"))
    except WorkbenchError:
        return MpuRegisters()


def _region(memory: Memory, number: int) -> tuple[int, int]:
    memory.write(_MPU_RNR, number.to_bytes(4, "little"))
    return _word(memory, _MPU_RBAR), _word(memory, _MPU_RASR)


def _word(memory: Memory, address: int) -> int:
    return int.from_bytes(memory.read(address, 4), "little")
