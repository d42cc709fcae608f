"""`workbench gdb` with gdb-multiarch, as a user calls them."""

import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from workbench.engines.renode import discover
from workbench.errors import EngineUnavailableError

DEBUGGER = "gdb-multiarch"
BOARD = "stm32f4_discovery"
SECONDS = 60


@pytest.fixture(params=["embedded", pytest.param("renode", marks=pytest.mark.renode)])
def engine(request):
    if shutil.which(DEBUGGER) is None:
        pytest.skip(f"needs {DEBUGGER}")
    if request.param == "renode":
        try:
            discover()
        except EngineUnavailableError as error:
            pytest.skip(f"needs Renode: {error.message}")
    return request.param


@pytest.fixture
def server(engine, firmware_image):
    """A server that ends with the first GDB; gives the ELF and where it listens."""
    elf = str(firmware_image(BOARD).elf)
    command = [sys.executable, "-m", "workbench", "gdb", elf, "--platform", BOARD]
    process = subprocess.Popen(
        [*command, "--engine", engine, "--port", "0", "--once"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = [process.stderr.readline(), process.stderr.readline()]
        match = re.search(r"target remote (127\.0\.0\.1:\d+)'", said[1])
        assert match, said + process.stderr.readlines()
        yield elf, match[1]
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()
        process.communicate()


def debug(server, *commands):
    """Give GDB the commands and return what it prints."""
    elf, where = server
    words = [DEBUGGER, "-nx", "-batch", elf, "-ex", f"target remote {where}"]
    words += [word for command in (*commands, "detach") for word in ("-ex", command)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
    return done.stdout + done.stderr


def test_a_session(server):
    said = debug(
        server,
        "info registers pc",
        "break main",
        "continue",
        "backtrace",
        "tbreak board::Send",
        "continue",
        "backtrace",
        "set var *(int*)0x20000100 = 0x1234",
        "x/xw 0x20000100",
        "stepi",
        "p $sp",
        "monitor instructions",
    )
    assert "Reset_Handler" in said.split("Breakpoint 1")[0]
    assert re.search(r"Breakpoint 1, main \(\)", said)
    assert re.search(r"#\d+ +main \(\) at firmware/app/main.cc", said)
    assert re.search(r"#1 .* app::.*SendText", said)
    assert "0x00001234" in said
    assert re.search(r"[\d,]+ instructions since reset", said)


def test_a_step_is_one_instruction(server):
    said = debug(server, "p/x $pc", "stepi", "p/x $pc", "stepi", "p/x $pc", "x/i $pc")
    values = [int(value, 16) for value in re.findall(r"\$\d = (0x[0-9a-f]+)", said)]
    assert len(set(values)) == 3


def test_a_written_word_is_watched(server):
    said = debug(server, "break main", "continue", "watch *(int*)0x20000f00", "continue")
    assert re.search(r"Old value = .*\nNew value = ", said)


def test_ctrl_c_interrupts_firmware_that_sleeps(server):
    elf, where = server
    gdb = subprocess.Popen(
        [DEBUGGER, "-nx", "-q", elf, "-ex", f"target remote {where}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        gdb.stdin.write("continue\n")
        gdb.stdin.flush()
        time.sleep(3)
        gdb.send_signal(signal.SIGINT)
        time.sleep(1)
        said, _ = gdb.communicate("backtrace\ndetach\nquit\n", timeout=SECONDS)
    finally:
        gdb.kill()
    assert "SIGINT" in said
    assert re.search(r"#\d+ .*main \(\)", said)
