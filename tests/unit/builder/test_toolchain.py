import pytest

from workbench.builder.toolchain import find_gcc
from workbench.errors import ToolchainError

SCRIPT = """#!/bin/sh
case "$*" in
    --version) echo "arm-none-eabi-gcc (Test) {version}" ;;
    -dumpfullversion) echo {version} ;;
    *-print-file-name=*) echo {library} ;;
esac
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a compiler that only answers questions on an otherwise empty PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setattr("shutil.which", lambda name: str(tmp_path / name))

    def write(version="12.2.1", library="/usr/lib/libc_nano.a", parts=("g++", "ar", "nm")):
        for name in ("gcc", *parts):
            path = tmp_path / f"arm-none-eabi-{name}"
            path.write_text(SCRIPT.format(version=version, library=library))
            path.chmod(0o755)

    return write


def test_a_complete_compiler_is_found_with_its_version(install):
    install()
    assert find_gcc().version == "arm-none-eabi-gcc (Test) 12.2.1"


def test_an_absent_compiler_names_the_packages(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ToolchainError, match="not on PATH") as caught:
        find_gcc()
    assert "apt-get install gcc-arm-none-eabi" in caught.value.hint


def test_an_old_compiler_is_refused(install):
    install(version="7.3.1")
    with pytest.raises(ToolchainError, match=r"is version 7\.3\.1; 10\.0 or later"):
        find_gcc()


def test_a_compiler_without_its_c_plus_plus_half_is_refused(install):
    install(parts=("ar", "nm"))
    with pytest.raises(ToolchainError, match=r"no arm-none-eabi-g\+\+ beside it"):
        find_gcc()


def test_a_compiler_without_a_c_library_is_refused(install):
    install(library="libc_nano.a")
    with pytest.raises(ToolchainError, match=r"library .* is missing"):
        find_gcc()


def test_a_compiler_that_does_not_run_is_refused(install, tmp_path):
    install()
    (tmp_path / "arm-none-eabi-gcc").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(ToolchainError, match="does not run"):
        find_gcc()
