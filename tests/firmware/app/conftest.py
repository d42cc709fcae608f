import shutil
import subprocess

import pytest

from workbench.support.resources import resource

FIRMWARE = resource("firmware")


@pytest.fixture(scope="session")
def compile_for_host(tmp_path_factory):
    """Return a function that builds sources of the firmware for the host, with sanitizers."""
    compiler = shutil.which("g++")
    if compiler is None:
        pytest.skip("needs a host compiler: apt-get install g++")

    def build(*sources):
        program = tmp_path_factory.mktemp("host") / "program"
        flags = ["-std=gnu++17", "-O1", "-g", "-Wall", "-Wextra"]
        flags += ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        command = [compiler, *flags, f"-I{FIRMWARE}", *map(str, sources), "-o", str(program)]
        subprocess.run(command, check=True, timeout=120)
        return program

    return build
