"""Exceptions of the ARMv7-M architecture: pending, active, enabled, priorities.

Source: ARM DDI 0403E.e (ARMv7-M Architecture Reference Manual), B1.5. This file knows which
exception is next; it moves no registers (see `entry.py`) and reads none: the mask registers are
given to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from workbench.armv7m.architecture import Exc

THREAD_PRIORITY = 256  # lower than any exception's
NMI_PRIORITY = -2
HARD_FAULT_PRIORITY = -1

_ALWAYS_ENABLED = (
    1 << Exc.NMI | 1 << Exc.HARD_FAULT | 1 << Exc.SVCALL | 1 << Exc.PENDSV | 1 << Exc.SYSTICK
)


# The system exceptions that have a priority register: the other bytes of SHPR1 to SHPR3 are
# reserved (Cortex-M4 Devices Generic User Guide, DUI 0553A, 4.3.8). DebugMonitor is not modelled.
_CONFIGURABLE = frozenset(
    {
        Exc.MEM_MANAGE,
        Exc.BUS_FAULT,
        Exc.USAGE_FAULT,
        Exc.SVCALL,
        Exc.PENDSV,
        Exc.SYSTICK,
    }
)


@dataclass(frozen=True)
class Masks:
    """The mask registers, B1.4.3."""

    primask: int = 0
    faultmask: int = 0
    basepri: int = 0


NO_MASKS = Masks()


class ExceptionState:
    """Bit n of `pending`, `active`, `enabled` and `lines` is exception n.

    `lines` are the interrupt inputs that are held high: an interrupt whose line is still high
    when its handler returns becomes pending again (B3.4.1).
    """

    _STATE = ("pending", "active", "lines", "enabled", "prigroup")

    def __init__(self, interrupts: int, priority_bits_mask: int) -> None:
        """`interrupts`: external interrupt lines; `priority_bits_mask`: implemented bits."""
        self.interrupts = interrupts
        self._count = Exc.IRQ0 + interrupts
        self.priority_mask = priority_bits_mask & 0xFF
        self.reset()

    def reset(self) -> None:
        self.pending = 0
        self.active = 0
        self.lines = 0
        self.enabled = _ALWAYS_ENABLED
        self.priorities = bytearray(self._count)
        self.prigroup = 0

    def set_priority(self, number: int, value: int) -> None:
        """Write the priority byte of an exception; bits that are not implemented stay 0."""
        if Exc.IRQ0 <= number < self._count or number in _CONFIGURABLE:
            self.priorities[number] = value & self.priority_mask

    def pend(self, number: int) -> None:
        """Make the exception `number` pending."""
        self.pending |= 1 << number

    def unpend(self, number: int) -> None:
        """Let the exception `number` not be pending any more."""
        self.pending &= ~(1 << number)

    def is_pending(self, number: int) -> bool:
        """Return whether the exception `number` is pending."""
        return bool(self.pending >> number & 1)

    def is_active(self, number: int) -> bool:
        """Return whether the exception `number` is active: entered, and not returned from."""
        return bool(self.active >> number & 1)

    def set_line(self, interrupt: int, level: bool) -> bool:
        """The input `interrupt` has this level; return whether that made it pending: an edge."""
        number = Exc.IRQ0 + interrupt
        if number >= self._count:
            return False
        bit = 1 << number
        if not level:
            self.lines &= ~bit
        elif not self.lines & bit:
            self.lines |= bit
            self.pending |= bit
            return True
        return False

    def activate(self, number: int) -> None:
        """The exception is taken."""
        self.active |= 1 << number
        self.pending &= ~(1 << number)

    def deactivate(self, number: int) -> None:
        """Its handler has returned."""
        self.active &= ~(1 << number)
        if self.lines >> number & 1:
            self.pending |= 1 << number

    def active_count(self) -> int:
        """Return how many exceptions are active at once."""
        return bin(self.active).count("1")

    def priority(self, number: int) -> int:
        """Return the priority with its sub-priority bits; smaller is more urgent (B1.5.4)."""
        if number == Exc.NMI:
            return NMI_PRIORITY
        if number == Exc.HARD_FAULT:
            return HARD_FAULT_PRIORITY
        return self.priorities[number]

    def group_priority(self, number: int) -> int:
        """Return the priority without the sub-priority bits, which decide preemption."""
        priority = self.priority(number)
        return priority if priority < 0 else priority & self._group_mask

    @property
    def _group_mask(self) -> int:
        return 0xFF & ~((2 << self.prigroup) - 1)

    def execution_priority(self, masks: Masks) -> int:
        """Return the execution priority (B1.5.4)."""
        current = THREAD_PRIORITY
        if self.active:
            current = min(self.group_priority(n) for n in _bits(self.active))
        if masks.primask:
            current = min(current, 0)
        return min(current, self._boundary(masks))

    def _boundary(self, masks: Masks) -> int:
        """Return the priority that FAULTMASK and BASEPRI raise the execution priority to."""
        if masks.faultmask:
            return HARD_FAULT_PRIORITY
        return masks.basepri & self._group_mask if masks.basepri else THREAD_PRIORITY

    def candidate(self) -> int | None:
        """Return the most urgent exception that is pending and enabled, masked or not."""
        ready = self.pending & self.enabled
        if not ready:
            return None
        if not ready & (ready - 1):  # one, as nearly always
            return ready.bit_length() - 1
        return min(_bits(ready), key=lambda n: (self.priority(n), n))

    def shown_as_pending(self, masks: Callable[[], Masks]) -> int:
        """Return ICSR.VECTPENDING: the most urgent exception that BASEPRI and FAULTMASK let pass.

        PRIMASK and the running exceptions have no effect on it (Cortex-M4 Devices Generic User
        Guide, DUI 0553A, 4.3.3); 0 if there is none. `masks` reads the mask registers, which takes
        time, and is called only where something is pending.
        """
        number = self.candidate()
        if number is None or self.group_priority(number) >= self._boundary(masks()):
            return 0
        return number

    def preempting(self, masks: Masks) -> int | None:
        """Return the exception to take now, or None."""
        number = self.candidate()
        if number is None or self.group_priority(number) >= self.execution_priority(masks):
            return None
        return number

    def wakes(self, masks: Masks) -> bool:
        """Return whether a core wakes from WFI: as for preemption, PRIMASK aside (B1.5.19)."""
        without_primask = Masks(0, masks.faultmask, masks.basepri)
        return self.preempting(without_primask) is not None

    def save(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._STATE} | {
            "priorities": bytes(self.priorities)
        }

    def restore(self, state: dict[str, Any]) -> None:
        vars(self).update(state, priorities=bytearray(state["priorities"]))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
