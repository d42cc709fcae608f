"""Renode's register indices for a Cortex-M (`CortexMRegisters`)."""

from __future__ import annotations

INDEX = {f"r{number}": number for number in range(13)} | {
    "sp": 13,
    "lr": 14,
    "pc": 15,
    "xpsr": 25,
    "control": 18,
    "basepri": 19,
    "primask": 28,
    "faultmask": 30,
}
OTHER_SP = 22
