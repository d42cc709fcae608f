"""What takes part in the decision whether the core makes an access."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.engines.embedded.events import Access, Refusal


class AccessWatcher:
    """Looks at accesses that do not go straight to plain memory; does nothing of itself.

    A refusal stops the core at the instruction that accesses, which is then as if it had not begun.
    The core asks its watchers in one order, and the first refusal counts (`accesses.py`).
    """

    on_arming: Callable[[], None] = staticmethod(lambda: None)
    """To be called when `is_armed` may have changed."""

    @property
    def is_armed(self) -> bool:
        """Return whether `before` can refuse anything now."""
        return False

    def before(self, access: Access, address: int, size: int) -> Refusal | None:
        """Return why this data access must not be made now, None where nothing is against it."""
        return None

    def behind(self, address: int, is_late: bool) -> Refusal | None:
        """Called when a store to a device was made; return a refusal to stop behind it.

        is_late: the bus has refused the store; its fault is taken behind the store.
        """
        return None

    def refused(self, access: Access) -> None:
        """Called when the access that the core is about to make is refused."""

    def emulation_stopped(self) -> None:
        """Called when a refusal has stopped emulation: undo what was done for it."""


class Watchers:
    """The watchers of one core, in the order in which they are asked."""

    def __init__(self, watchers: Sequence[AccessWatcher]) -> None:
        self._all = tuple(watchers)
        self._armed: tuple[AccessWatcher, ...] = ()
        self._behind = self._overriding("behind")
        self._refused = self._overriding("refused")
        # What was done for a refusal is undone from the last to the first.
        self._emulation_stopped = self._overriding("emulation_stopped")[::-1]
        for watcher in self._all:
            watcher.on_arming = self._arm
        self._arm()

    def before(self, access: Access, address: int, size: int) -> Refusal | None:
        """Return the first refusal of an access that is about to be made."""
        for watcher in self._armed:
            refusal = watcher.before(access, address, size)
            if refusal is not None:
                return refusal
        return None

    def behind(self, address: int, is_late: bool = False) -> Refusal | None:
        """Return the first refusal behind a store that was made."""
        for watcher in self._behind:
            refusal = watcher.behind(address, is_late)
            if refusal is not None:
                return refusal
        return None

    def refused(self, access: Access) -> None:
        """Tell all watchers that the access is refused."""
        for watcher in self._refused:
            watcher.refused(access)

    def emulation_stopped(self) -> None:
        """Tell all watchers that emulation has stopped."""
        for watcher in self._emulation_stopped:
            watcher.emulation_stopped()

    def _arm(self) -> None:
        self._armed = tuple(watcher for watcher in self._all if watcher.is_armed)

    def _overriding(self, method: str) -> tuple[AccessWatcher, ...]:
        nothing = getattr(AccessWatcher, method)
        return tuple(one for one in self._all if getattr(type(one), method) is not nothing)
