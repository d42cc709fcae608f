"""Runs an STM32F4 image on QEMU and counts its instructions between two addresses.

QEMU is the third opinion on the embedded engine's counts. Its machine `netduinoplus2` carries an
STM32F405: same core, flash, RAM and USARTs as our STM32F407, no model of RCC, PWR and the flash
interface (their registers read 0).
"""

from __future__ import annotations

import re
import select
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TypeVar

QEMU = "qemu-system-arm"
MACHINE = "netduinoplus2"
PLUGIN_SOURCE = Path(__file__).with_name("insn_count.c")


@dataclass(frozen=True)
class Count:
    """One passage from the start address to the stop address."""

    instructions: int  # the one at the start included, the one at the stop not
    since_reset: int  # issued since reset when the stop address was reached


def why_unavailable() -> str | None:
    """Return what is missing to run QEMU with the plugin, or None when all is there."""
    for program in (QEMU, "cc"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def build_plugin(folder: Path) -> Path:
    """Compile the counting plugin into `folder` and return the shared object."""
    plugin = folder / "insn_count.so"
    command = ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden"]
    command.append(f"-DINTERFACE={1 if _release() < 9 else 2}")  # QEMU 9 and later take no 1
    subprocess.run([*command, "-o", str(plugin), str(PLUGIN_SOURCE)], check=True, timeout=60)
    return plugin


def _release() -> int:
    said = subprocess.check_output([QEMU, "--version"], text=True, timeout=60)
    found = re.search(r"version (\d+)", said)
    assert found is not None, said
    return int(found[1])


Started = TypeVar("Started", bound="QemuMachine")


class QemuMachine:
    """A running QEMU whose USART number `usart` (1 to 6) is this object's console."""

    def __init__(self, elf: Path, usart: int = 2, options: Sequence[str] = ()) -> None:
        serials = [option for _ in range(usart - 1) for option in ("-serial", "null")]
        self.output = b""
        command = [QEMU, "-M", MACHINE, "-kernel", str(elf), "-display", "none", "-monitor", "none"]
        self._process = subprocess.Popen(
            [*command, *serials, "-serial", "stdio", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )

    def __enter__(self: Started) -> Started:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def write(self, data: bytes) -> None:
        """Send `data` to the firmware."""
        assert self._process.stdin is not None
        self._process.stdin.write(data)

    def expect(self, pattern: bytes, timeout: float = 20.0) -> bytes:
        """Wait until the output since the last match holds `pattern`; return up to its end.

        Raises TimeoutError, with the output, when it does not come or QEMU has ended.
        """
        deadline = time.monotonic() + timeout
        while (match := re.search(pattern, self.output, re.DOTALL)) is None:
            if not self._receive(deadline - time.monotonic()):
                raise TimeoutError(f"no {pattern!r} in the output of QEMU: {self.output!r}")
        matched, self.output = self.output[: match.end()], self.output[match.end() :]
        return matched

    def wait(self, timeout: float = 60.0) -> None:
        """Wait until QEMU ends by itself; raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + timeout
        while self._receive(deadline - time.monotonic()):
            pass
        self._process.wait(max(0.0, deadline - time.monotonic()))

    def _receive(self, timeout: float) -> bool:
        """Append what the firmware sends next; False at the end of output or of the time."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], max(0.0, timeout))[0]:
            return False
        data = self._process.stdout.read(4096)
        self.output += data or b""
        return bool(data)


class CountingMachine(QemuMachine):
    """A machine that counts from `start` to `stop` and ends after `calls` passages."""

    def __init__(
        self,
        elf: Path,
        plugin: Path,
        start: int,
        stop: int,
        calls: int,
        report: Path,
        usart: int = 2,
    ) -> None:
        self._report = report
        arguments = f"start={start & ~1:#x},stop={stop & ~1:#x},calls={calls},report={report}"
        super().__init__(elf, usart, ("-plugin", f"{plugin},{arguments}"))

    def counts(self) -> tuple[Count, ...]:
        """The passages seen so far, first one first."""
        lines = self._report.read_text().splitlines()
        return tuple(Count(*map(int, line.split())) for line in lines)
