"""Self-contained HTML pages: no script, no font and no image from elsewhere.

The same values give the same bytes: nothing of the clock or of the machine goes in.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from workbench.benchmark.cost import BenchReport
from workbench.benchmark.demo import DemoReport
from workbench.fault.text import lines as diagnosis_lines
from workbench.profile.values import CallCost, Profile
from workbench.report.flame import boxes
from workbench.report.names import short_name, short_names
from workbench.text import significant

_ROWS = 40  # of a table on the page


def demo_page(report: DemoReport) -> str:
    """Return the page of `workbench demo`."""
    return _render("demo.html.j2", report=report, bench=report.bench)


def bench_page(report: BenchReport) -> str:
    """Return the page of `workbench bench`."""
    return _render("bench_page.html.j2", bench=report)


def profile_page(profile: Profile) -> str:
    """Return the page of `workbench profile`."""
    drawn = boxes(profile.stacks)
    callers: defaultdict[str, list[CallCost]] = defaultdict(list)
    callees: defaultdict[str, list[CallCost]] = defaultdict(list)
    for call in profile.calls:
        callers[call.callee].append(call)
        callees[call.caller].append(call)
    return _render(
        "profile.html.j2",
        profile=profile,
        boxes=drawn,
        depth=max((box.depth for box in drawn), default=0),
        callers=callers,
        callees=callees,
        names=short_names(profile.function_names),
        rows=_ROWS,
        crash=diagnosis_lines(profile.diagnosis) if profile.diagnosis else (),
    )


def _render(template: str, **values: Any) -> str:
    environment = Environment(
        loader=PackageLoader("workbench.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = lambda number: f"{round(number):,}"
    environment.filters["milliseconds"] = lambda seconds: significant(seconds * 1e3)
    environment.filters["megahertz"] = lambda hertz: f"{hertz / 1e6:g}"
    environment.filters["short_name"] = short_name
    environment.filters["breakable"] = _breakable
    return environment.get_template(template).render(**values)


def _breakable(name: str) -> Markup:
    """A name that is broken, where it has to be, behind `::`, `/` or `_`."""
    return Markup("<wbr>").join(map(escape, re.split(r"(?<=::|.[/_])(?=[^/_])", name)))
