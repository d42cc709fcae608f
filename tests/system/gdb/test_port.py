"""A port that is taken is told."""

import socket

from workbench.cli.app import run


def test_a_port_that_is_taken_exits_with_2(firmware_image, capsys):
    elf = str(firmware_image("stm32f4_discovery").elf)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code = run(
            ["gdb", elf, "--platform", "stm32f4_discovery", "--engine", "embedded", "--port", port]
        )
    assert code == 2
    assert "--port" in capsys.readouterr().err
