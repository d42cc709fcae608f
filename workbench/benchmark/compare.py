"""Two saved benches side by side: what has become more, and whether that is allowed.

A file of `workbench bench --save` holds a `BenchReport` as JSON. Two of them can be compared if
they are about the same model and inputs, made with the same compiler and flags, and counted on
the same engine: otherwise a difference says nothing about the code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.benchmark.cost import BenchReport
from workbench.errors import CheckFailedError, UserError
from workbench.support.files import MIB, read_file, write_atomically
from workbench.support.serialize import to_json
from workbench.support.toml import read_toml

FORMAT = "workbench bench 1"
_MAX_BYTES = 16 * MIB  # of a saved bench; one of two boards has 10 KB
SETTINGS, TABLE = "workbench.toml", "compare"


@dataclass(frozen=True)
class Metric:
    """A figure of an image: where it is in a row of the report (numbers: place in a list)."""

    name: str
    path: tuple[str, ...]


METRICS = (
    Metric("instructions", ("invoke", "median")),
    Metric("cycles", ("latencies", "0", "cycles", "best")),
    Metric("flash", ("flash_bytes",)),
    Metric("ram", ("ram_bytes",)),
    Metric("arena", ("arena_used",)),
    Metric("stack", ("stack_peak",)),
)
# What must be the same in both files: what it is called, and where it is.
_CONDITIONS = (
    ("model", ("model", "sha256")),
    ("inputs", ("inputs",)),
    ("compiler", ("toolchain",)),
    ("flags", ("flags",)),
    ("engine", ("engine",)),
)


@dataclass(frozen=True)
class Change:
    """One figure of one image, before and after; `allowed` is the growth in per cent."""

    image: str
    metric: str
    base: float
    new: float
    allowed: float

    @property
    def per_cent(self) -> float:
        """How much more it has become; infinite where there was nothing before."""
        if self.base == self.new:
            return 0.0
        return 100 * (self.new / self.base - 1) if self.base else float("inf")

    @property
    def is_regression(self) -> bool:
        """Return whether it has grown by more than is allowed."""
        return 100 * self.new > (100 + self.allowed) * self.base


@dataclass(frozen=True)
class Comparison:
    """All changes, and the images that only one of the files has."""

    changes: tuple[Change, ...]
    only_base: tuple[str, ...]
    only_new: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Change, ...]:
        """The figures that have grown by more than is allowed."""
        return tuple(change for change in self.changes if change.is_regression)


def write_bench(report: BenchReport, path: Path) -> None:
    """Write `report` for a later comparison."""
    document = {"format": FORMAT, **to_json(report)}
    write_atomically(path, json.dumps(document, indent=2) + "\n")


def read_bench(path: Path) -> Mapping[str, Any]:
    """Read what `write_bench` wrote; raise UserError for anything else."""
    hint = "make it with `workbench bench --save FILE`"
    content = read_file(path, UserError, hint, most=_MAX_BYTES)
    try:
        document: Any = json.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: is not JSON ({error})", hint) from None
    found = document.get("format") if isinstance(document, dict) else None
    if not isinstance(document, dict) or found != FORMAT:
        raise UserError(f"{path}: is not a saved bench (format {found!r}, not {FORMAT!r})", hint)
    try:
        for row in _rows(document).values():
            for metric in METRICS:
                _number(row, metric)
        for _, place in _CONDITIONS:
            _at(document, place)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise UserError(f"{path}: is damaged or incomplete ({error!r})", hint) from None
    return document


def compare(
    base: Mapping[str, Any], new: Mapping[str, Any], thresholds: Mapping[str, float]
) -> Comparison:
    """Compare two documents of `read_bench`.

    thresholds: by how many per cent a metric may grow, 0 for those that are not in it.

    Raises UserError where they cannot be compared, and says why.
    """
    differences = list(_differences(base, new))
    if differences:
        raise UserError(
            "these runs cannot be compared: " + "; ".join(differences),
            "run `workbench bench --save` again for one of them, under the same conditions",
        )
    before, after = _rows(base), _rows(new)
    both = [image for image in before if image in after]
    if not both:
        raise UserError("these runs have no board and kernel set in common", "bench the same ones")
    changes = [
        Change(image, metric.name, one, other, thresholds.get(metric.name, 0.0))
        for image in both
        for metric in METRICS
        for one, other in ((_number(before[image], metric), _number(after[image], metric)),)
        if one is not None and other is not None
    ]
    return Comparison(
        tuple(changes),
        tuple(image for image in before if image not in after),
        tuple(image for image in after if image not in before),
    )


def require_no_regression(comparison: Comparison) -> None:
    """Raise CheckFailedError where a figure has grown by more than is allowed."""
    found = comparison.regressions
    if found:
        worst = max(found, key=lambda change: change.per_cent - change.allowed)
        raise CheckFailedError(
            f"{len(found)} of {len(comparison.changes)} figures have grown by more than allowed; "
            f"most: {worst.metric} of {worst.image}, {worst.base:,.10g} to {worst.new:,.10g} "
            f"({worst.per_cent:+.2f} %, allowed {worst.allowed:g} %)",
            f"allow it with --allow {worst.metric}=PER_CENT or in {SETTINGS}, or undo the change",
        )


def read_thresholds(given: Sequence[str], settings: Path | None = None) -> dict[str, float]:
    """Return the allowed growth of each metric: `given` as NAME=PER_CENT, before workbench.toml.

    settings: a workbench.toml; None is the one in the current folder, if there is one. Its table
    [compare] has a number for each metric. Raises UserError for what does not hold together.
    """
    path = settings or Path(SETTINGS)
    thresholds: dict[str, float] = {}
    if settings is not None or path.is_file():
        for name, value in _settings(path).items():
            thresholds[_metric(name, str(path))] = _per_cent(value, f"{path}: {name}")
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UserError(f"--allow {text!r} has no '='", "write --allow flash=1.5")
        thresholds[_metric(name, "--allow")] = _per_cent(value, f"--allow {text}")
    return thresholds


def _differences(base: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for what, place in _CONDITIONS:
        one, other = _at(base, place), _at(new, place)
        if one != other:
            yield f"{what} {one!r} and {other!r}"


def _rows(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {f"{row['board']}, {row['kernels']}": row for row in document["rows"]}


def _number(row: Mapping[str, Any], metric: Metric) -> float | None:
    value = _at(row, metric.path)
    return None if value is None else float(value)


def _at(document: Any, place: Sequence[str]) -> Any:
    for key in place:
        document = document[int(key) if isinstance(document, list) else key]
    return document


def _settings(path: Path) -> Mapping[str, Any]:
    hint = "--settings takes a TOML file such as workbench.toml"
    table = read_toml(path, UserError, hint).get(TABLE, {})
    if not isinstance(table, dict):
        raise UserError(f"{path}: '{TABLE}' is not a table", f"write [{TABLE}]")
    return table


def _metric(name: str, where: str) -> str:
    known = [metric.name for metric in METRICS]
    if name not in known:
        raise UserError(f"{where}: there is no figure '{name}'", f"known: {', '.join(known)}")
    return name


def _per_cent(value: object, where: str) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise UserError(
            f"{where}: {value!r} is not a growth in per cent", "give a number from 0 on"
        )
    return number
