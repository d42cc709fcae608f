"""The core as GDB sees it: register numbers, and the description of them for GDB.

Features are those of the GDB manual, appendix G.5.3 (ARM features).
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.armv7m.architecture import CORE_REGISTERS
from workbench.engines.base import Engine
from workbench.errors import WorkbenchError

_SYSTEM = ("msp", "psp", "primask", "basepri", "faultmask", "control")
_TYPES = {"sp": "data_ptr", "pc": "code_ptr", "msp": "data_ptr", "psp": "data_ptr"}
_WORD = 4
_WORD_MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class Register:
    """One of GDB's registers; a double holds two of ours, the low one first."""

    name: str
    feature: str
    parts: tuple[str, ...]

    @property
    def size(self) -> int:
        return _WORD * len(self.parts)


class Target:
    """The registers of a machine in GDB's order and encoding."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.layout = [
            Register(name, "org.gnu.gdb.arm.m-profile", (name,)) for name in CORE_REGISTERS
        ]
        if self._has_float():
            feature = "org.gnu.gdb.arm.vfp"
            self.layout += [
                Register(f"d{n}", feature, (f"s{2 * n}", f"s{2 * n + 1}")) for n in range(16)
            ]
            self.layout.append(Register("fpscr", feature, ("fpscr",)))
        self.layout += [
            Register(name, "org.gnu.gdb.arm.m-system", (name,))
            for name in _SYSTEM
            if self._has(name)
        ]

    @property
    def description(self) -> str:
        """The target description, as XML."""
        lines = [
            '<?xml version="1.0"?>',
            '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
            "<target><architecture>arm</architecture>",
        ]
        feature = ""
        for number, register in enumerate(self.layout):
            if register.feature != feature:
                lines += ["</feature>"] if feature else []
                feature = register.feature
                lines.append(f'<feature name="{feature}">')
            kind = "ieee_double" if len(register.parts) == 2 else _TYPES.get(register.name, "int")
            lines.append(
                f'<reg name="{register.name}" bitsize="{8 * register.size}" '
                f'regnum="{number}" type="{kind}"/>'
            )
        return "\n".join([*lines, "</feature>", "</target>", ""])

    def read_all(self) -> bytes:
        """Return all registers in the order of the layout, as GDB's packet `g` wants them."""
        return b"".join(self.read(number) for number in range(len(self.layout)))

    def write_all(self, values: bytes) -> None:
        """Set all registers in the order of the layout, from what GDB's packet `G` brings."""
        offset = 0
        for number, register in enumerate(self.layout):
            self.write(number, values[offset : offset + register.size])
            offset += register.size

    def read(self, number: int) -> bytes:
        """Return a register's bytes, little-endian; raises IndexError for one that is not there."""
        parts = self.layout[number].parts
        return b"".join(
            (self._engine.registers[name] & _WORD_MASK).to_bytes(_WORD, "little") for name in parts
        )

    def write(self, number: int, value: bytes) -> None:
        """Set a register from its bytes."""
        for index, name in enumerate(self.layout[number].parts):
            word = value[_WORD * index : _WORD * (index + 1)]
            self._engine.registers[name] = int.from_bytes(word, "little")

    def _has_float(self) -> bool:
        return self._has("s0") and self._has("fpscr")

    def _has(self, name: str) -> bool:
        try:
            _ = self._engine.registers[name]
        except WorkbenchError:
            return False
        return True
