"""The Cortex-M cores: which the workbench has a model of, and which one an ELF was built for."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.errors import PlatformError
from workbench.image.build_attributes import (
    FPV5_D16,
    MICROCONTROLLER,
    NO_FP,
    V6_M,
    V6S_M,
    V7,
    V7E_M,
    V8_1_M_MAIN,
    V8_M_BASE,
    V8_M_MAIN,
    VFPV4_D16,
    BuildAttributes,
)
from workbench.platform import Platform
from workbench.repl import types
from workbench.repl.description import Entry

MODELLED = ("cortex-m4", "cortex-m4f")


@dataclass(frozen=True)
class CoreType:
    """A core by its name: its architectures (Tag_CPU_arch) and FP units (Tag_FP_arch)."""

    name: str
    architectures: tuple[int, ...]
    fp_units: tuple[int, ...] = (NO_FP,)


# By Renode's cpuType. Arm's technical reference manuals of the cores, section "Features".
_M4 = CoreType("Cortex-M4", (V7E_M,), (NO_FP, VFPV4_D16))
_CORES = {
    "cortex-m0": CoreType("Cortex-M0", (V6_M, V6S_M)),
    "cortex-m0+": CoreType("Cortex-M0+", (V6_M, V6S_M)),
    "cortex-m1": CoreType("Cortex-M1", (V6_M, V6S_M)),
    "cortex-m3": CoreType("Cortex-M3", (V7,)),
    "cortex-m4": _M4,
    "cortex-m4f": _M4,
    "cortex-m7": CoreType("Cortex-M7", (V7E_M,), (NO_FP, FPV5_D16)),
    "cortex-m23": CoreType("Cortex-M23", (V8_M_BASE,)),
    "cortex-m33": CoreType("Cortex-M33", (V8_M_MAIN,), (NO_FP, FPV5_D16)),
    "cortex-m55": CoreType("Cortex-M55", (V8_1_M_MAIN,), (NO_FP, FPV5_D16)),
    "cortex-m85": CoreType("Cortex-M85", (V8_1_M_MAIN,), (NO_FP, FPV5_D16)),
}

# Architectures whose instructions a Cortex-M4 executes as their own cores do, all of the M profile
_SUBSETS = (V6_M, V6S_M, V7, V7E_M)


def require_modelled(platform: Platform, what: str) -> None:
    """Raise PlatformError where the core of `platform` is not one that the workbench models.

    what: what there is no model for, as "the embedded engine".
    """
    entry = _cpu(platform)
    cpu_type = entry.properties.get("cpuType")
    if cpu_type in MODELLED:
        return
    at = entry.location_of("cpuType")
    said = "has no cpuType" if cpu_type is None else f"has cpuType {cpu_type!r}"
    raise PlatformError(
        f"{at.file}:{at.line}:{at.column}: the core '{entry.name}' {said}, and {what} models the "
        "Cortex-M4 only",
        f'if the part has a Cortex-M4, write cpuType: "{MODELLED[1]}" (with FPU) or '
        f'"{MODELLED[0]}"; Renode itself runs other cores: --engine renode',
    )


def foreign_core_warning(attributes: BuildAttributes, platform: Platform) -> str:
    """Say that an image was built for another core than `platform` has; "" where it was not."""
    built_for = attributes.architecture
    if not built_for:
        return ""
    core = _CORES.get(str(_cpu(platform).properties.get("cpuType")))
    if core is None or _is_for(attributes, core):
        return ""
    names = attributes.cpu_name if attributes.cpu_name.lower().startswith("cortex") else ""
    named = names or _likely(attributes)
    if attributes.fpu:
        built_for += f" with -mfpu={attributes.fpu}"
    runs = f"it runs here as on a {core.name}"
    if (
        attributes.cpu_arch in _SUBSETS
        and attributes.profile == MICROCONTROLLER
        and not attributes.fpu
    ):
        runs += ", which executes the same instructions at its own speed"
    else:
        runs += ", which does not have all of its instructions and registers"
    return (
        f"the ELF was built for another core{named and f', {named}'} ({built_for}): {runs}; build "
        f"it with -mcpu={core.name.lower()} for this part"
    )


def _is_for(attributes: BuildAttributes, core: CoreType) -> bool:
    name = attributes.cpu_name.lower()
    return (
        attributes.cpu_arch in core.architectures
        and attributes.fp_arch in core.fp_units
        and attributes.profile in ("", MICROCONTROLLER)
        and not (name.startswith("cortex-") and name != core.name.lower())
    )


def _likely(attributes: BuildAttributes) -> str:
    """The cores that files with these attributes are for."""
    names = [
        core.name
        for core in dict.fromkeys(_CORES.values())
        if attributes.cpu_arch in core.architectures
        and attributes.fp_arch in core.fp_units
        and attributes.profile in ("", MICROCONTROLLER)
    ]
    return " or ".join(names)


def _cpu(platform: Platform) -> Entry:
    entries = platform.description.entries.values()
    return next(entry for entry in entries if entry.type == types.CORTEX_M)
