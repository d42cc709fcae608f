"""A profile as collapsed stacks, which flame graph tools read."""

from __future__ import annotations

from workbench.profile.values import Profile


def collapsed(profile: Profile) -> str:
    """Return the stacks as text, `outer;inner cycles` a line, as flamegraph.pl reads them."""
    return "".join(
        f"{';'.join(_plain(frame) for frame in stack.frames)} {stack.cycles}\n"
        for stack in profile.stacks
    )


def _plain(frame: str) -> str:
    return frame.replace(";", ":")
