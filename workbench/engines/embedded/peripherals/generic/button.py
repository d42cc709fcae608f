"""Renode's Miscellaneous.Button: a wire that has one level at rest and the other one pressed."""

from __future__ import annotations

from workbench.peripheral import Context, Peripheral, default_line


class Button(Peripheral):
    """At rest after a reset.

    Pressing it drives what it is wired to, see `workbench.runs.controls`.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)
        self._at_rest = bool(context.properties.get("invert", False))

    def reset(self) -> None:
        # Both levels, as in Renode: what was reset takes note of the one that stays.
        self._line.set(not self._at_rest)
        self._line.set(self._at_rest)
