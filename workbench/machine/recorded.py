"""Endings as JSON documents, so that a run can be explained where and when it was not made.

A document names the image and the platform and does not hold them: whoever reads it has them.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from workbench.engines.base import FaultState, StopKind, StopReason, Watchpoint
from workbench.errors import UserError
from workbench.image import Image
from workbench.machine.ending import CoreState, Ending, MpuRegisters
from workbench.machine.memory_dump import MemoryDump, Piece
from workbench.platform import Platform
from workbench.support import serialize

VERSION = 1


def to_json(ending: Ending) -> dict[str, Any]:
    """Return `ending` in terms of JSON; memory is deflated and in base64."""
    core = ending.core
    return {
        "version": VERSION,
        "image": {"path": str(ending.image.path), "sha256": ending.image.sha256},
        "platform": ending.platform.name,
        "engine": ending.engine,
        "stop": serialize.to_json(ending.stop),
        "console": ending.console.hex(),
        "warnings": list(ending.warnings),
        "registers": dict(core.registers),
        "mpu": serialize.to_json(core.mpu),
        "memory": [
            {"address": piece.address, "deflated": base64.b64encode(_deflated(piece)).decode()}
            for piece in core.memory.pieces
        ],
    }


def from_json(document: Mapping[str, Any], image: Image, platform: Platform) -> Ending:
    """Return the ending that `document` holds, of `image` on `platform`.

    Raises UserError where it is of another image or platform, or no such document.
    """
    try:
        if document["version"] != VERSION:
            raise UserError("the ending was written by another version", "run the firmware again")
        written = document["image"]["sha256"], document["platform"]
        if written != (image.sha256, platform.name):
            raise UserError(
                f"the ending is of {document['image']['path']} on {document['platform']}",
                "give the ELF and the platform that it was written for",
            )
        return _ending(document, image, platform)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise UserError(f"this is not an ending of a run: {error}") from error


def _ending(document: Mapping[str, Any], image: Image, platform: Platform) -> Ending:
    pieces = (
        Piece(one["address"], zlib.decompress(base64.b64decode(one["deflated"])))
        for one in document["memory"]
    )
    mpu = document["mpu"]
    regions = tuple((rbar, rasr) for rbar, rasr in mpu["regions"])
    return Ending(
        image=image,
        platform=platform,
        engine=document["engine"],
        stop=_stop(document["stop"]),
        console=bytes.fromhex(document["console"]),
        warnings=tuple(document["warnings"]),
        core=CoreState(
            registers=document["registers"],
            mpu=MpuRegisters(mpu["control"], regions),
            memory=MemoryDump(tuple(pieces)),
        ),
    )


def _stop(fields: Mapping[str, Any] | None) -> StopReason | None:
    if fields is None:
        return None
    fault, watchpoint = fields["fault"], fields["watchpoint"]
    return StopReason(
        **{
            **fields,
            "kind": StopKind(fields["kind"]),
            "fault": FaultState(**fault) if fault is not None else None,
            "watchpoint": Watchpoint(**watchpoint) if watchpoint is not None else None,
            "warnings": tuple(fields["warnings"]),
        }
    )


def _deflated(piece: Piece) -> bytes:
    return zlib.compress(piece.data)
