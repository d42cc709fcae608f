"""`load` programs the flash as a debug probe does."""

from __future__ import annotations

from pathlib import Path

from .conftest import Compile, Server


def test_another_program_is_loaded_and_stays_over_a_reset(
    server: Server, compiled: Compile
) -> None:
    other = compiled(answer=77)
    said = server.debug(
        *(f"file {other}", "load", "monitor reset halt", "maintenance flush register-cache"),
        *("compare-sections .text", "tbreak main", "continue", "print answer"),
    )
    assert "Loading section .text" in said
    assert "Section .text, range 0x80" in said and "matched" in said
    assert "$1 = 77" in said
    assert "$1 = 77" in server.debug_from_reset("tbreak main", "continue", "print answer")


def test_what_does_not_lie_in_flash_is_loaded_into_ram(server: Server, tmp_path: Path) -> None:
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(range(1, 9)))
    said = server.debug(f"restore {data} binary 0x20004000", "x/2xw 0x20004000")
    assert "0x04030201" in said and "0x08070605" in said
