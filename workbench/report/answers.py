"""What the firmware answered to its inputs, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.report.plain_table import print_table
from workbench.report.terminal import print_lines
from workbench.runs.inference import Classification

_MOST_COLUMNS = 6  # outputs that are shown side by side
_LARGEST = 4  # of more outputs than that


def print_answers(answers: Sequence[Classification]) -> None:
    """Print a row an input with its label and scores, then what was done to the input files."""
    first = _outputs(answers[0])
    labelled = bool(answers[0].label)
    headings = ["input", "label"] if labelled else ["input"]
    rows = [[answer.name, answer.label] if labelled else [answer.name] for answer in answers]
    names = len(headings)
    if len(first) <= _MOST_COLUMNS:
        headings += [name for name, _ in first]
        for row, answer in zip(rows, answers, strict=True):
            row += [value for _, value in _outputs(answer)]
    else:
        names += 1
        headings.append(f"the largest of {len(first)} outputs (--json has all)")
        for row, answer in zip(rows, answers, strict=True):
            values = [value for output in answer.outputs.values() for value in output]
            largest = sorted(range(len(first)), key=lambda i: -values[i])[:_LARGEST]
            named = _outputs(answer)
            row.append("  ".join(" ".join(named[i]) for i in largest))
    print_table(headings, names, rows)
    print_lines(f"{answer.name}: {answer.note}" for answer in answers if answer.note)


def _outputs(answer: Classification) -> list[tuple[str, str]]:
    """The scores by label; without labels the outputs by name and index, dequantized."""
    if answer.scores:
        return [(label, f"{score:.3f}") for label, score in answer.scores.items()]
    several = len(answer.outputs) > 1
    return [
        (f"{name if several else ''}[{index}]", _number(value))
        for name, values in answer.outputs.items()
        for index, value in enumerate(values)
    ]


def _number(value: float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
