"""WFI, WFE, the event register, SLEEPONEXIT."""

from __future__ import annotations

from .rule import Rule

_NO_SLEEP_ON_EXIT = "does not sleep on exit"

RULES = (
    Rule("s.to_handler", "B1.5.8", "SLEEPONEXIT: return to a handler goes on there", 0x23F),
    Rule("s.to_handler.ticks", "B1.5.8", "without sleep: no SysTick passes", 0),
    Rule(
        "s.to_thread",
        "B1.5.8",
        "return to Thread mode sleeps until a handler clears SLEEPONEXIT",
        3,
        0,
        _NO_SLEEP_ON_EXIT,
    ),
    Rule("s.svc", "B1.5.8", "return from SVCall sleeps as well", 3, 2, _NO_SLEEP_ON_EXIT),
    Rule("s.sev", "B1.5.17", "SEV sets the event register: WFE goes on", 1),
    Rule("s.entry_sets", "B1.5.17", "so does an exception return", 1),
    Rule("s.sevonpend", "B1.5.17", "SEVONPEND: so does a disabled interrupt", 1),
    Rule("s.primask", "B1.5.18", "WFI under PRIMASK wakes, without the handler", 3),
    Rule("s.primask.pending", "B1.5.18", "the interrupt stays pending", 1),
    Rule("s.primask.then", "B1.5.18", "and is taken when PRIMASK is cleared", 4),
    Rule(
        "s.basepri",
        "B1.5.18",
        "WFI under BASEPRI: what it masks does not wake, what it does not does",
        1,
        0,
        "wakes for any interrupt",
    ),
    Rule("s.basepri.masked", "B1.5.18", "what it masks stays pending", 0),
)
