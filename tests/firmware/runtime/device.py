"""Runs models on the micro interpreter on the emulated Cortex-M4."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.firmware.runtime.runner import ERRORS, STEPS, Run
from workbench.engines import open_engine
from workbench.engines.base import Instructions, Stop, StopKind
from workbench.image import Image
from workbench.platform import select_platform

# Memories of the STM32F407: DS8626, figure 18. The linker script leaves these to the host.
MODELS = 0x0808_0000
FLASH_END = 0x0810_0000
SRAM = 0x2000_0000
SRAM_END = 0x2002_0000

MODEL_ROOM = FLASH_END - MODELS
INPUT_ROOM = 40 * 1024
OUTPUT_ROOM = 24 * 1024
ARENA = 64 * 1024
# runner::Request: 12 words; runner::Response: 7; then the log's length and the log.
REQUEST = "<12I"
RESPONSE = "<IiIiiII"
# Far more than the slowest of the small models takes.
LIMIT = Instructions(400_000_000)


class DeviceFaultError(AssertionError):
    """The core faulted or never came back."""


class Device:
    """An emulated board with the runner."""

    def __init__(self, elf: Path) -> None:
        self._image = Image.from_file(elf)
        self._engine = open_engine("embedded")
        self._engine.load(self._image, select_platform("stm32f4_discovery"))
        self._ready = Stop(pc=frozenset({self._image.symbol("Ready").address & ~1}))
        self._mailbox = self._image.symbol("mailbox").address
        self._run_to_ready()

    def close(self) -> None:
        """Free the machine."""
        self._engine.close()

    def run(
        self,
        model: bytes,
        inputs: Sequence[npt.NDArray[Any]] = (),
        *,
        arena: int = ARENA,
        invocations: int = 1,
        stream: bool = False,
        reset_before: int = 0,
        int8_only: bool = False,
    ) -> Run:
        """Run `model`. Model and arena end where their memories end, so that reading or
        writing further is a bus fault. Options are those of `Runner.run`.
        """
        data = b"".join(np.ascontiguousarray(values).tobytes() for values in inputs)
        memory = self._engine.memory
        model_at = (FLASH_END - len(model)) & ~15
        arena_at = SRAM_END - arena
        assert model_at >= MODELS
        assert len(data) <= INPUT_ROOM
        memory.write(model_at, model)
        memory.write(SRAM, data)
        request = struct.pack(
            REQUEST,
            model_at,
            len(model),
            arena_at,
            arena,
            SRAM,
            len(data),
            SRAM + INPUT_ROOM,
            OUTPUT_ROOM,
            invocations,
            stream and 1 + reset_before,
            int8_only,
            False,
        )
        memory.write(self._mailbox, request)
        self._run_to_ready()
        at = self._mailbox + len(request)
        fields = struct.unpack(RESPONSE, memory.read(at, struct.calcsize(RESPONSE)))
        at += struct.calcsize(RESPONSE)
        (log_bytes,) = struct.unpack("<I", memory.read(at, 4))
        log = memory.read(at + 4, log_bytes).decode(errors="replace")
        output = memory.read(SRAM + INPUT_ROOM, fields[6])
        step, status, error, operator_index, detail, arena_used, _ = fields
        return Run(
            STEPS[step], status, ERRORS[error], operator_index, detail, arena_used, log, output
        )

    def _run_to_ready(self) -> None:
        reason = self._engine.run(self._ready, LIMIT)
        if reason.kind is not StopKind.PC:
            raise DeviceFaultError(str(reason))
