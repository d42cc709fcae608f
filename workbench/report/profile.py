"""Where the cycles go, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.profile.values import CallCost, FunctionCost, LineCost, OperatorCost, Profile
from workbench.report.names import short_name, short_names
from workbench.report.plain_table import print_table
from workbench.report.terminal import print_lines, terminal
from workbench.text import significant

_NO_LINES = "no source lines: the image names none for what ran (compile with -g)"


def print_profile(profile: Profile, rows: int) -> None:
    """Print what was executed and what it costs, by operator, function, call and source line.

    rows: how many of each table, but for operators, which are shown all.
    """
    cycles = profile.cycles
    print_lines(
        (
            f"{profile.what} on {profile.platform} at {profile.clock_hz / 1e6:g} MHz: "
            f"{profile.instructions:,} instructions, {cycles.best:,} cycles modelled "
            f"({cycles.low:,} to {cycles.high:,}), "
            f"{significant(profile.seconds(cycles.best) * 1e3)} ms",
        )
    )
    whole = cycles.best or 1
    names = short_names(profile.function_names)
    _print_operators(profile.operators, whole)
    _print_functions(profile.functions[:rows], whole, names)
    _print_calls(profile.calls[:rows], whole, names)
    _print_source_lines(profile.lines[:rows], names)
    if not profile.lines:
        terminal().print(f"\n{_NO_LINES}", style="dim")


def _print_operators(operators: Sequence[OperatorCost], whole: int) -> None:
    _table(
        ("operator", "output", "MACs", "instructions", "cycles", "share", "a MAC"),
        2,
        [
            (
                f"{one.name} #{one.index}",
                "x".join(map(str, one.shape)),
                f"{one.macs:,}",
                f"{one.instructions:,}",
                f"{one.cycles.best:,}",
                f"{one.cycles.best / whole:.1%}",
                f"{one.cycles_per_mac:.2f}" if one.cycles_per_mac is not None else "",
            )
            for one in operators
        ],
    )


def _print_functions(
    functions: Sequence[FunctionCost], whole: int, names: Mapping[str, str]
) -> None:
    _table(
        ("function", "calls", "instructions", "cycles", "share", "with callees"),
        1,
        [
            (
                names[one.name],
                f"{one.calls:,}",
                f"{one.instructions:,}",
                f"{one.cycles:,}",
                f"{one.cycles / whole:.1%}",
                f"{one.total_cycles:,}",
            )
            for one in functions
        ],
    )


def _print_calls(calls: Sequence[CallCost], whole: int, names: Mapping[str, str]) -> None:
    _table(
        ("caller", "callee", "calls", "callee's cycles", "share"),
        2,
        [
            (
                names[one.caller],
                names[one.callee],
                f"{one.calls:,}",
                f"{one.cycles:,}",
                f"{one.cycles / whole:.1%}",
            )
            for one in calls
        ],
    )


def _print_source_lines(lines: Sequence[LineCost], names: Mapping[str, str]) -> None:
    _table(
        ("line", "in", "instructions", "cycles"),
        2,
        [
            (
                f"{one.file}:{one.line}",
                " > ".join((names[one.function], *map(short_name, one.inlined))),
                f"{one.instructions:,}",
                f"{one.cycles:,}",
            )
            for one in lines
        ],
    )


def _table(headings: Sequence[str], names: int, rows: Sequence[Sequence[str]]) -> None:
    if rows:
        print_lines(("",))
        print_table(headings, names, rows)
