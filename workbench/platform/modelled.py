"""Whether there is a model of a platform's core: one without is never run as another."""

from __future__ import annotations

from workbench.errors import PlatformError
from workbench.platform.cores import CPU_TYPES, Core, CoreModel
from workbench.platform.platform import Platform
from workbench.repl import types


def require_model(platform: Platform, what: str) -> CoreModel:
    """Return the model of the platform's core.

    what: what needs it, as "the embedded engine". Raises PlatformError where there is none.
    """
    if platform.core.model is not None:
        return platform.core.model
    entries = platform.description.entries.values()
    entry = next(entry for entry in entries if entry.type == types.CORTEX_M)
    cpu_type = entry.properties.get("cpuType")
    at = entry.location_of("cpuType")
    said = "has no cpuType" if cpu_type is None else f"has cpuType {cpu_type!r}"
    names, spellings = _modelled()
    raise PlatformError(
        f"{at.file}:{at.line}:{at.column}: the core '{entry.name}' {said}, and {what} models the "
        f"{names} only",
        f"if the part has a {names}, write cpuType: {spellings}; Renode itself runs other cores: "
        "--engine renode",
    )


def _modelled() -> tuple[str, str]:
    """The names of the cores with a model, and how a .repl writes them."""
    cores: dict[Core, list[str]] = {}
    for cpu_type, core in CPU_TYPES.items():
        if core.model is not None:
            cores.setdefault(core, []).append(f'"{cpu_type}"')
    names = " or ".join(core.name for core in cores)
    return names, " or ".join(spelling for found in cores.values() for spelling in found)
