"""A profile as speedscope's JSON."""

from __future__ import annotations

from typing import Any

from workbench.profile.values import Profile

_SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def speedscope(profile: Profile) -> dict[str, Any]:
    """Return the document that speedscope.app opens: one sample a stack, weighted by cycles."""
    frames: dict[str, int] = {}
    samples = [
        [frames.setdefault(frame, len(frames)) for frame in stack.frames]
        for stack in profile.stacks
    ]
    weights = [stack.cycles for stack in profile.stacks]
    return {
        "$schema": _SCHEMA,
        "name": f"{profile.what} on {profile.platform}, modelled cycles",
        "exporter": "workbench",
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": name} for name in frames]},
        "profiles": [
            {
                "type": "sampled",
                "name": profile.what,
                "unit": "none",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": samples,
                "weights": weights,
            }
        ],
    }
