"""Renode's log (lines as 1.15.3 writes them) as warnings for people."""

import pytest

from workbench.engines.renode.findings import (
    MAX_WARNINGS,
    abort_in,
    log_lines,
    warnings_in,
    without_refusals,
)

UNMAPPED_WRITE = (
    "12:36:50.2488 [WARNING] sysbus: [cpu: 0x8000242] WriteDoubleWord to non existing peripheral "
    "at 0x70000000, value 0x1."
)
UNMAPPED_READ = (
    "12:39:01.5710 [WARNING] sysbus: [cpu: 0x90000000] ReadByte from non existing peripheral at "
    "0x90000000."
)
ABORT = (
    "12:39:01.5711 [ERROR] cpu: CPU abort [PC=0x90000000]: Trying to execute code outside RAM or "
    "ROM at 0x90000000."
)
INFO = "12:37:54.1972 [INFO] sysbus: Loading segment of 699 bytes length at 0x8000000."


OWN_READ = (
    "12:39:01.5710 [WARNING] sysbus: [cpu: 0x8000242] ReadDoubleWord from non existing peripheral "
    "at 0xE0001004."
)


def test_unmapped_access_says_what_silicon_does():
    (text,) = warnings_in([UNMAPPED_WRITE])
    assert text.startswith("write to 0x70000000: nothing is there")
    assert "BusFault" in text
    assert warnings_in([UNMAPPED_READ])[0].startswith("read of 0x90000000")


def test_many_unmapped_accesses_are_one_warning():
    (text,) = warnings_in([UNMAPPED_WRITE, UNMAPPED_READ, UNMAPPED_WRITE])
    assert text.startswith("write to 0x70000000, and 2 more such accesses")


def test_what_the_core_itself_has_is_not_modelled_but_there():
    assert warnings_in([OWN_READ]) == ("Renode does not model all registers used of: the core",)


def test_accesses_that_silicon_refuses_can_be_left_out():
    assert without_refusals([UNMAPPED_READ, OWN_READ, INFO]) == [OWN_READ, INFO]


def test_time_in_brackets_is_that_of_1_16():
    text = "usart2: Unknown baud rate"
    assert warnings_in([f"[12:36:50.2115]  [WARNING] {text}"]) == (text,)


def test_repeated_warnings_are_one_with_a_count():
    line = "12:36:50.2115 [WARNING] usart2: Unknown baud rate"
    assert warnings_in([line] * 3) == ("usart2: Unknown baud rate (3 times)",)


def test_other_warnings_keep_their_words_and_information_is_none():
    text = "usart2: Unknown baud rate"
    assert warnings_in([f"12:36:50.2115 [WARNING] {text}", INFO]) == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "cpu: Intercepted semihosting call",
        "cpu: Semihosting handler is not registered; R0=0x5 R1=0x20000100",
    ],
)
def test_what_is_not_the_user_s_business_is_no_warning(text):
    assert warnings_in([f"[12:36:50.2115]  [WARNING] {text}"] * 3) == ()


def test_registers_without_a_model_are_one_warning():
    lines = [
        "12:00:00.0000 [WARNING] nvic: Changing value of the SHCSR register to 0x70000, the "
        "register isn't supported by Renode",
        "12:00:00.0000 [WARNING] nvic: Unhandled read from offset 0xDFC.",
        "12:00:00.0000 [WARNING] rcc: Unhandled write to offset 0x4. Unhandled bits: [29]",
    ]
    assert warnings_in(lines) == ("Renode does not model all registers used of: nvic, rcc",)


def test_a_flood_of_kinds_is_cut():
    lines = [f"12:00:00.0000 [WARNING] usart{n}: odd" for n in range(MAX_WARNINGS + 5)]
    warnings = warnings_in(lines)
    assert len(warnings) == MAX_WARNINGS + 1
    assert warnings[-1] == "5 more kinds of warnings in Renode's log"


def test_abort_names_the_address_and_the_fault_of_silicon():
    assert abort_in([INFO]) == ""
    assert "at 0x90000000" in abort_in([INFO, ABORT])
    assert "IBUSERR" in abort_in([ABORT])


def test_core_that_was_not_started_says_why():
    line = (
        "12:36:50.2115 [ERROR] cpu: PC does not lay in memory or PC and SP are equal to zero. CPU "
        "was halted."
    )
    assert "vector table" in abort_in([INFO, line])


def test_log_is_read_where_it_is_told(tmp_path):
    log = tmp_path / "renode.log"
    log.write_text("one\ntwo\nthree\n")
    assert log_lines(log, [(4, 8)]) == ["two"]
    assert log_lines(log, [(0, 4), (8, 100)]) == ["one", "three"]
    assert log_lines(log, []) == []
    assert log_lines(tmp_path / "absent", [(0, 100)]) == []
