"""What the firmware answers, as values. Whatever arrives is checked: firmware is not trusted."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from workbench.errors import LinkError
from workbench.link.frames import ERROR, REPLY
from workbench.model.tensor_info import TensorInfo

_MAX_RANK = 8
_MAX_ELEMENTS = 1 << 24


class Request(IntEnum):
    """Types of requests."""

    HELLO = 0x01
    INFER = 0x02
    STATISTICS = 0x04
    RESET_STATE = 0x05


class ErrorCode(IntEnum):
    """Codes of an error reply; from 16 on the model is at fault."""

    NONE = 0
    UNSUPPORTED_VERSION = 1
    UNKNOWN_REQUEST = 2
    WRONG_LENGTH = 3
    INVOKE_FAILED = 6
    RESET_FAILED = 7
    MODEL_SCHEMA = 16
    MODEL_CORRUPT = 17
    OPERATOR_MISSING = 18
    ARENA_TOO_SMALL = 19
    MODEL_UNSUPPORTED = 20
    MODEL_FAILED = 21


def reply_name(type_: int) -> str:
    """Return what an answer of this type is to, such as HELLO; ERROR, or the number for others."""
    names = {request | REPLY: request.name for request in Request} | {ERROR: "ERROR"}
    return names.get(type_, f"{type_:#04x}")


# By TfLiteType; the link is little-endian, and so are we.
_DTYPES = {1: "float32", 2: "int32", 3: "uint8", 6: "bool", 7: "int16", 9: "int8"}


@dataclass(frozen=True)
class FirmwareError:
    """Why the firmware refuses: a code of `ErrorCode` (or one not known here), detail, text."""

    code: int
    detail: int
    text: str

    @property
    def name(self) -> str:
        """The code's name, "error 99" for one that is not known here."""
        try:
            return ErrorCode(self.code).name.lower().replace("_", " ")
        except ValueError:
            return f"error {self.code}"

    def __str__(self) -> str:
        return f"{self.name}: {self.text}" if self.text else f"{self.name} ({self.detail})"


@dataclass(frozen=True)
class Hello:
    """What the firmware says of itself. Sizes are in bytes; `error` is None where it can infer."""

    error: FirmwareError | None
    board: str
    clock_hz: int
    clock_source: str
    build_id: str
    runtime: str
    kernels: str
    model_size: int
    model_sha256: str
    arena_size: int
    arena_used: int
    stack_size: int
    stack_peak: int
    max_payload: int
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One inference: output tensors in their own types, and what the firmware measured.

    cycles: DWT cycles of Invoke, 0 where the core has no DWT. top: index of the largest element
    of the first output; label: its name, "" where the model has no labels.
    """

    outputs: tuple[npt.NDArray[np.generic], ...]
    cycles: int
    top: int
    label: str


@dataclass(frozen=True)
class Statistics:
    """Counters since reset, in the order of firmware/PROTOCOL.md."""

    frames_good: int
    frames_bad_cobs: int
    frames_truncated: int
    frames_bad_crc: int
    frames_oversized: int
    refused_version: int
    refused_type: int
    refused_length: int
    refused_other: int
    reception_pauses: int
    line_errors: int
    inferences: int
    inferences_failed: int
    cycles_last: int
    cycles_min: int
    cycles_max: int
    stack_size: int
    stack_peak: int


class _Reader:
    """Takes fields off the front of a payload; LinkError where it is too short or too long."""

    def __init__(self, payload: bytes, what: str) -> None:
        self._rest = memoryview(payload)
        self._what = what

    def bytes(self, size: int) -> bytes:
        if size > len(self._rest):
            raise LinkError(f"the firmware's {self._what} is too short")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken.tobytes()

    def number(self, format_: str) -> int:
        return int(struct.unpack(f"<{format_}", self.bytes(struct.calcsize(f"<{format_}")))[0])

    def float32(self) -> float:
        return float(struct.unpack("<f", self.bytes(4))[0])

    def string(self) -> str:
        text = self.bytes(self.number("B")).decode(errors="replace")
        return "".join(c if c.isprintable() else "?" for c in text)

    def tensor(self) -> TensorInfo:
        type_, rank = self.number("B"), self.number("B")
        if type_ not in _DTYPES:
            raise LinkError(f"the firmware's {self._what} has a tensor of unknown type {type_}")
        if rank > _MAX_RANK:
            raise LinkError(f"the firmware's {self._what} has a tensor of rank {rank}")
        shape = tuple(self.number("I") for _ in range(rank))
        if not 0 < math.prod(shape) <= _MAX_ELEMENTS:
            raise LinkError(f"the firmware's {self._what} has a tensor of shape {shape}")
        scale, zero_point = self.float32(), self.number("i")
        if not 0 <= scale < math.inf:
            raise LinkError(f"the firmware's {self._what} has a tensor of scale {scale}")
        return TensorInfo(self.string(), _DTYPES[type_], shape, scale, zero_point)

    def end(self) -> None:
        if len(self._rest):
            raise LinkError(f"the firmware's {self._what} has {len(self._rest)} bytes too many")


def parse_error(payload: bytes) -> tuple[int, FirmwareError]:
    """Return the type of the request that was refused, and why."""
    reader = _Reader(payload, "error reply")
    request = reader.number("B")
    error = FirmwareError(reader.number("H"), reader.number("I"), reader.string())
    reader.end()
    return request, error


def parse_hello(payload: bytes) -> Hello:
    """Parse the answer to HELLO; raise LinkError where it does not hold together."""
    reader = _Reader(payload, "HELLO")
    error = FirmwareError(reader.number("H"), reader.number("I"), reader.string())
    hello = Hello(
        error=error if error.code else None,
        board=reader.string(),
        clock_hz=reader.number("I"),
        clock_source=reader.string(),
        build_id=reader.bytes(20).hex(),
        runtime=reader.string(),
        kernels=reader.string(),
        model_size=reader.number("I"),
        model_sha256=reader.bytes(32).hex(),
        arena_size=reader.number("I"),
        arena_used=reader.number("I"),
        stack_size=reader.number("I"),
        stack_peak=reader.number("I"),
        max_payload=reader.number("I"),
        inputs=tuple(reader.tensor() for _ in range(reader.number("B"))),
        outputs=tuple(reader.tensor() for _ in range(reader.number("B"))),
        labels=tuple(reader.string() for _ in range(reader.number("H"))),
    )
    reader.end()
    if hello.error is None and not (hello.inputs and hello.outputs):
        raise LinkError("the firmware's HELLO names no input or no output")
    return hello


def parse_answer(payload: bytes, hello: Hello) -> Answer:
    """Parse the answer to INFER of the firmware that said `hello`."""
    reader = _Reader(payload, "answer")
    cycles, top = reader.number("I"), reader.number("H")
    outputs = tuple(_array(reader, tensor) for tensor in hello.outputs)
    reader.end()
    if top >= hello.outputs[0].elements:
        raise LinkError(f"the firmware's answer names element {top} of its output as the largest")
    return Answer(outputs, cycles, top, hello.labels[top] if top < len(hello.labels) else "")


def _array(reader: _Reader, tensor: TensorInfo) -> npt.NDArray[np.generic]:
    dtype = np.dtype(tensor.dtype)
    return np.frombuffer(reader.bytes(tensor.elements * dtype.itemsize), dtype).reshape(
        tensor.shape
    )


def parse_statistics(payload: bytes) -> Statistics:
    """Parse the answer to STATISTICS."""
    reader = _Reader(payload, "statistics")
    statistics = Statistics(*(reader.number("I") for _ in fields(Statistics)))
    reader.end()
    return statistics
