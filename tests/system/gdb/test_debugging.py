"""What users of a debug probe do, on either engine."""

from __future__ import annotations

import re

import pytest

from .conftest import Server

SQUARES = sum(n * n for n in range(10))


def test_reads_writes_and_both_are_watched(server: Server) -> None:
    said = server.debug_from_reset(
        *("break sum_of_squares", "continue", "watch total", "continue"),
        *("delete", "rwatch total", "continue", "delete", "awatch seen", "continue"),
    )
    assert "Hardware watchpoint 2: total" in said
    assert re.search(r"Old value = 0\s+New value = 1\b", said)
    assert re.search(r"Hardware read watchpoint 3: total\s+Value = 1\b", said)
    assert re.search(
        rf"access \(read/write\) watchpoint 4: seen\s+Old.*\s+New value = {SQUARES}", said
    )


def test_a_condition_is_waited_for(server: Server) -> None:
    said = server.debug_from_reset(
        *("break square if n == 7", "continue", "print n", "print total", "backtrace")
    )
    assert "$1 = 7" in said
    assert f"$2 = {sum(n * n for n in range(7))}" in said
    frames = r"#0 .*square \(n=.*7\).*\n#1 .*sum_of_squares \(.*\n#2 .*main"
    assert re.search(frames, said, re.DOTALL)


def test_steps_of_lines_and_functions(server: Server) -> None:
    said = server.debug_from_reset(
        *("tbreak main", "continue", "next", "next", "next", "next", "next"),
        *("print total", "tbreak square", "monitor reset halt"),
        *("maintenance flush register-cache", "continue", "finish", "until", "advance square"),
        *("stepi", "up", "print i", "print sum"),
    )
    assert f"$1 = {SQUARES}" in said  # five lines of main, one of them the whole sum
    assert "Value returned is $2 = 0" in said
    assert "$3 = 1" in said


def test_a_handler_shows_what_it_interrupted(server: Server) -> None:
    said = server.debug_from_reset(
        *("break SysTickHandler if ticks == 1", "continue", "backtrace", "info threads", "up 2"),
        *("info locals", "print $sp"),
    )
    assert re.search(r"#0 +SysTickHandler.*\n#1 +<signal handler called>\n#2 .*main \(\)", said)
    assert "Handler mode, exception 15" in said


def test_a_fault_stops_at_its_handler_and_says_where(server: Server) -> None:
    said = server.debug_from_reset(
        *("tbreak main", "continue", "set var answer = 0", "continue", "backtrace"),
        "monitor fault",
    )
    crash = r"UsageFault.*: udf #\d+, an instruction that is undefined on purpose\n  at .* in crash"
    assert len(re.findall(crash, said)) == 2  # at the stop, and asked for
    assert "SIGILL" in said
    assert re.search(r"#1 +<signal handler called>\n#2 .*crash \(\).*\n#3 .*main \(\)", said)


def test_a_bkpt_halts_and_is_passed(server: Server) -> None:
    said = server.debug_from_reset(
        *("tbreak main", "continue", "set var answer = 1", "continue", "x/i $pc", "print seen"),
        *("watch seen", "next", "print seen"),
    )
    assert "SIGTRAP" in said
    assert "bkpt\t0x0003" in said
    assert "$2 = 11" in said


def test_fault_handlers_run_where_that_is_wanted(server: Server) -> None:
    said = server.debug_from_reset(
        *("monitor faults run", "tbreak main", "continue", "set var answer = 0"),
        *("break UsageFaultHandler", "continue", "monitor time"),
    )
    assert "SIGILL" not in said
    assert re.search(r"Breakpoint 2, UsageFaultHandler", said)
    assert re.search(r"0\.000\d+ s of virtual time", said)


def test_special_registers_are_read_and_written(server: Server) -> None:
    said = server.debug_from_reset(
        *("tbreak square", "continue", "info registers msp psp control basepri faultmask xpsr"),
        *("print $sp == $msp", "set var $primask = 1", "print $primask", "set var $primask = 0"),
        *("set var $r4 = 0x12345678", "print/x $r4", "print/x $xpsr >> 24 & 1"),
    )
    assert re.search(r"msp +0x2000", said)
    assert re.findall(r"\$\d = (.*)", said) == ["1", "1", "0x12345678", "0x1"]


def test_floating_point_registers(engine: str, server: Server) -> None:
    if engine == "renode":
        pytest.skip("Renode gives no floating-point registers")
    said = server.debug_from_reset(
        *("tbreak square", "continue", "set var $s16 = 1.5", "set var $s17 = 2", "print $s16"),
        *("set var $d15 = 0.25", "print $d15", "stepi", "print $s17", "print/x $s30"),
    )
    values = re.findall(r"\$\d = (.*)", said)
    assert values[:3] == ["1.5", "0.25", "2"]


def test_an_address_with_nothing_behind_it_cannot_be_read(server: Server) -> None:
    said = server.debug_from_reset("print *(int *)0x30000000")
    assert "Cannot access memory at address 0x30000000" in said


def test_monitor_lists_its_commands(server: Server) -> None:
    said = server.debug_from_reset(
        "monitor help", "monitor reset halt", "monitor halt", "monitor flash x"
    )
    assert "reset [halt]" in said
    assert "reset, halted" in said
    assert "no monitor command 'flash x'" in said
