"""Numbers for the random number generators: deterministic, as every run has to be the same."""

from __future__ import annotations

SEED = 0x2545_F491

# Linear congruential generator of Numerical Recipes, 2nd edition, section 7.1.
_MULTIPLIER, _INCREMENT = 1_664_525, 1_013_904_223


def next_random(state: int) -> int:
    """Return the 32-bit number after `state`; its high bits are the better ones."""
    return (state * _MULTIPLIER + _INCREMENT) & 0xFFFF_FFFF
