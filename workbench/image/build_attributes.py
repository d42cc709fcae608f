"""What an Arm ELF file says it was built for: the section .ARM.attributes.

Source: ELF for the Arm Architecture, Addenda (IHI 0045), chapter 3: format, tags and their values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SECTION_TYPE = "SHT_ARM_ATTRIBUTES"
_FORMAT_VERSION = b"A"
_VENDOR = b"aeabi"
_FILE_SCOPE = 1  # Tag_File

# Tags
_CPU_RAW_NAME, _CPU_NAME, _CPU_ARCH, _CPU_ARCH_PROFILE = 4, 5, 6, 7
_FP_ARCH, _ABI_FP_NUMBER_MODEL, _ABI_HARD_FP_USE, _ABI_VFP_ARGS = 10, 23, 27, 28
_COMPATIBILITY = 32  # a number and a string
_STRINGS = (_CPU_RAW_NAME, _CPU_NAME)  # above 32 the odd tags have strings

# Tag_CPU_arch
V7, V6_M, V6S_M, V7E_M, V8_M_BASE, V8_M_MAIN, V8_1_M_MAIN = 10, 11, 12, 13, 16, 17, 21
_ARCHITECTURES = {
    1: "Armv4",
    2: "Armv4T",
    3: "Armv5T",
    4: "Armv5TE",
    5: "Armv5TEJ",
    6: "Armv6",
    7: "Armv6KZ",
    8: "Armv6T2",
    9: "Armv6K",
    V7: "Armv7",
    V6_M: "Armv6-M",
    V6S_M: "Armv6S-M",
    V7E_M: "Armv7E-M",
    14: "Armv8-A",
    15: "Armv8-R",
    V8_M_BASE: "Armv8-M Baseline",
    V8_M_MAIN: "Armv8-M Mainline",
    V8_1_M_MAIN: "Armv8.1-M Mainline",
}
# The first core of each, as GCC's -mcpu names it
_CPUS = {
    V6_M: "cortex-m0",
    V6S_M: "cortex-m0",
    V7: "cortex-m3",
    V7E_M: "cortex-m4",
    V8_M_BASE: "cortex-m23",
    V8_M_MAIN: "cortex-m33",
    V8_1_M_MAIN: "cortex-m55",
}
MICROCONTROLLER = "M"  # Tag_CPU_arch_profile

# Tag_FP_arch
NO_FP, VFPV4_D16, FPV5, FPV5_D16 = 0, 6, 7, 8
_FP_UNITS = {1: "vfp", 2: "vfpv2", 3: "vfpv3", 4: "vfpv3-d16", 5: "vfpv4", FPV5: "fp-armv8"}
_SINGLE_PRECISION = 1  # of Tag_ABI_HardFP_use
_VFP_REGISTERS, _EITHER = 1, 3  # of Tag_ABI_VFP_args


@dataclass(frozen=True)
class BuildAttributes:
    """The attributes of a file; those that it does not give are 0 or ""."""

    cpu_name: str = ""
    cpu_arch: int = 0
    profile: str = ""
    fp_arch: int = NO_FP
    fp_number_model: int = 0
    hard_fp_use: int = 0
    vfp_args: int = 0

    @property
    def architecture(self) -> str:
        """The architecture's name; "" where the file does not say."""
        name = _ARCHITECTURES.get(self.cpu_arch, f"architecture {self.cpu_arch}")
        if self.cpu_arch == V7 and self.profile:
            name += f"-{self.profile}"
        return name if self.cpu_arch else ""

    @property
    def cpu(self) -> str:
        """The core as GCC's -mcpu names it, the first one of several; "" where none is known."""
        name = self.cpu_name.lower()
        if name.startswith("cortex-"):
            return name
        if self.cpu_arch == V7E_M and self.fp_arch == FPV5_D16:
            return "cortex-m7"
        return _CPUS.get(self.cpu_arch, "") if self.profile in ("", MICROCONTROLLER) else ""

    @property
    def fpu(self) -> str:
        """The floating-point unit as GCC's -mfpu names it; "" where none is used."""
        single = "-sp" if self.hard_fp_use == _SINGLE_PRECISION else ""
        if self.fp_arch == VFPV4_D16:
            return "fpv4-sp-d16" if single else "vfpv4-d16"
        if self.fp_arch == FPV5_D16:
            return f"fpv5{single}-d16"
        return _FP_UNITS.get(self.fp_arch, f"unit {self.fp_arch}") if self.fp_arch else ""

    @property
    def float_abi(self) -> str:
        """How floating-point arguments are passed, as GCC's -mfloat-abi names it."""
        if self.vfp_args == _VFP_REGISTERS:
            return "hard"
        return "softfp" if self.fp_arch else "soft"

    @property
    def links_with_hard(self) -> bool:
        """Return whether the linker takes it together with objects of -mfloat-abi=hard.

        It looks at files with floating-point numbers only.
        """
        return not self.fp_number_model or self.vfp_args in (_VFP_REGISTERS, _EITHER)


def parse(section: bytes) -> BuildAttributes:
    """Return what the bytes of a section .ARM.attributes say; what is damaged is passed over."""
    found: dict[int, int | str] = {}
    if section.startswith(_FORMAT_VERSION):
        for vendor in _blocks(section, 1, 0):
            name, _, rest = vendor.partition(b"\0")
            if name == _VENDOR:
                for scope in _blocks(rest, 0, 1):
                    found |= _tags(scope)
    return BuildAttributes(
        cpu_name=str(found.get(_CPU_NAME, "")),
        cpu_arch=_number(found, _CPU_ARCH),
        profile=chr(_number(found, _CPU_ARCH_PROFILE) & 0x7F).strip("\0"),
        fp_arch=_number(found, _FP_ARCH),
        fp_number_model=_number(found, _ABI_FP_NUMBER_MODEL),
        hard_fp_use=_number(found, _ABI_HARD_FP_USE),
        vfp_args=_number(found, _ABI_VFP_ARGS),
    )


def _number(found: dict[int, int | str], tag: int) -> int:
    value = found.get(tag, 0)
    return value if isinstance(value, int) else 0


def _blocks(data: bytes, at: int, tag_bytes: int) -> Iterator[bytes]:
    """Yield the blocks from `at` on: a tag of so many bytes (File alone is taken), size, content.

    The size counts tag and size too.
    """
    head = tag_bytes + 4
    while at + head <= len(data):
        size = int.from_bytes(data[at + tag_bytes : at + head], "little")
        if size < head:
            return
        if not tag_bytes or data[at] == _FILE_SCOPE:
            yield data[at + head : at + size]
        at += size


def _tags(data: bytes) -> dict[int, int | str]:
    found: dict[int, int | str] = {}
    at = 0
    while at < len(data):
        tag, at = _uleb128(data, at)
        if tag == _COMPATIBILITY:
            _, at = _uleb128(data, at)
        if tag in _STRINGS or (tag >= _COMPATIBILITY and (tag % 2 or tag == _COMPATIBILITY)):
            end = data.find(b"\0", at)
            end = len(data) if end < 0 else end
            found[tag] = data[at:end].decode("ascii", "replace")
            at = end + 1
        else:
            found[tag], at = _uleb128(data, at)
    return found


def _uleb128(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at` and where the next thing begins."""
    value = shift = 0
    while at < len(data):
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, min(shift + 7, 63)
        if byte < 0x80:
            break
    return value, at
