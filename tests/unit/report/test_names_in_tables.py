"""Names come from outside: a table shows them as they are, brackets too."""

from pathlib import Path

from workbench.builder import BuiltImage
from workbench.builder.footprint import Footprint, SymbolSize
from workbench.report.answers import print_answers
from workbench.report.footprint import print_symbols
from workbench.runs.inference import Classification


def test_a_recording_with_brackets_in_its_name(capsys):
    print_answers([Classification("[red]yes.wav", None, "yes", {"yes": 1.0}, b"\x7f")])
    assert "[red]yes.wav" in capsys.readouterr().out


def test_a_clone_of_a_function_among_the_largest_symbols(capsys):
    symbol = SymbolSize("f(int) [clone .isra.0]", ".text", 0x0800_0000, 12)
    image = BuiltImage(
        elf=Path("a.elf"),
        board="nrf52840_dk",
        kernels="dsp",
        model_name="micro_speech",
        model_sha256="",
        arena_bytes=0,
        stack_bytes=0,
        toolchain="",
        plan_hash="",
        cached=True,
        footprint=Footprint(12, 0, 0, 0, 0, 0, 0, sections=(), symbols=(symbol,)),
    )
    print_symbols(image, 1)
    assert "f(int) [clone .isra.0]" in capsys.readouterr().out
