"""Monitor lines that mean something without a Monitor."""

from __future__ import annotations

from workbench.repl import monitor
from workbench.repl.monitor import Tag, Write


def test_tags_of_the_system_bus(read):
    description = read(
        """\
        sysbus:
            init:
                Tag <0x40021000, 0x40021003> "GPIOE_MODER" 0xFFFFFFFF
                Tag <0x100, +0x10> "AREA"
                SilenceRange <0x200, 0x2FF>
                ApplySVD @https://example/file.svd
        """
    )
    assert monitor.tags(description) == (
        Tag("GPIOE_MODER", 0x40021000, 0x40021004, 0xFFFFFFFF),
        Tag("AREA", 0x100, 0x110, 0),
        Tag("", 0x200, 0x300, 0),
    )


def test_a_platform_without_sysbus_entry_has_no_tags(read):
    assert monitor.tags(read("x: T")) == ()


def test_stores_of_an_init_block_have_their_width():
    lines = ("WriteDoubleWord 0x10 0x1234", "WriteByte 3 7 # comment", "LoadBinary @file 0x0")
    assert monitor.writes(lines) == (Write(0x10, 4, 0x1234), Write(3, 1, 7))
