"""The run loop: executes blocks, lets time pass, takes exceptions, and knows when to stop."""

from __future__ import annotations

from workbench.armv7m.architecture import EXC_RETURNS, FAULTS, IPSR, XPSR_T, frame_is_on_psp
from workbench.armv7m.thumb import BlockFlag
from workbench.engines.base import (
    FaultState,
    Limit,
    Stop,
    StopKind,
    StopReason,
    Watchpoint,
)
from workbench.engines.embedded import semihosting
from workbench.engines.embedded.block_state import SETTLED, StopCause
from workbench.engines.embedded.clock import NEVER
from workbench.engines.embedded.console import Console
from workbench.engines.embedded.cortex_m.entry import URGENT, Entered, LockupError
from workbench.engines.embedded.cortex_m.exceptions import NO_MASKS
from workbench.engines.embedded.cortex_m.faults import Cause
from workbench.engines.embedded.cortex_m.scb import CCR_UNALIGN_TRP, SCR_SLEEPONEXIT
from workbench.engines.embedded.cortex_m.sleep import Sleep, Sleeper
from workbench.engines.embedded.events import (
    Event,
    EventKind,
    QemuException,
    StoreMade,
    Watched,
    exception_event,
)
from workbench.engines.embedded.goal import Goal
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.engines.embedded.stop_reasons import StopReasons
from workbench.engines.embedded.unicorn.fault_events import FaultEvents
from workbench.engines.embedded.unicorn.stepping import Stepper
from workbench.errors import EngineError

_EXCEPTION_EXIT = exception_event(int(QemuException.EXCEPTION_EXIT))
_BREAKPOINT = exception_event(int(QemuException.BKPT))
_MASKS, _CONTROL = int(BlockFlag.MASKS), int(BlockFlag.CONTROL)
_FAULTMASK = int(BlockFlag.FAULTMASK)
# The host looks in at least this often, so that Ctrl-C works.
SLICE = 20_000_000
# Timers in a row that do not wake a core that sleeps, after which a run without a limit of time
# ends: nothing says that one ever will. About a second of the host.
IN_VAIN = 100_000


def _branch_target(pc: int, xpsr: int) -> int:
    """Return what was branched to: bit 0 of it has become EPSR.T (ARM DDI 0403E, A4.1.1)."""
    return pc | bool(xpsr & XPSR_T)


class EmbeddedRunner:
    """Runs one machine until it must stop, and says why it stopped."""

    def __init__(self, machine: EmbeddedMachine, console: Console) -> None:
        self._machine = machine
        self._console = console
        processor = self._processor = machine.processor
        core, bus, tracer = machine.core, machine.bus, machine.tracer
        self._fault_events = FaultEvents(core, bus, tracer, processor)
        self._stepper = Stepper(core, bus, tracer, machine.inspection, processor)
        self._pc_batch = core.batch(("pc", "xpsr"))
        self._sleep = Sleeper(machine.state, processor.exceptions, processor.scb)
        core.is_wait_for_event = self._sleep.is_wait_for_event
        self._locked_up = ""
        self._stop_after = 0  # BlockFlag bits of blocks after which to look at the masks
        self._host = semihosting.Host(machine, console)
        self._stops = StopReasons(machine, self._host)
        self._in_vain = 0  # timers that expired in a row and did not wake the core

    def reset(self) -> None:
        """The machine was reset."""
        self._sleep.reset()
        self._locked_up = ""
        self._host.reset()
        self._stepper.reset()

    def wake(self) -> None:
        """The host has put the core somewhere else: it executes from there."""
        self._sleep.wake()
        self._machine.state.flags = 0

    def save(self) -> tuple[str, str, tuple[int | None, int]]:
        return self._sleep.kind.name, self._locked_up, self._host.save()

    def restore(self, state: tuple[str, str, tuple[int | None, int]]) -> None:
        self.reset()
        self._sleep.kind, self._locked_up = Sleep[state[0]], state[1]
        self._host.restore(state[2])

    def run(self, until: Stop, limit: Limit) -> StopReason:
        """Run until something of `until` happens or the limit is reached."""
        machine = self._machine
        goal = Goal.of(limit, machine.clock, machine.state.count)
        self._console.expect(until.uart)
        machine.watch.set(until)
        try:
            if self._is_running:
                stopped = self._leave(until, goal)
                if stopped is not None:
                    return stopped
            while True:
                stopped = self._turn(until, goal)
                if stopped is not None:
                    return stopped
        finally:
            machine.core.set_exits(frozenset())
            machine.state.limit = machine.state.deadline = NEVER

    @property
    def _is_running(self) -> bool:
        return self._sleep.kind is Sleep.AWAKE and not self._locked_up and not self._host.ended

    def _leave(self, until: Stop, goal: Goal) -> StopReason | None:
        """Go on from a stop address."""
        pc, xpsr = self._pc_batch.read()
        if pc in EXC_RETURNS and xpsr & IPSR:
            return self._stop_at(self._return(_branch_target(pc, xpsr)), until)
        return self._step_off(until, goal) if pc in until.pc else None

    def _step_off(self, until: Stop, goal: Goal) -> StopReason | None:
        """Execute the instruction at a stop address, before any interrupt is taken."""
        state, clock = self._machine.state, self._machine.clock
        if clock.next_deadline <= clock.now:
            clock.expire()
        start = state.count
        if goal.count_limit(clock.slept) <= start:
            return self._stops.reason(StopKind.LIMIT)
        while state.count == start:
            stopped = self._execute(until, frozenset(), start + 1)
            if stopped is not None:
                return stopped
        return None

    # -- one turn ------------------------------------------------------------------------------

    def _turn(self, until: Stop, goal: Goal) -> StopReason | None:
        machine = self._machine
        if machine.reset_requested:
            machine.warm_reset()
            self.reset()
            if until.reset:
                return self._stops.reason(StopKind.RESET)
            self._stops.resets += 1
        if self._console.matched():
            return self._stops.reason(StopKind.UART)
        clock, state = machine.clock, machine.state
        if clock.next_deadline <= state.count + clock.slept:
            clock.expire()
        if self._locked_up:
            return self._stops.reason(StopKind.LOCKUP, detail=self._locked_up)
        if self._host.ended:
            return self._stops.reason(StopKind.IDLE, detail=self._host.ended)
        if state.count >= goal.instructions or state.count + clock.slept >= goal.ticks:
            return self._stops.reason(StopKind.LIMIT)
        try:
            taken, fault = self._take_pending()
        except LockupError as lockup:
            return self._lock_up(lockup)
        if taken:
            return self._stop_at(fault, until)
        if self._sleep.kind is not Sleep.AWAKE:
            return self._rest(until, goal)
        self._in_vain = 0
        return self._execute(until, until.pc, goal.count_limit(clock.slept))

    def _take_pending(self) -> tuple[bool, FaultState | None]:
        """Take the exception that is due, if any; wake up if one could be taken."""
        machine = self._machine
        exceptions = self._processor.exceptions
        self._stop_after = 0
        if not exceptions.pending & exceptions.enabled:
            if self._sleep.kind is not Sleep.AWAKE:
                self._sleep.notice_pending(preempts=False)
            return False, None
        masks = self._processor.special.masks()
        number = exceptions.preempting(masks)
        if number is None:
            if self._sleep.kind is not Sleep.AWAKE:
                self._sleep.notice_pending(preempts=exceptions.wakes(masks))
            if masks != NO_MASKS:
                self._stop_after = _MASKS  # look again when they may change
            return False, None
        self._sleep.wake()
        entered = self._processor.unit.enter(number)
        machine.state.event = 1
        machine.state.flags = 0
        if entered.number not in FAULTS:
            return True, None
        return True, self._processor.faults.entered(entered)

    def _rest(self, until: Stop, goal: Goal) -> StopReason | None:
        """Sleep until the next timer or the goal."""
        clock = self._machine.clock
        target = min(clock.next_deadline, goal.ticks)
        if clock.next_deadline == NEVER and (until.idle or goal.ticks == NEVER):
            return self._stops.reason(StopKind.IDLE)
        self._in_vain += 1
        if goal.ticks == NEVER and self._in_vain > IN_VAIN:
            return self._stops.reason(
                StopKind.IDLE, detail=f"{IN_VAIN:,} timers in a row did not wake it"
            )
        clock.sleep_until(target)
        return None

    # -- execution -----------------------------------------------------------------------------

    def _execute(self, until: Stop, exits: frozenset[int], limit: int) -> StopReason | None:
        """Execute until emulation stops, and handle why it did."""
        machine = self._machine
        state = machine.state
        pc, xpsr = self._pc_batch.read()
        if pc in exits:
            return self._stops.reason(StopKind.PC)
        if machine.cycle_counter is not None:
            machine.cycle_counter.settle()
        machine.alignment.settle(bool(self._processor.scb.ccr & CCR_UNALIGN_TRP))
        urgent = xpsr & IPSR in URGENT
        if urgent:
            self._processor.special.hold_faultmask()
        if self._processor.scb.float_changed:
            self._processor.scb.float_changed = False
            machine.core.hidden.set_float(
                self._processor.scb.is_float_automatic, self._processor.scb.fpdscr
            )
        state.cause = StopCause.NONE
        # A timer expires between two instructions: its moment is a limit, not only a deadline.
        timer = machine.clock.next_deadline - machine.clock.slept
        state.limit = min(limit, timer)
        state.deadline = min(timer, state.count + SLICE)
        state.stop_before = self._stepper.watched()
        if not xpsr & XPSR_T:  # one INVSTATE is all that can come; the bytes are not Thumb code
            state.limit, state.stop_before = NEVER, 0
        state.stop_after = self._stop_after | self._watched_behind(urgent)
        stepper = self._stepper
        machine.core.set_exits(exits | stepper.exits if stepper.exits else exits)
        try:
            event = machine.core.run(_branch_target(pc, xpsr))
            return self._after(event, until)
        except LockupError as lockup:
            return self._lock_up(lockup)

    def _watched_behind(self, urgent: bool) -> int:
        """BlockFlag bits of blocks behind which something must be looked at, whatever is pending.

        urgent: the core is in NMI or HardFault.
        """
        if self._processor.mpu.ctrl:
            return SETTLED | _CONTROL | _FAULTMASK
        flags = SETTLED | _FAULTMASK if urgent else SETTLED
        return flags | _CONTROL if self._processor.scb.float_needs_privilege else flags

    def _after(self, event: Event | None, until: Stop) -> StopReason | None:
        """Handle why emulation stopped: for `event`, or because the tracer stopped it."""
        if event is not None:
            return self._after_event(event, until)
        if self._sleep.came_to_wfe():
            return None
        machine, cause = self._machine, self._machine.state.cause
        if cause == StopCause.NONE:
            return self._after_block(until)
        if cause == StopCause.AFTER:
            machine.state.flags = 0
            machine.settle_protection()
            return None
        if cause == StopCause.FAILED:
            raise EngineError("no memory left for decoded blocks", hint="close other programs")
        if cause in (StopCause.LIMIT, StopCause.BEFORE, StopCause.BASE):
            refused = self._stepper.refused(StopCause(cause))
            return self._stop_at(refused, until)
        if cause in (StopCause.DIVIDE, StopCause.UNALIGNED):
            fault = self._stepper.trapped(StopCause(cause))
            machine.state.flags = 0
            return self._stop_at(fault, until)
        return None  # the deadline: something is due between two blocks

    def _after_event(self, event: Event, until: Stop) -> StopReason | None:
        """Handle an access, an instruction or an exception return that stopped emulation."""
        machine = self._machine
        self._stepper.reset()
        if event.kind is EventKind.ACCESS:
            machine.watchers.emulation_stopped()
            if isinstance(event.refusal, StoreMade):
                return self._finish_store(event, until)
            if isinstance(event.refusal, Watched):
                return self._stop_behind(event.refusal.point, until)
        pc, xpsr = self._pc_batch.read()
        if event is _EXCEPTION_EXIT and xpsr & IPSR:
            if pc in until.pc:
                machine.state.flags = 0
                return self._stops.reason(StopKind.PC)
            fault = self._return(_branch_target(pc, xpsr))
        elif event is _BREAKPOINT and self._host.is_called():
            self._host.call()
            fault = None
        else:
            fault = self._fault_events.take(event)
        machine.state.flags = 0
        return self._stop_at(fault, until)

    def _after_block(self, until: Stop) -> StopReason | None:
        """Handle a stop of emulation between two blocks: at an exit, or behind a WFI."""
        self._stepper.arrived()
        pc = self._machine.core.pc
        if self._sleep.is_behind_wfi(pc):
            self._machine.state.flags = 0
            self._sleep.wait_for_interrupt()
        elif pc in until.pc:
            return self._stops.reason(StopKind.PC)
        return None

    def _return(self, exc_return: int) -> FaultState | None:
        """A branch to EXC_RETURN in a handler."""
        machine = self._machine
        failed = self._processor.unit.leave(exc_return)
        machine.state.event = 1
        if isinstance(failed, Entered):  # tail-chained: a BusFault that was pending, perhaps
            return self._processor.faults.entered(failed) if failed.number in FAULTS else None
        if failed is not None:
            frame = self._processor.special.get("psp" if frame_is_on_psp(exc_return) else "msp")
            return self._processor.faults.take(Cause(failed), (exc_return, frame))
        if self._processor.scb.scr & SCR_SLEEPONEXIT and not self._processor.exceptions.active:
            self._sleep.wait_for_interrupt()
        return None

    # -- stops ---------------------------------------------------------------------------------

    def _stop_at(self, fault: FaultState | None, until: Stop) -> StopReason | None:
        """Stop where a fault was taken, if `until` wants that."""
        return self._stops.reason(StopKind.FAULT, fault) if fault and until.fault else None

    def _lock_up(self, lockup: LockupError) -> StopReason:
        self._locked_up = str(lockup)
        return self._stops.reason(StopKind.LOCKUP, self._processor.faults.final(), self._locked_up)

    def _stop_behind(self, watchpoint: Watchpoint, until: Stop) -> StopReason:
        """The core stands before an instruction with a watched access: execute it and stop."""
        watch = self._machine.watch
        watch.let_pass(True)
        try:
            stopped = self._execute_refused(until)
        finally:
            watch.let_pass(False)
        return stopped or self._stops.reason(StopKind.WATCH, watchpoint=watchpoint)

    def _finish_store(self, event: Event, until: Stop) -> StopReason | None:
        """Execute the rest of an instruction whose store was made, and stop right behind it."""
        machine = self._machine
        is_late = isinstance(event.refusal, StoreMade) and event.refusal.is_late
        if is_late:
            self._processor.faults.hold(event.address, event.value)
        try:
            if self._stepper.pass_store():
                return None
            if not is_late:
                return self._execute_refused(until)
            with machine.accesses.nowhere_takes_stores(event.address):
                return self._execute_refused(until)
        finally:
            machine.stop_after_store.done()

    def _execute_refused(self, until: Stop) -> StopReason | None:
        """Execute only the instruction whose access was refused."""
        machine = self._machine
        state = machine.state
        pc = machine.core.pc
        if state.address <= pc < state.address + state.size:
            machine.tracer.truncate(pc - state.address)
        state.flags = 0
        machine.core.forget_translations()
        return self._step_off(until, Goal())
