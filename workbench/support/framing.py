"""What the workbench and its worker processes say to each other, over two pipes.

The workers are Renode's (`workbench.engines.renode.worker`) and the host oracle's
(`workbench.model.oracle_worker`). A message is a JSON object and, beside it, raw bytes (console
output, memory contents, tensors); on the wire: length of the JSON and of the bytes (unsigned 32-bit
little-endian each), then both. Neither side believes the other: lengths are bounded, and what is no
message is a ProtocolError.

A request has "op" and that operation's arguments; it is answered by one message with "ok": true
and the results, or "error" (with "kind" and "hint"), after any number of messages with "event".
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import IO, Any

_LENGTHS = struct.Struct("<II")
MAX_FIELDS = 16 << 20
MAX_BLOB = 1 << 30


class ProtocolError(Exception):
    """The other side closed the pipe in the middle of a message, or sent no message at all."""


@dataclass(frozen=True)
class Message:
    """One message: JSON-serialisable `fields`, and `blob` beside them."""

    fields: dict[str, Any]
    blob: bytes = field(default=b"", repr=False)


def write_message(stream: IO[bytes], message: Message) -> None:
    """Send `message` whole; raises OSError where the other side is gone."""
    text = json.dumps(message.fields).encode()
    stream.write(_LENGTHS.pack(len(text), len(message.blob)) + text + message.blob)
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """Return the next message, or None where the other side closed the pipe before one."""
    lengths = stream.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise ProtocolError("the pipe ended inside a message")
    text_size, blob_size = _LENGTHS.unpack(lengths)
    if text_size > MAX_FIELDS or blob_size > MAX_BLOB:
        raise ProtocolError(f"a message of {text_size} and {blob_size} bytes")
    text, blob = stream.read(text_size), stream.read(blob_size)
    if len(text) < text_size or len(blob) < blob_size:
        raise ProtocolError("the pipe ended inside a message")
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise ProtocolError(f"no JSON in a message: {error}") from None
    if not isinstance(fields, dict):
        raise ProtocolError("a message that is not a JSON object")
    return Message(fields, blob)
