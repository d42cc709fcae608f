"""The root of the command line: lazy commands, and what each kind of error looks like."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
import typer

from workbench.builder.plan import DEFAULT_STACK_BYTES
from workbench.cli.app import COMMANDS, run
from workbench.errors import CheckFailedError, EngineError, ModelError
from workbench.report.terminal import terminal

WORKBENCH = [sys.executable, "-m", "workbench"]


@pytest.fixture
def command(monkeypatch):
    """Return a function that makes `workbench doctor` do something else."""

    def replace(behaviour):
        module = SimpleNamespace(app=typer.Typer())
        module.app.command()(behaviour)
        monkeypatch.setitem(sys.modules, "workbench.cli.doctor", module)

    return replace


def raising(error):
    def behaviour():
        raise error

    return behaviour


def test_help_names_every_command(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)


def test_help_imports_no_command_and_none_of_the_heavy_packages():
    heavy = "('numpy', 'unicorn', 'capstone', 'tensorflow', 'jinja2', 'elftools')"
    program = (
        "import sys; from workbench.cli.app import run; run(['--help']);"
        f"loaded = [m for m in {heavy} if m in sys.modules];"
        "commands = [m for m in sys.modules if m.startswith('workbench.cli.')];"
        "print(loaded, sorted(commands), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    expected = [f"workbench.cli.{name}" for name in ("app", "console", "interrupts")]
    assert done.stderr.strip() == f"[] {expected}"


def test_every_command_offers_help(capsys):
    for name in COMMANDS:
        assert run([name, "--help"]) == 0, name
    assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("build", "[default: stm32f4_discovery]"),
        ("build", "[default: (cmsis_nn)]"),
        ("compare", "before [compare] in workbench.toml"),
        ("model train", "the extra [train]"),
    ],
)
def test_brackets_in_a_help_are_text_not_markup(command, said, capsys):
    assert said in " ".join(helps(capsys, command).split())


def helps(capsys, name):
    assert run([*name.split(), "--help"]) == 0
    return capsys.readouterr().out


def test_a_default_that_a_help_states_is_the_one_in_force(capsys):
    assert f"else {DEFAULT_STACK_BYTES}." in helps(capsys, "build")


@pytest.mark.parametrize("columns", ["40", "80"])
@pytest.mark.parametrize("name", [*COMMANDS, "model train", "model inspect", "repl check"])
def test_a_help_is_whole_at_every_width(capsys, monkeypatch, name, columns):
    monkeypatch.setenv("COLUMNS", columns)
    usage, _, rest = helps(capsys, name).partition("\n\n")
    assert "…" not in usage + rest
    assert "..." not in rest


@pytest.mark.parametrize(("typed", "offered"), [("run --pl", "--platform"), ("mea", "measure")])
def test_the_shell_completes_commands_and_their_options(typed, offered):
    words = {"COMP_WORDS": f"workbench {typed}", "COMP_CWORD": str(len(typed.split()))}
    program = "import sys; sys.argv = ['workbench']; from workbench.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **words, "_WORKBENCH_COMPLETE": "complete_bash"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [offered]


def test_version_says_the_program_too(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("workbench ")


@pytest.mark.parametrize("arguments", [["fly"], ["doctor", "--wings"], ["doctor", "extra"]])
def test_wrong_usage_exits_with_2(arguments, capsys):
    assert run(arguments) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CheckFailedError("the label is wrong", "look"), 1),
        (ModelError("the label is wrong", "look"), 2),
        (EngineError("the label is wrong", "look"), 3),
    ],
)
def test_an_error_says_what_and_what_to_do_on_stderr(command, capsys, error, code):
    command(raising(error))
    assert run(["doctor"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "error: the label is wrong\nhint: look\n"


def test_brackets_in_a_message_are_no_markup(command, capsys):
    command(raising(ModelError("tensor [1, 49, 10] has [bold]no scale")))
    run(["doctor"])
    assert "tensor [1, 49, 10] has [bold]no scale" in capsys.readouterr().err


def test_a_bug_is_three_and_says_how_to_get_the_traceback(command, capsys):
    command(raising(ZeroDivisionError("division by zero")))
    assert run(["doctor"]) == 3
    err = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in err
    assert "--debug" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [["--debug", "doctor"], ["doctor", "--debug"]])
def test_debug_lets_the_error_through(command, arguments):
    command(raising(ModelError("corrupt")))
    with pytest.raises(ModelError):
        run(arguments)


def test_a_full_disk_is_told_as_such(command, capsys):
    command(raising(OSError(28, "No space left on device", "out/index.html")))
    assert run(["doctor"]) == 2
    assert "out/index.html: No space left on device" in capsys.readouterr().err


def test_an_interrupt_is_quiet(command, capsys):
    command(raising(KeyboardInterrupt()))
    assert run(["doctor"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_an_interrupt_while_modules_are_imported_is_quiet():
    program = (
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'workbench.cli.app': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Finder())\n"
        "from workbench.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_an_interrupt_that_became_another_error_is_quiet(command, capsys):
    def behaviour():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise RuntimeError("Error calling __set_name__") from error

    command(behaviour)
    assert run(["doctor"]) == 130
    assert capsys.readouterr().err == ""


def interrupted_in_a_callback():
    """Raise within a callback that C makes: Python drops what it raises."""
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)

    @kind
    def compare(_, __):
        raise KeyboardInterrupt

    array = (ctypes.c_int * 2)(1, 2)
    ctypes.CDLL(None).qsort(array, ctypes.c_size_t(2), ctypes.c_size_t(4), compare)


@pytest.mark.parametrize("then", [None, ModelError("what the interrupt has broken")])
def test_an_interrupt_in_a_callback_is_not_lost(command, capsys, then):
    def behaviour():
        interrupted_in_a_callback()
        if then is not None:
            raise then

    command(behaviour)
    assert run(["doctor"]) == 130
    assert capsys.readouterr().err.strip() == ""


def test_an_interrupt_in_a_callback_ends_what_goes_on(command):
    def behaviour():
        interrupted_in_a_callback()
        time.sleep(20)

    command(behaviour)
    begin = time.monotonic()
    assert run(["doctor"]) == 130
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("arguments", [["doctor", "--json"], ["--help"], ["run", "--help"]])
def test_a_reader_that_leaves_is_no_error(arguments):
    process = subprocess.Popen(
        [*WORKBENCH, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 128 + signal.SIGPIPE


def test_no_colour_in_a_pipe_nor_with_no_color():
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "40"}
    done = subprocess.run([*WORKBENCH, "doctor"], capture_output=True, env=environment)
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize(("encoding", "shown"), [("ascii", rb"\xe9"), ("utf-8", "é".encode())])
def test_names_that_the_terminal_cannot_show_are_told_by_their_codes(encoding, shown):
    program = "import sys; from workbench.cli.app import run; run(['repl', 'check', *sys.argv[1:]])"
    done = subprocess.run(
        [sys.executable, "-c", program, "é-\udcff.repl"],
        env={**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"},
        capture_output=True,
    )
    assert shown + rb"-\udcff.repl" in done.stderr


def test_help_is_instant():
    def seconds():  # of processor time: what else runs on the machine must not matter
        begun = os.times()
        subprocess.run([*WORKBENCH, "--help"], capture_output=True, check=True)
        ended = os.times()
        return sum(ended[2:4]) - sum(begun[2:4])

    assert min(seconds() for _ in range(5)) < 0.3


def test_a_closed_stdout_is_no_fault_of_the_workbench():
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *WORKBENCH, "--version"], stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_leaves_in_mid_table_ends_the_command_as_sigpipe_does(command, monkeypatch):
    class Left:
        encoding = "utf-8"

        def write(self, text):
            raise BrokenPipeError

        flush = close = fileno = isatty = lambda self, *_: 0

    command(lambda: terminal().print("a row"))
    monkeypatch.setattr(sys, "stdout", Left())
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    assert run(["doctor"]) == 128 + signal.SIGPIPE
