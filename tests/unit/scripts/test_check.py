"""What a description may make Renode do before the user has said that he trusts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench import platform
from workbench.engines.scripts.check import require_harmless
from workbench.engines.scripts.trust import VARIABLE
from workbench.errors import PlatformError
from workbench.platform import read_platform
from workbench.repl import Description, read

HARMLESS = """\
cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m4"
    nvic: nvic
    PerformanceInMips: 10
    init:
        IsHalted true
nvic: IRQControllers.NVIC @ sysbus 0xE000E000
memory: Memory.MappedMemory @ sysbus 0x0
    size: 0x1000
    init:
        WriteDoubleWord 0x10 0x20
timer: Python.PythonPeripheral @ sysbus 0x40000000
    size: 0x100
    script: "request.value = 1"
sysbus:
    init:
        Tag <0x50000000 0x100> "RADIO" 0x5
        Tag <0x50001000, 0x500010ff> "GPIO" silent=true
        SilenceRange <0x60000000, 0x600000ff>
        ApplySVD @https://example.org/svd/part.svd.gz
"""


@pytest.fixture(autouse=True)
def not_trusted(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


def described(tmp_path: Path, addition: str = "") -> Description:
    file = tmp_path / "part.repl"
    file.write_text(HARMLESS + addition)
    return read(file)


@pytest.mark.parametrize("name", platform.names())
def test_our_own_boards_are_harmless(name):
    require_harmless(read_platform(name).description)


def test_values_tags_and_scripts_of_the_subset_are_harmless(tmp_path):
    require_harmless(described(tmp_path))


ENTRY = "block: Python.PythonPeripheral @ sysbus 0x40001000\n    size: 0x100\n"
HARMFUL = [
    (f'{ENTRY}    script: "import os; os._exit(0)"\n', "import of 'os'"),
    (f"{ENTRY}    script: '''\nif 1:\n    open('x', 'w')\n'''\n", "line 2, uses a call of 'open'"),
    ("sysbus:\n    init add:\n        include @evil.py\n", "the command 'include @evil.py'"),
    ('sysbus:\n    init add:\n        python "print 1"\n', "the command 'python"),
    ('sysbus:\n    init add:\n        Tag <0x0 1> "a"; include @evil.py\n', "command 'include"),
    ("sysbus:\n    reset:\n        Tag <0 1> `include @evil.py`\n", "the command 'Tag"),
    (
        'sysbus:\n    preinit:\n        Tag <0 1> "a\\"; include @evil.py; \\""\n',
        "the command 'Tag",
    ),
    ('cpu:\n    init add:\n        AddHook 0x0 "import os"\n', "the command 'AddHook"),
    (
        "block: Verilated.BaseDoubleWordVerilatedPeripheral @ sysbus <0x70000000, +0x100>\n"
        '    simulationFilePathLinux: "libevil.so"\n    frequency: 1\n',
        "loads code from the file 'libevil.so'",
    ),
    (
        'card: SD.SDCard @ sysbus 0x70000000\n    imageFile: "notes.txt"\n    persistent: true\n',
        "writes to the file",
    ),
    (
        "block: Miscellaneous.LED @ sysbus 0x70000000\n"
        '    inner: new Python.PythonPeripheral { size: 4; script: "import os" }\n',
        "import of 'os'",
    ),
]


@pytest.mark.parametrize(("addition", "says"), HARMFUL)
def test_what_would_run_code_or_write_a_file_is_refused(tmp_path, monkeypatch, addition, says):
    description = described(tmp_path, addition)
    with pytest.raises(PlatformError) as error:
        require_harmless(description)
    assert says in error.value.message
    assert "part.repl" in error.value.message
    assert "--trust-scripts" in error.value.hint
    monkeypatch.setenv(VARIABLE, "1")
    require_harmless(description)


def test_a_script_in_a_file_is_named_by_that_file(tmp_path):
    script = tmp_path / "block.py"
    script.write_text("x = 1\nimport os\n")
    description = described(tmp_path, f'{ENTRY}    filename: "{script}"\n')
    with pytest.raises(PlatformError, match=r"block\.py: the script of 'block', line 2, uses"):
        require_harmless(description)
