"""Renode's Miscellaneous.CombinedInput: an OR gate for interrupt lines."""

from __future__ import annotations

from workbench.peripheral import Context, Peripheral, default_line


class CombinedInput(Peripheral):
    """Its output is high while any input is."""

    STATE = frozenset({"levels"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        lines = context.lines
        self._line = lines["OutputLine"] if "OutputLine" in lines else default_line(context)
        self.levels: frozenset[int] = frozenset()

    def reset(self) -> None:
        self.levels = frozenset()
        self._line.set(False)

    def signal(self, pin: int, level: bool) -> None:
        self.levels = self.levels | {pin} if level else self.levels - {pin}
        self._line.set(bool(self.levels))
