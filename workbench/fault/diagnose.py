"""From the ending of a run to why firmware crashed: what, where, by which calls.

It is a function of the ending alone: the machine may be gone.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from workbench.armv7m.architecture import (
    CONTROL_NPRIV,
    CORE_REGISTERS,
    IPSR,
    Cfsr,
    Hfsr,
    frame_is_on_psp,
)
from workbench.engines.base import FaultState, StopKind, StopReason
from workbench.fault.addresses import Addresses
from workbench.fault.advice import advice, notes
from workbench.fault.arrival import arrival
from workbench.fault.cause import is_fetch, refused_service, title
from workbench.fault.diagnosis import LOCKUP, Diagnosis
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.frame_moves import is_exception_return
from workbench.fault.frames import Call, Context, How
from workbench.fault.handlers import Handlers
from workbench.fault.instruction import Instruction, instruction_at
from workbench.fault.memory import View
from workbench.fault.mpu import mpu_state
from workbench.fault.scan import interrupted_by_scan
from workbench.fault.scene import Scene
from workbench.fault.stacks import Stacks, StackUse, above_guard, stack_use
from workbench.fault.status import cause_bits, exception_name, primary
from workbench.fault.supervisor import RefusedCall, refused_call
from workbench.fault.unwind import Chain, Unwinder, folded, registers_of
from workbench.machine import Ending

# ARM DDI 0403E, B3.2.8, B3.2.19, B3.2.20
_CCR, _AFSR, _CPACR = 0xE000ED14, 0xE000ED3C, 0xE000ED88
_FPCAR = 0xE000EF38  # B3.2.22
_OTHER_PART = (
    "compare the RAM of the linker script with that of the .repl: is the image linked for another "
    "part?"
)
_PUSH_BYTES = 128  # below SP: as much as one instruction stores

_DATA = Cfsr.PRECISERR | Cfsr.IMPRECISERR | Cfsr.DACCVIOL | Cfsr.UNALIGNED
_STACKING = Cfsr.STKERR | Cfsr.MSTKERR


def diagnose(ending: Ending) -> Diagnosis | None:
    """Return why a run ended in a fault or a lockup, None where it did not."""
    if ending.stop is None or not ending.stop.kind.is_crash:
        return None
    return _Crash(ending, ending.stop).diagnosis()


class _Crash:
    """A machine that stood at a fault, and what is asked of it once."""

    def __init__(self, ending: Ending, stop: StopReason) -> None:
        self._ending = ending
        self._image = ending.image
        self._registers = ending.core.registers
        self._reason = stop
        self._fault = stop.fault or _unsaid(ending, stop)
        self._view = View(ending.core.memory)
        self._names = ExceptionNames.of(ending.platform)
        self._addresses = Addresses(ending.image, ending.platform)
        self._stacks = Stacks(ending.image, self._addresses, self._view)
        self._handlers = Handlers(ending.image, self._view)

    def diagnosis(self) -> Diagnosis:
        fault = self._fault
        scene = self._scene()
        chain = self._chain()
        use = self._stack_use(scene, chain)
        bits = tuple(bit.name or "" for bit in (*cause_bits(fault), *_hfsr_bits(fault)))
        refused = scene.access
        if refused is None and is_fetch(fault):
            refused = fault.pc
        outside = self._initial_sp_outside_ram(scene)
        if outside:
            use = None
        return Diagnosis(
            title=f"{outside}: {self._title(scene)}" if outside else self._title(scene),
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
            notes=(*notes(scene), *self._seen_by()),
            advice=(_OTHER_PART,) if outside else tuple(advice(scene, use)),
            registers=fault.registers,
        )

    def _seen_by(self) -> tuple[str, ...]:
        """Which engine saw the crash, where that is not the one that was asked."""
        seen_by, asked = self._reason.seen_by, self._ending.engine
        if not seen_by:
            return ()
        return (f"seen by the {seen_by} engine, which executes the same beside {asked}",)

    # -- what and where --------------------------------------------------------------------------

    def _scene(self) -> Scene:
        fault = self._fault
        registers = fault.registers
        call = self._refused_call()
        at = fault.pc & ~1 if call is None else call.address
        instruction = instruction_at(self._view, at, registers)
        return Scene(
            fault=fault,
            instruction=None if is_fetch(fault) else instruction,
            addresses=self._addresses,
            mpu=mpu_state(self._ending.core.mpu),
            access=_access(fault, instruction),
            came_by=arrival(self._image, self._view, registers) if self._is_astray() else "",
            cpacr=self._view.word(_CPACR),
            is_privileged=self._is_privileged,
            engine=self._reason.seen_by or self._ending.engine,
            ccr=self._view.word(_CCR),
            is_data=self._is_data(fault.pc & ~1),
            refused_call=call,
            handler=self._handler,
            bad_vector=self._bad_vector(),
            lazy=self._view.word(_FPCAR),
        )

    def _bad_vector(self) -> str:
        """Say what is wrong with the vector of the handler that runs, "" if nothing is."""
        vector = self._handlers.vector(self._exception) if self._exception else None
        if vector is None or vector & 1 or vector != self._fault.pc:
            return ""
        name = self._names.name(self._exception)
        if not vector:
            return f"the vector of {name} is 0, so it has no handler"
        return f"the vector of {name} is 0x{vector:08x}, with bit 0 clear"

    def _refused_call(self) -> RefusedCall | None:
        """The SVC that could not be taken: HardFault is forced, and by none of the other faults.

        Where earlier faults have left their bits, what the engine says decides.
        """
        fault = self._fault
        is_alone = fault.hfsr == Hfsr.FORCED and not cause_bits(fault)
        if not is_alone and not (fault.detail or self._reason.detail).startswith("SVC"):
            return None
        return refused_call(self._view, fault.registers, self._registers, self._names)

    @property
    def _handler(self) -> str:
        """The function that handles the exception in which the fault came, and which that is."""
        symbol = self._handlers.of(self._exception)
        if symbol is None:
            return self._names.name(self._exception) if self._exception else ""
        return f"{symbol.demangled} ({self._names.name(self._exception)})"

    def _is_data(self, address: int) -> bool:
        """Return whether the image has something else there than code."""
        if self._image.function_at(address) is not None or self._exception_is_returning:
            return False
        if self._addresses.object_at(address) is not None:
            return True
        area = self._addresses.area_at(address)
        code = [s for s in self._image.sections if s.executable]
        is_known = bool(code or self._image.functions)
        is_code = any(s.address <= address < s.address + s.size for s in code)
        return area is not None and bool(area.kind) and is_known and not is_code

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
        if scene.refused_call is not None:
            return f"lockup: {refused_service(scene.refused_call)}"
        if primary(self._fault) is None:
            return f"lockup: {detail}"
        if not self._exception:
            crash = title(scene)
            return f"lockup: a fault with FAULTMASK set, where no handler can take it: {crash}"
        # The status registers hold the fault that is being handled too, and that one's address.
        first = title(replace(scene, instruction=None))
        return f"lockup: {detail}, where no handler can take it, after a {first}"

    def _initial_sp_outside_ram(self, scene: Scene) -> str:
        """Say where the main stack begins, if that is outside RAM and the stack is still there."""
        top = self._image.vectors[0] if self._image.vectors else 0
        sp = self._fault.registers.get("sp")
        if not top or sp is None or self._pointer != "msp":
            return ""
        if any(self._is_ram(address - 1) or self._is_ram(address) for address in (top, sp)):
            return ""
        return (
            f"the initial stack pointer 0x{top:08x} lies outside RAM, "
            f"{scene.addresses.describe(top)}"
        )

    def _is_ram(self, address: int) -> bool:
        area = self._addresses.area_at(address)
        return area is not None and area.kind == "RAM"

    def _is_astray(self) -> bool:
        """Return whether PC may be where no code is."""
        return is_fetch(self._fault) or self._image.function_at(self._fault.pc & ~1) is None

    @property
    def _is_lockup(self) -> bool:
        return self._reason.kind is StopKind.LOCKUP

    @property
    def _exception(self) -> int:
        """The number of the exception being handled when the fault came, 0 in a thread."""
        return self._fault.registers.get("xpsr", 0) & IPSR

    @property
    def _exception_is_returning(self) -> bool:
        return bool(self._exception) and is_exception_return(self._fault.pc)

    @property
    def _is_privileged(self) -> bool:
        """Handlers are; what CONTROL says of a thread holds in the handler too."""
        return bool(self._exception) or not self._registers.get("control", 0) & CONTROL_NPRIV

    @property
    def _pointer(self) -> str:
        on_psp = not self._exception and frame_is_on_psp(self._fault.exc_return)
        return "psp" if on_psp and not self._is_lockup else "msp"

    def _context(self) -> str:
        thread = "in thread mode" if self._is_privileged else "in unprivileged thread mode"
        mode = f"in {self._names.name(self._exception)}" if self._exception else thread
        return f"{mode}, on {self._pointer.upper()}"

    # -- calls and stack -------------------------------------------------------------------------

    def _chain(self) -> Chain:
        registers = registers_of(self._fault.registers)
        if not {"sp", "pc"} <= registers.keys():
            return Chain((), "the engine does not know the registers")
        call = self._refused_call()
        if call is not None:
            registers["pc"] = call.address
        unwinder = Unwinder(self._image, self._view, self._names)
        innermost = Context(registers, True, How.REGISTERS, self._pointer, self._exception)
        chain = unwinder.chain(innermost, self._registers.get("psp", 0))
        if not self._exception:
            return chain
        calls = chain.calls
        if self._exception_is_returning:
            symbol = self._handlers.of(self._exception)
            calls = (replace(calls[0], function=symbol.demangled if symbol else ""), *calls[1:])
        if not any(call.interrupted_by for call in calls):
            calls += self._lost(unwinder)
        return replace(chain, calls=calls)

    def _lost(self, unwinder: Unwinder) -> tuple[Call, ...]:
        """What was interrupted by a handler whose stack pointer does not lead there: a guess."""
        stack = self._stacks.main
        if stack is None or stack.top is None:
            return ()
        found = interrupted_by_scan(
            self._view,
            stack.limit,
            stack.top,
            lambda address: self._image.function_at(address) is not None,
        )
        if found is None:
            return ()
        first, *rest = unwinder.chain(found).calls
        return (replace(first, interrupted_by=self._names.name(self._exception)), *rest)

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
    if bit is Cfsr.IMPRECISERR:
        return fault.refused
    known = fault.mmfar if bit is Cfsr.DACCVIOL else fault.bfar if bit is Cfsr.PRECISERR else None
    if known is None and instruction is not None:
        return instruction.accesses
    return known


def _hfsr_bits(fault: FaultState) -> tuple[Hfsr, ...]:
    return tuple(bit for bit in Hfsr if bit & (fault.hfsr or 0))


def _status(fault: FaultState) -> dict[str, int]:
    status = {"CFSR": fault.cfsr, "HFSR": fault.hfsr, "MMFAR": fault.mmfar, "BFAR": fault.bfar}
    return {name: value for name, value in status.items() if value is not None}


def _unsaid(ending: Ending, stop: StopReason) -> FaultState:
    """What is known where an engine ends a run without the state of a fault."""
    known = ending.core.registers
    registers = {name: known[name] for name in CORE_REGISTERS if name in known} | {"pc": stop.pc}
    state = FaultState(0, stop.pc, registers.get("sp", 0), registers, registers.get("lr", 0))
    return replace(state, detail=stop.detail)
