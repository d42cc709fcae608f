"""Whether the firmware's runtime takes a model: it is asked, on the host, with all its operators.

The runtime's sources are part of the package's C parts (`_runtime`), so there are no rules here
that could differ from what the kernels ask of types, shapes, scales and options.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from types import ModuleType

from workbench.model.values import Model

_NONE, _ARENA_TOO_SMALL = 0, 5  # tflm::ErrorCode (firmware/runtime/include/runtime/last_error.h)

_MOST_ARENA = 1 << 30
_BYTES_A_TENSOR, _BYTES_AN_OPERATOR = 1024, 8192  # generous, for a host of 64 bits
_FIXED_BYTES = 1 << 20


@dataclass(frozen=True)
class Refusal:
    """What the runtime says. `operator`: its number in its graph, -1 where it is about none."""

    operator: int
    reason: str


def is_available() -> bool:
    """Return whether this installation has the runtime; it has where a C++ compiler was there."""
    return _runtime() is not None


def refusal(model: Model, content: bytes) -> Refusal | None:
    """Return why the runtime refuses `model`, which `content` is; None where it takes it.

    Memory is not judged: there is more than any device has. None too where the runtime is missing.
    """
    runtime = _runtime()
    if runtime is None:
        return None
    code, operator, log = runtime.prepare(content, _arena_bytes(model))
    if code in (_NONE, _ARENA_TOO_SMALL):
        return None
    lines = [line for line in log.splitlines() if line]
    return Refusal(operator, lines[0] if lines else f"error {code}")


def _arena_bytes(model: Model) -> int:
    """More than any plan of the model takes."""
    tensors = sum(2 * tensor.bytes + _BYTES_A_TENSOR for tensor in model.tensors)
    operators = _BYTES_AN_OPERATOR * len(model.operators)
    return min(2 * tensors + operators + model.size + _FIXED_BYTES, _MOST_ARENA)


def _runtime() -> ModuleType | None:
    try:
        return importlib.import_module("workbench.model._runtime")
    except ImportError:
        return None
