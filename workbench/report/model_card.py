"""The model card: what a model is, how it was made, and how well it does. Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.model.card import Card, Heard
from workbench.model.confusion import Confusion
from workbench.model.inspection import Inspection


def model_card(card: Card, inspection: Inspection) -> str:
    """Return the card as Markdown; the same arguments give the same text."""
    parts = [
        f"# {card.title}",
        _description(inspection),
        "## How it was made",
        _making(card),
        "## How well it does",
        f"Cross-validated over {card.folds} folds: each recording is classified by an int8 model "
        "that was trained without it, with the same recipe. The folds are drawn by recording, "
        "not by speaker, since the data does not name the speakers. The committed model is "
        "trained on all of the data, so its own accuracy on that data says nothing.",
        _confusion(card.cross_validation),
    ]
    if card.held_out is not None:
        parts.append("The committed model itself, on recordings that were never trained on:")
        parts.append(_confusion(card.held_out))
    if card.recordings:
        parts += ["## The recordings beside it", _recordings(card.recordings)]
    return "\n\n".join(parts) + "\n"


def _description(inspection: Inspection) -> str:
    model = inspection.model
    operators = ", ".join(operator.name for operator in model.operators)
    lines = [
        f"- file: model.tflite, {model.size:,} bytes, SHA-256 `{model.sha256}`",
        f"- operators: {operators}",
        f"- {inspection.parameters:,} parameters, {inspection.macs:,} multiply-accumulates",
        f"- labels: {', '.join(inspection.labels)}",
    ]
    for what, tensors in (("input", model.inputs), ("output", model.outputs)):
        for tensor in tensors:
            line = f"- {what}: {' x '.join(map(str, tensor.shape))} {tensor.type}"
            if tensor.quantization is not None:
                scale, zero_point = tensor.quantization.scale, tensor.quantization.zero_point
                line += f", scale {scale:.7g}, zero point {zero_point}"
            lines.append(line)
    return "\n".join(lines)


def _making(card: Card) -> str:
    lines = [
        f"`{card.command}`, TensorFlow {card.tensorflow}; the recipe is in training.json. The same "
        "recipe, seed and TensorFlow give the same bytes again on the same machine. The network "
        "is that of the TensorFlow Lite Micro tutorial; it was trained with batch normalisation, "
        "which is folded into the convolutions, on examples that were moved, stretched, filtered, "
        "masked and covered with noise anew in every epoch. Trained on:",
        "",
    ]
    for source in card.sources:
        counts = ", ".join(f"{n} {label}" for label, n in source.counts.items())
        lines.append(f"- {source.name} (SHA-256 `{source.sha256}`): {counts}")
    return "\n".join(lines)


def _confusion(confusion: Confusion) -> str:
    labels = confusion.labels
    rows = [
        (label, *map(str, counts), f"{confusion.recall(i):.1%}", f"{confusion.precision(i):.1%}")
        for i, (label, counts) in enumerate(zip(labels, confusion.counts, strict=True))
    ]
    header = ("said", *(f'heard as "{label}"' for label in labels), "recall", "precision")
    return (
        _table(header, rows)
        + f"\n\n{confusion.total} recordings, accuracy {confusion.accuracy:.1%}, mean recall "
        f"{confusion.balanced_accuracy:.1%}."
    )


def _recordings(recordings: Sequence[Heard]) -> str:
    rows = [
        (h.recording, h.said, h.label, f"{h.score:.2f}", "right" if h.said == h.label else "WRONG")
        for h in recordings
    ]
    return _table(("recording", "said", "heard as", "score", ""), rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
