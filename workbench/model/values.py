"""A TensorFlow Lite model as plain values: tensors, operators, and what they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from workbench.model.quantization import Quantization

# Bytes of one element, by the name of the type in the schema's TensorType.
ELEMENT_BYTES = {
    "FLOAT32": 4.0,
    "FLOAT16": 2.0,
    "FLOAT64": 8.0,
    "INT8": 1.0,
    "UINT8": 1.0,
    "INT16": 2.0,
    "UINT16": 2.0,
    "INT32": 4.0,
    "UINT32": 4.0,
    "INT64": 8.0,
    "UINT64": 8.0,
    "BOOL": 1.0,
    "INT4": 0.5,
    "COMPLEX64": 8.0,
    "COMPLEX128": 16.0,
    "RESOURCE": 4.0,  # the number of a variable
}


@dataclass(frozen=True)
class Tensor:
    """One tensor of the first subgraph.

    `shape` has the sizes that the firmware will see; `dynamic` says that the converter left some
    of them open. `constant` tensors have their content in the file; `integers` is that of a small
    one of INT32, such as axes and paddings.
    """

    index: int
    name: str
    type: str
    shape: tuple[int, ...]
    quantization: Quantization | None = None
    constant: bool = False
    dynamic: bool = False
    variable: bool = False
    integers: tuple[int, ...] = ()

    @property
    def elements(self) -> int:
        """How many values it holds."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Size of the content; 0 for a type without a fixed size (STRING)."""
        return math.ceil(self.elements * ELEMENT_BYTES.get(self.type, 0.0))


@dataclass(frozen=True)
class Operator:
    """One operator, in order of execution. `inputs` has -1 where an optional input is absent.

    `options_type` is the type of its options in the schema, "" where it has none.
    """

    index: int
    name: str
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    custom: bool = False
    options: dict[str, str | int | float] = field(default_factory=dict)
    macs: int = 0
    options_type: str = ""


@dataclass(frozen=True)
class Model:
    """A .tflite that has been read and found consistent."""

    sha256: str
    size: int
    schema_version: int
    description: str
    tensors: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    metadata: tuple[str, ...]
    parameters: int
    subgraphs: int = 1
    called: tuple[tuple[str, bool], ...] = ()  # operators of further graphs: name, and if custom
    path: Path | None = None

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return sum(operator.macs for operator in self.operators)
