"""The model of a core that Unicorn is asked for."""

from __future__ import annotations

from typing import Any

from unicorn import Uc, arm_const, unicorn_const

from workbench.platform.cores import CoreModel


def new_core(model: CoreModel) -> Any:
    """Return Unicorn's core for `model`.

    UC_MODE_MCLASS would be the obvious mode, but it overrides the model of the core: with it
    Unicorn 2.1.4 executes as a Cortex-M33, with the instructions and registers of ARMv8-M.
    """
    uc: Any = Uc(unicorn_const.UC_ARCH_ARM, unicorn_const.UC_MODE_THUMB)
    uc.ctl_set_cpu_model(getattr(arm_const, f"UC_CPU_ARM_{model.unicorn}"))
    return uc
