"""A plan to try things with; no compiler is needed for it."""

from pathlib import Path
from typing import Any

from workbench.builder import BuildPlan, plan_build
from workbench.builder.toolchain import Tool, Toolchain

GCC = Tool(Path("/usr/bin/arm-none-eabi-gcc"), "arm-none-eabi-gcc 12.2.1")
TOOLCHAIN = Toolchain(GCC, Tool(Path("cmake"), "3.25"), Tool(Path("ninja"), "1.11"))


def a_plan(**changes: Any) -> BuildPlan:
    return plan_build("stm32f4_discovery", "reference", **changes)
