"""The model of a core that Unicorn is asked for."""

from __future__ import annotations

from typing import Any

from unicorn import Uc, arm_const, unicorn_const


def new_cortex_m4() -> Any:
    """Return Unicorn's Cortex-M4.

    UC_MODE_MCLASS would be the obvious mode, but it overrides the model of the core: with it
    Unicorn 2.1.4 executes as a Cortex-M33, with the instructions and registers of ARMv8-M.
    """
    uc: Any = Uc(unicorn_const.UC_ARCH_ARM, unicorn_const.UC_MODE_THUMB)
    uc.ctl_set_cpu_model(arm_const.UC_CPU_ARM_CORTEX_M4)
    return uc
