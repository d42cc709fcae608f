"""Why firmware crashed: what, where, by which calls, and how its stack was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile

from workbench.engines.armv7m import (
    CONTROL_NPRIV,
    CONTROL_SPSEL,
    CORE_REGISTERS,
    IPSR,
    Cfsr,
    Hfsr,
    frame_is_on_psp,
)
from workbench.engines.base import Engine, FaultState, StopKind, StopReason
from workbench.errors import WorkbenchError
from workbench.fault.addresses import Addresses
from workbench.fault.advice import advice, notes
from workbench.fault.arrival import arrival
from workbench.fault.cause import Scene, is_fetch, primary, title
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.frames import Call, Context, How
from workbench.fault.instruction import Instruction, instruction_at
from workbench.fault.memory import View
from workbench.fault.mpu import read_mpu
from workbench.fault.stacks import Stacks, StackUse, above_guard, stack_use
from workbench.fault.status import (
    CAUSES,
    EXCEPTIONS,
    cause_bits,
    exception_name,
    kind_of,
)
from workbench.fault.unwind import Chain, Unwinder, folded, registers_of
from workbench.image import Image
from workbench.platform import Platform

_AFSR, _CPACR = 0xE000ED3C, 0xE000ED88  # ARM DDI 0403E, B3.2.19, B3.2.20
_PUSH_BYTES = 128  # below SP: as much as one instruction stores
STACK_OVERFLOW, LOCKUP = "StackOverflow", "Lockup"
KINDS = frozenset(
    {STACK_OVERFLOW, LOCKUP, *EXCEPTIONS.values(), *(bit.name or "" for bit in CAUSES)}
)
"""What a fault can be called."""

_DATA = Cfsr.PRECISERR | Cfsr.DACCVIOL | Cfsr.UNALIGNED
_STACKING = Cfsr.STKERR | Cfsr.MSTKERR


@dataclass(frozen=True)
class Diagnosis:
    """Why firmware crashed, for a reader and for a program.

    title: what happened. exception: the one that was taken, or Lockup. causes: the bits of CFSR
    and HFSR that say why. status: the fault status registers that the engine knows. address: what
    was refused, None where that is no address, and address_is what lies there. instruction: the
    one that the core was at. context: thread or handler, and on which stack. calls: the chain that
    led here, the innermost first, repetitions once; depth: its length with them; broken: what is
    wrong with it, "" if nothing. stack: how the stack was used, None where its bounds are not
    known. notes and advice: what else there is to know, and what to look at.
    """

    title: str
    exception: str
    causes: tuple[str, ...]
    status: Mapping[str, int]
    address: int | None
    address_is: str
    instruction: Instruction | None
    context: str
    calls: tuple[Call, ...]
    depth: int
    broken: str
    stack: StackUse | None
    notes: tuple[str, ...]
    advice: tuple[str, ...]
    registers: Mapping[str, int]

    @property
    def is_stack_overflow(self) -> bool:
        return self.stack is not None and self.stack.overflow > 0

    @property
    def function(self) -> str:
        """The function that the core was in, demangled; "" where it was in none."""
        return self.calls[0].function if self.calls else ""

    @property
    def kinds(self) -> frozenset[str]:
        """All of KINDS that it can be called: its causes, and the fault that was escalated too."""
        faults = {kind_of(bit) for bit in Cfsr if bit.name in self.causes}
        overflow = {STACK_OVERFLOW} if self.is_stack_overflow else set()
        return frozenset({self.exception, *self.causes, *faults, *overflow}) & KINDS


def diagnose(
    engine: Engine, image: Image, platform: Platform, reason: StopReason
) -> Diagnosis | None:
    """Return why a run ended in a fault or a lockup, None where it did not.

    The machine must stand where that run left it: at the first instruction of the handler.
    """
    if reason.kind not in (StopKind.FAULT, StopKind.LOCKUP):
        return None
    fault = reason.fault or _unsaid(engine, reason)
    return _Crash(engine, image, platform, reason, fault).diagnosis()


def calls_at(engine: Engine, image: Image, platform: Platform) -> tuple[Call, ...]:
    """Return the calls that led to where the core stands, the innermost first."""
    registers = {name: engine.registers[name] for name in CORE_REGISTERS}
    exception = registers["xpsr"] & IPSR
    on_psp = not exception and bool(_register(engine, "control") & CONTROL_SPSEL)
    stack = "psp" if on_psp else "msp"
    innermost = Context(registers_of(registers), True, How.REGISTERS, stack, exception)
    unwinder = Unwinder(image, View(engine.memory), ExceptionNames.of(platform))
    return folded(unwinder.chain(innermost, _register(engine, "psp")).calls)


class _Crash:
    """A machine that stands at a fault, and what is asked of it once."""

    def __init__(
        self,
        engine: Engine,
        image: Image,
        platform: Platform,
        reason: StopReason,
        fault: FaultState,
    ) -> None:
        self._engine = engine
        self._image = image
        self._reason = reason
        self._fault = fault
        self._view = View(engine.memory)
        self._names = ExceptionNames.of(platform)
        self._addresses = Addresses(image, platform)
        self._stacks = Stacks(image, self._addresses, self._view)

    def diagnosis(self) -> Diagnosis:
        fault = self._fault
        scene = self._scene()
        chain = self._chain()
        use = self._stack_use(scene, chain)
        bits = tuple(bit.name or "" for bit in (*cause_bits(fault), *_hfsr_bits(fault)))
        refused = scene.access
        if refused is None and is_fetch(fault):
            refused = fault.pc
        return Diagnosis(
            title=self._title(scene),
            exception=LOCKUP if self._is_lockup else exception_name(fault),
            causes=bits,
            status=_status(fault) | self._auxiliary(),
            address=refused,
            address_is="" if refused is None else self._addresses.describe(refused),
            instruction=scene.instruction,
            context=self._context(),
            calls=folded(chain.calls),
            depth=len(chain.calls),
            broken=chain.broken,
            stack=use,
            notes=tuple(notes(scene)),
            advice=tuple(advice(scene, use)),
            registers=fault.registers,
        )

    # -- what and where --------------------------------------------------------------------------

    def _scene(self) -> Scene:
        fault = self._fault
        registers = fault.registers
        instruction = instruction_at(self._view, fault.pc & ~1, registers)
        control = _register(self._engine, "control")
        in_handler = bool(self._exception)
        return Scene(
            fault=fault,
            instruction=None if is_fetch(fault) else instruction,
            addresses=self._addresses,
            mpu=read_mpu(self._engine.memory),
            access=_access(fault, instruction),
            came_by=arrival(self._image, self._view, registers) if self._is_astray() else "",
            cpacr=self._view.word(_CPACR),
            is_privileged=in_handler or not control & CONTROL_NPRIV,
            engine=self._engine.name,
        )

    def _auxiliary(self) -> dict[str, int]:
        """AFSR, whose bits each part defines by itself, where any is set."""
        value = self._view.word(_AFSR)
        return {"AFSR": value} if value else {}

    def _title(self, scene: Scene) -> str:
        if not self._is_lockup:
            return title(scene)
        if self._reason.fault is None:
            came_by = f"; {scene.came_by}" if scene.came_by else ""
            return self._reason.detail + came_by
        detail = self._reason.detail
        if primary(self._fault) is None:
            return f"lockup: {detail}"
        if not self._exception:
            told = title(scene)
            return f"lockup: a fault with FAULTMASK set, where no handler can take it: {told}"
        # The status registers hold the fault that is being handled too, and that one's address.
        first = title(replace(scene, instruction=None))
        return f"lockup: {detail}, where no handler can take it, after a {first}"

    def _is_astray(self) -> bool:
        """Whether PC may be where no code is."""
        return is_fetch(self._fault) or self._image.function_at(self._fault.pc & ~1) is None

    @property
    def _is_lockup(self) -> bool:
        return self._reason.kind is StopKind.LOCKUP

    @property
    def _exception(self) -> int:
        """What was being handled when the fault came, 0 in a thread."""
        return self._fault.registers.get("xpsr", 0) & IPSR

    @property
    def _pointer(self) -> str:
        on_psp = not self._exception and frame_is_on_psp(self._fault.exc_return)
        return "psp" if on_psp and not self._is_lockup else "msp"

    def _context(self) -> str:
        mode = f"in {self._names.name(self._exception)}" if self._exception else "in thread mode"
        return f"{mode}, on {self._pointer.upper()}"

    # -- calls and stack -------------------------------------------------------------------------

    def _chain(self) -> Chain:
        registers = registers_of(self._fault.registers)
        if not {"sp", "pc"} <= registers.keys():
            return Chain((), "the engine does not tell the registers")
        unwinder = Unwinder(self._image, self._view, self._names)
        innermost = Context(registers, True, How.REGISTERS, self._pointer, self._exception)
        return unwinder.chain(innermost, _register(self._engine, "psp"))

    def _stack_use(self, scene: Scene, chain: Chain) -> StackUse | None:
        sp = self._fault.registers.get("sp")
        if sp is None:
            return None
        # A guess may have strayed into another stack.
        calls = tuple(takewhile(lambda call: call.how is not How.SCAN, chain.on_first_stack))
        outermost = max((call.sp for call in calls), default=sp)
        stack = self._stacks.find(self._pointer, sp, outermost)
        if stack is not None:
            stack = above_guard(stack, scene.mpu, sp)
        return stack_use(stack, self._pointer, sp, self._lowest(scene, sp), calls)

    def _lowest(self, scene: Scene, sp: int) -> int:
        """The lowest address that the stack was to have: of SP, a push, or the stacked frame."""
        lowest = sp
        if scene.access is not None and 0 < sp - scene.access <= _PUSH_BYTES:
            lowest = scene.access
        if any(bit & _STACKING for bit in cause_bits(self._fault)):
            frame = self._fault.frame_address
            lowest = min(lowest, frame) if 0 < sp - frame <= _PUSH_BYTES else lowest
        return lowest


def _access(fault: FaultState, instruction: Instruction | None) -> int | None:
    """The address at which an access to data was refused."""
    bit = primary(fault)
    if bit is None or not bit & _DATA:
        return None
    known = fault.mmfar if bit is Cfsr.DACCVIOL else fault.bfar if bit is Cfsr.PRECISERR else None
    if known is None and instruction is not None:
        return instruction.accesses
    return known


def _hfsr_bits(fault: FaultState) -> tuple[Hfsr, ...]:
    return tuple(bit for bit in Hfsr if bit & (fault.hfsr or 0))


def _status(fault: FaultState) -> dict[str, int]:
    status = {"CFSR": fault.cfsr, "HFSR": fault.hfsr, "MMFAR": fault.mmfar, "BFAR": fault.bfar}
    return {name: value for name, value in status.items() if value is not None}


def _unsaid(engine: Engine, reason: StopReason) -> FaultState:
    """What is known where an engine ends a run without the state of a fault."""
    registers = {name: engine.registers[name] for name in CORE_REGISTERS}
    registers["pc"] = reason.pc
    state = FaultState(0, reason.pc, registers["sp"], registers, registers["lr"])
    return replace(state, detail=reason.detail)


def _register(engine: Engine, name: str) -> int:
    try:
        return engine.registers[name]
    except WorkbenchError:
        return 0
