from dataclasses import replace
from pathlib import Path

from workbench.builder.footprint import Share, measure_footprint
from workbench.image import Image
from workbench.image.elf import Section, Symbol

IMAGE = Image(
    path=Path("firmware.elf"),
    sha256="",
    build_id=None,
    entry=0x100,
    segments=(),
    sections=(
        Section(".text", 0x100, 1000, loaded=True, writable=False, executable=True),
        Section(".model", 0x500, 2000, loaded=True, writable=False, executable=False),
        Section(".stack", 0x2000_0000, 4096, loaded=False, writable=True, executable=False),
        Section(".data", 0x2000_1000, 80, loaded=True, writable=True, executable=False),
        Section(".arena", 0x2000_1050, 8192, loaded=False, writable=True, executable=False),
    ),
    symbols=(
        Symbol("main", 0x100, 200, is_function=True),
        Symbol("_ZN3app3RunEv", 0x200, 300, is_function=True),
        Symbol("alias_of_main", 0x100, 200, is_function=True),
        Symbol("__ram_start", 0x2000_0000, 0, is_function=False),
        Symbol("__ram_end", 0x2002_0000, 0, is_function=False),
    ),
    vector_table=0,
)


def test_initialised_data_takes_flash_and_ram():
    footprint = measure_footprint(IMAGE)
    assert footprint.flash == 1000 + 2000 + 80
    assert footprint.ram == 4096 + 80 + 8192


def test_model_stack_and_arena_are_told_apart():
    footprint = measure_footprint(IMAGE)
    assert (footprint.model, footprint.stack, footprint.arena) == (2000, 4096, 8192)


def test_what_begins_where_ram_ends_is_not_in_it():
    behind = Section(".other", 0x2002_0000, 64, loaded=False, writable=True, executable=False)
    inside = Section(".last", 0x2001_FFFC, 4, loaded=False, writable=True, executable=False)
    more = replace(IMAGE, sections=(*IMAGE.sections, inside, behind))
    assert measure_footprint(more).ram == measure_footprint(IMAGE).ram + 4


def test_the_capacity_is_the_linker_scripts_or_unknown():
    footprint = measure_footprint(IMAGE)
    assert footprint.ram_capacity == 128 * 1024
    assert footprint.flash_capacity == 0


def test_symbols_come_largest_first_and_once():
    symbols = measure_footprint(IMAGE).symbols
    assert [(s.name, s.size) for s in symbols] == [("app::Run()", 300), ("alias_of_main", 200)]
    assert symbols[0].section == ".text"


def test_what_the_linker_script_marks_is_the_harness_the_rest_the_runtime():
    marks = [
        ("__harness_text_start", 0x100),
        ("__harness_text_end", 0x200),
        ("__harness_data_start", 0x2000_1000),
        ("__harness_data_end", 0x2000_1010),
    ]
    marked = (Symbol(name, address, 0, is_function=False) for name, address in marks)
    footprint = measure_footprint(replace(IMAGE, symbols=(*IMAGE.symbols, *marked)))
    assert footprint.flash_share == Share(2000, 1080 - 272, 272, 0, 0)
    assert footprint.ram_share == Share(8192, 64, 16, 4096, 128 * 1024)
    assert footprint.ram_share.total == footprint.ram
    assert footprint.flash_share.per_cent is None
    assert footprint.ram_share.per_cent == 100 * footprint.ram / (128 * 1024)
