"""docs/armv7m.md, made from the rules: python -m tests.system.armv7m.table > docs/armv7m.md"""

from __future__ import annotations

from . import NOT_MODELLED, PROGRAMS
from .rule import Rule

_HEAD = """# ARMv7-M, rule by rule

What a Cortex-M4 does at exceptions and in its system registers, by the ARMv7-M Architecture
Reference Manual (ARM DDI 0403E.e), and what the embedded engine was seen to do. Each line is a
test: a program in `tests/system/armv7m/programs` prints NAME=VALUE, and the value must be the one
below on the embedded engine. QEMU 7.2 (`netduinoplus2`) runs the same program as a second opinion;
where it prints something else its value and the reason are given. This page is made by
`python -m tests.system.armv7m.table`; a test holds it against the rules.
"""

_COLUMNS = "| rule | manual | test | right and seen | QEMU 7.2 |\n|---|---|---|---|---|"


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD]
    for name, (title, rules) in PROGRAMS.items():
        parts.append(f"## {title}\n\n{_COLUMNS}\n" + "".join(_row(name, rule) for rule in rules))
    parts.append("## Not modelled\n\n" + "".join(f"- {line}\n" for line in NOT_MODELLED))
    return "\n".join(parts)


def _row(program: str, rule: Rule) -> str:
    qemu = "the same" if rule.qemu is None else f"{rule.qemu:08x}: {rule.why}"
    test = f"`{program}.c`, `{rule.name}`"
    return f"| {rule.text} | {rule.section} | {test} | {rule.right:08x} | {qemu} |\n"


if __name__ == "__main__":
    print(page(), end="")
