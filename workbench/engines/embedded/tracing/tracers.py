"""Choice between the C tracer and its Python twin."""

from __future__ import annotations

from typing import Any

from workbench.engines.embedded.tracing.tracer import PythonTracer, Tracer
from workbench.engines.embedded.unicorn.core import Core
from workbench.support.c_parts import import_c_part


def native_module() -> Any | None:
    """Return the C extension, or None where it was not built."""
    return import_c_part("workbench.engines.embedded.tracing._tracer")


def make_tracer(core: Core, python_tracer: bool = False) -> Tracer:
    """Return the tracer for `core`: the C one if it is there and not refused."""
    module = None if python_tracer else native_module()
    if module is None:
        return PythonTracer(core.stop, core.fail, core.get, core.set)
    from workbench.engines.embedded.tracing.native import NativeTracer

    return NativeTracer(module)
