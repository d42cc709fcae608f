"""The host's side of the UART protocol: frames, messages, and a client over any engine."""

from workbench.link.client import Client, ModelFailedError, RefusedError
from workbench.link.messages import (
    Answer,
    ErrorCode,
    FirmwareError,
    Hello,
    Request,
    Statistics,
    reply_name,
)
from workbench.model.tensor_info import TensorInfo

__all__ = [
    "Answer",
    "Client",
    "ErrorCode",
    "FirmwareError",
    "Hello",
    "ModelFailedError",
    "RefusedError",
    "Request",
    "Statistics",
    "TensorInfo",
    "reply_name",
]
