"""Plain storage: for memory-like entries, and for types that have no model."""

from __future__ import annotations

from workbench.peripheral import Context, RegisterBlock


class Storage(RegisterBlock):
    """Reads give what was written, and 0 before. As memory, it survives a reset."""

    def power_on(self) -> None:
        self.values = {}

    def reset(self) -> None:
        pass


class UnmodelledStorage(Storage):
    """Storage in place of a type without a model; says so once, when it is first touched."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._warned = False

    def read_register(self, offset: int) -> int:
        self._warn("read of", offset)
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        self._warn("write to", offset)
        super().write_register(offset, value)

    def _warn(self, access: str, offset: int) -> None:
        if not self._warned:
            self._warned = True
            self.context.warn(
                f"{self.context.name}: {self.context.type} has no model in the embedded engine, "
                f"it is plain storage; first {access} 0x{self.context.address + offset:08x}"
            )
