"""The Cortex-M cores as values: what each is, which the workbench has a model of, and which one an
ELF was built for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

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


class Architecture(Enum):
    """The architectures of the M profile, each with its own exceptions and protection."""

    ARMV6_M = "Armv6-M"
    ARMV7_M = "Armv7-M"
    ARMV8_M_BASELINE = "Armv8-M Baseline"
    ARMV8_M_MAINLINE = "Armv8-M Mainline"


@dataclass(frozen=True)
class CoreModel:
    """What the embedded engine builds a core from.

    unicorn: the name of Unicorn's model, behind UC_CPU_ARM_.
    cpuid: what CPUID reads. feature_registers: (offset from 0xE000E000, value) of each.
    mpu_regions: how many the MPU has. interrupts: the most lines that the NVIC can have.
    priority_bits: the fewest and the most bits of a priority that a part can implement.
    vector_table_mask: the bits of VTOR that can be written.
    """

    unicorn: str
    cpuid: int
    feature_registers: tuple[tuple[int, int], ...]
    mpu_regions: int
    interrupts: int
    priority_bits: tuple[int, int]
    vector_table_mask: int


@dataclass(frozen=True)
class Core:
    """A core. `workbench.timing` has the times of some by their names.

    cpu: GCC's name of it, behind -mcpu=. fpu: behind -mfpu=; "" where firmware is built without.
    cpu_archs, fp_archs: Tag_CPU_arch and Tag_FP_arch of ELF files that were built for it.
    executes: Tag_CPU_arch of those whose instructions it executes, its own among them.
    model: None where the embedded engine has none.
    """

    name: str
    cpu: str = ""
    architecture: Architecture | None = None
    cpu_archs: tuple[int, ...] = ()
    fp_archs: tuple[int, ...] = (NO_FP,)
    executes: tuple[int, ...] = ()
    fpu: str = ""
    model: CoreModel | None = None

    @property
    def compiler_options(self) -> tuple[str, ...]:
        """The options of GCC that firmware for it is built with."""
        with_fpu = (f"-mfpu={self.fpu}", "-mfloat-abi=hard")
        return (f"-mcpu={self.cpu}", "-mthumb", *(with_fpu if self.fpu else ("-mfloat-abi=soft",)))

    def is_built_for(self, attributes: BuildAttributes) -> bool:
        """Return whether an ELF file with these attributes was built for this core."""
        name = attributes.cpu_name.lower()
        is_another = name.startswith("cortex-") and name != self.name.lower()
        return self.has_architecture_of(attributes) and not is_another

    def links_with(self, attributes: BuildAttributes) -> bool:
        """Return whether objects with these attributes link with firmware built for this core."""
        is_subset = attributes.cpu_arch in self.executes
        return (
            is_subset
            and attributes.profile in ("", MICROCONTROLLER)
            and attributes.fp_arch <= max(self.fp_archs)
            and (attributes.links_with_hard or not self.fpu)
        )

    def has_architecture_of(self, attributes: BuildAttributes) -> bool:
        """Return whether an ELF file with these attributes has its architecture and FPU."""
        return (
            attributes.cpu_arch in self.cpu_archs
            and attributes.fp_arch in self.fp_archs
            and attributes.profile in ("", MICROCONTROLLER)
        )


# Cortex-M4 TRM, DDI 0439B: 4.1 CPUID of r0p1, table 4-1 and 7-1 feature registers and TBLOFF, 5.1
# MPU, 6.1 NVIC
CORTEX_M4 = CoreModel(
    unicorn="CORTEX_M4",
    cpuid=0x410FC241,
    feature_registers=(
        (0xD40, 0x00000030),  # ID_PFR0
        (0xD44, 0x00000200),  # ID_PFR1
        (0xD48, 0x00100000),  # ID_DFR0
        (0xD50, 0x00100030),  # ID_MMFR0
        (0xD58, 0x01000000),  # ID_MMFR2
        (0xD60, 0x01101110),  # ID_ISAR0
        (0xD64, 0x02112000),  # ID_ISAR1
        (0xD68, 0x21232231),  # ID_ISAR2
        (0xD6C, 0x01111131),  # ID_ISAR3
        (0xD70, 0x01310132),  # ID_ISAR4
        (0xF40, 0x10110021),  # MVFR0
        (0xF44, 0x11000011),  # MVFR1
    ),
    mpu_regions=8,
    interrupts=240,
    priority_bits=(3, 8),
    vector_table_mask=0xFFFFFF80,
)

# Arm's technical reference manuals of the cores, section "Features"
CORES = (
    Core("Cortex-M0", "cortex-m0", Architecture.ARMV6_M, (V6_M, V6S_M)),
    Core("Cortex-M0+", "cortex-m0plus", Architecture.ARMV6_M, (V6_M, V6S_M)),
    Core("Cortex-M1", "cortex-m1", Architecture.ARMV6_M, (V6_M, V6S_M)),
    Core("Cortex-M3", "cortex-m3", Architecture.ARMV7_M, (V7,)),
    Core(
        "Cortex-M4",
        "cortex-m4",
        Architecture.ARMV7_M,
        (V7E_M,),
        (NO_FP, VFPV4_D16),
        executes=(V6_M, V6S_M, V7, V7E_M),
        fpu="fpv4-sp-d16",
        model=CORTEX_M4,
    ),
    Core("Cortex-M7", "cortex-m7", Architecture.ARMV7_M, (V7E_M,), (NO_FP, FPV5_D16)),
    Core("Cortex-M23", "cortex-m23", Architecture.ARMV8_M_BASELINE, (V8_M_BASE,)),
    Core(
        "Cortex-M33", "cortex-m33", Architecture.ARMV8_M_MAINLINE, (V8_M_MAIN,), (NO_FP, FPV5_D16)
    ),
    Core(
        "Cortex-M55", "cortex-m55", Architecture.ARMV8_M_MAINLINE, (V8_1_M_MAIN,), (NO_FP, FPV5_D16)
    ),
    Core(
        "Cortex-M85", "cortex-m85", Architecture.ARMV8_M_MAINLINE, (V8_1_M_MAIN,), (NO_FP, FPV5_D16)
    ),
)

# Renode's cortex-m4 has an FPU as well, and its own files name parts that have one so: stm32f4.repl
# and nrf52840.repl.
CPU_TYPES: Mapping[str, Core] = {core.name.lower(): core for core in CORES} | {
    "cortex-m4f": next(core for core in CORES if core.name == "Cortex-M4")
}
"""The cores by Renode's cpuType."""


def core_named(cpu_type: object) -> Core:
    """Return the core of a cpuType; one that the workbench knows nothing of where there is none."""
    return CPU_TYPES.get(str(cpu_type)) or Core(str(cpu_type or ""))


def foreign_core_warning(attributes: BuildAttributes, core: Core) -> str:
    """Say that an image was built for another core than `core`; "" where it was not."""
    built_for = attributes.architecture
    if not built_for or not core.cpu_archs or core.is_built_for(attributes):
        return ""
    names = attributes.cpu_name if attributes.cpu_name.lower().startswith("cortex") else ""
    named = names or _likely(attributes)
    if attributes.fpu:
        built_for += f" with -mfpu={attributes.fpu}"
    runs = f"it runs here as on a {core.name}"
    if (
        attributes.cpu_arch in core.executes
        and attributes.profile == MICROCONTROLLER
        and not attributes.fpu
    ):
        runs += ", which executes the same instructions at its own speed"
    else:
        runs += ", which does not have all of its instructions and registers"
    return (
        f"the ELF was built for another core{named and f', {named}'} ({built_for}): {runs}; build "
        f"it with -mcpu={core.cpu} for this part"
    )


def _likely(attributes: BuildAttributes) -> str:
    """The cores that files with these attributes are for."""
    return " or ".join(core.name for core in CORES if core.has_architecture_of(attributes))
