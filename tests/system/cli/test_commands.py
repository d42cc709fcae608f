"""The commands that run firmware, on the embedded engine, as a user calls them."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.cross import CORE, compile_elf
from workbench.benchmark.inputs import own_recordings
from workbench.cli.app import run
from workbench.platform import UartPacing
from workbench.runs.inference import boot
from workbench.runs.points import INVOKE
from workbench.support.resources import resource

SECONDS_TO_START = 3.0  # until a workbench on a loaded machine executes firmware

BOARD = "stm32f4_discovery"
ON_BOARD = ["--platform", BOARD, "--engine", "embedded"]
RECORDINGS = resource("firmware") / "models" / "keyword_spotter" / "recordings"


@pytest.fixture(scope="module")
def elf(firmware_image):
    return str(firmware_image(BOARD).elf)


@pytest.fixture
def recording():
    return str(next(iter(sorted(RECORDINGS.glob("yes_*.wav")))))


@pytest.fixture
def workbench(capsys):
    """Return a function that runs a command and gives its exit code, stdout and stderr."""

    def call(*arguments):
        code = run([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call


class TestRun:
    def test_the_console_goes_to_stdout_and_the_reason_to_stderr(self, workbench, elf):
        code, out, err = workbench("run", elf, *ON_BOARD, "--until", "ready")
        assert code == 0
        assert out.endswith("ready")
        assert "the console matched 'ready'" in err
        assert "instructions" in err

    def test_the_same_run_takes_the_same_number_of_instructions(self, workbench, elf):
        arguments = ("run", elf, *ON_BOARD, "--until", "ready", "--json")
        first, second = (json.loads(workbench(*arguments)[1]) for _ in range(2))
        assert first == second
        assert first["instructions"] > 1000

    def test_a_pattern_that_does_not_come_exits_with_1(self, workbench, elf):
        code, _, err = workbench("run", elf, *ON_BOARD, "--until", "tea", "--limit", "20ms")
        assert code == 1
        assert "did not match 'tea'" in err

    def test_firmware_that_waits_for_requests_is_idle(self, workbench, elf):
        code, out, _ = workbench("run", elf, *ON_BOARD, "--json")
        assert (code, json.loads(out)["stop"]) == (0, "idle")

    def test_a_limit_in_instructions_is_exact(self, workbench, elf):
        _, out, _ = workbench("run", elf, *ON_BOARD, "--limit", "1234", "--json")
        assert json.loads(out)["instructions"] == 1234

    def test_bytes_reach_the_console(self, workbench, elf, tmp_path):
        hello = tmp_path / "hello.bin"
        hello.write_bytes(bytes.fromhex("00"))
        code, _, _ = workbench("run", elf, *ON_BOARD, "--input", hello, "--limit", "50ms")
        assert code == 0

    def test_another_console_stays_silent(self, workbench, elf):
        arguments = ("--uart", "usart1", "--limit", "20ms", "--json")
        _, out, _ = workbench("run", elf, *ON_BOARD, *arguments)
        assert json.loads(out)["uart"] == ""

    def test_a_repl_alone_is_enough(self, workbench, elf):
        repl = resource("platforms") / BOARD / f"{BOARD}.repl"
        arguments = ("--repl", repl, "--uart", "usart2", "--engine", "embedded")
        code, out, _ = workbench("run", elf, *arguments, "--until", "ready")
        assert code == 0
        assert "ready" in out

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_ctrl_c_or_a_termination_ends_a_busy_loop_quietly(self, tmp_path, number):
        arguments = ["run", str(spinning(tmp_path)), *ON_BOARD, "--limit", "100000s"]
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            time.sleep(SECONDS_TO_START)
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
        assert (process.returncode, out, err) == (130, b"", b"")


def spinning(folder):
    """Return an ELF that branches to itself for ever; skips where there is no assembler."""
    source = folder / "spin.S"
    source.write_text(
        ".syntax unified\n.thumb\n"
        ".text\n.word 0x20001000, reset\n.thumb_func\n.global reset\nreset: b reset\n"
    )
    link = ("-nostdlib", "-Wl,-Ttext=0x08000000", "-Wl,-ereset")
    return compile_elf(folder / "spin.elf", *CORE, *link, source)


class TestWrongInput:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["run", "absent.elf", "--platform", BOARD], "absent.elf"),
            (["run", "{elf}"], "no platform is given"),
            (["run", "{elf}", "--platform", "stm32f4discovery"], "did you mean stm32f4_discovery"),
            (["run", "{elf}", "--platform", BOARD, "--uart", "uart9"], "usart2"),
            (["run", "{elf}", "--platform", BOARD, "--limit", "soon"], "10Minstr"),
            (["run", "{elf}", "--platform", BOARD, "--until", "("], "regular expression"),
            (["run", "{elf}", "--platform", BOARD, "--repl", "x.repl"], "one of them"),
            (["measure", "{elf}", "--platform", BOARD], "--function"),
            (["run", "{elf}", "--platform", BOARD, "--until", ".*"], "before anything"),
            *(
                ([*command, "--features", "{wav}", "--input", "{elf}"], "give one of them")
                for command in (
                    ["measure", "{elf}", "--platform", BOARD, "--function", "main"],
                    ["profile", "{elf}", "--platform", BOARD],
                    ["parity", "{elf}", "--platform", BOARD],
                )
            ),
            (
                ["parity", "{elf}", "--platform", BOARD, "--features", "{wav}", "--until", "x"],
                "one",
            ),
            (["build", "--tflm-define", "A=1"], "--tflm-define without --tflm-lib"),
            (["measure", "{elf}", "--platform", BOARD, "--function", "Invok"], "Invoke"),
            (["classify", "absent.wav"], "absent.wav"),
            (["classify", "{elf}"], ".wav"),
            (["classify", "{wav}", "--board", "esp32"], "nrf52840_dk"),
            (["bench", "--model", "{elf}"], "firmware.elf"),
            (["bench", "--uart-pacing", "slow"], "baud or off"),
            (["classify", "{wav}", "--uart-pacing", "slow"], "baud or off"),
        ],
    )
    def test_it_is_told_with_exit_code_2(self, workbench, elf, recording, arguments, says):
        filled = [argument.format(elf=elf, wav=recording) for argument in arguments]
        code, out, err = workbench(*filled)
        assert (code, out) == (2, "")
        assert says in err
        assert "hint:" in err


class TestMeasure:
    def test_each_inference_is_one_call_of_invoke(self, workbench, elf, recording):
        code, out, _ = workbench(
            *("measure", elf, *ON_BOARD, "--function", INVOKE, "--json"),
            *("--features", recording, "--features", recording),
        )
        measured = json.loads(out)["measurement"]
        assert code == 0
        assert len(measured["calls"]) == 2
        assert 0 < measured["minimum"] <= measured["median"] <= measured["maximum"]

    def test_between_two_symbols_without_driving_it(self, workbench, elf):
        code, out, _ = workbench(
            "measure", elf, *ON_BOARD, "--from", "Reset_Handler", "--to", "main", "--json"
        )
        assert code == 0
        assert len(json.loads(out)["measurement"]["calls"]) == 1

    def test_what_is_never_called_fails_the_check(self, workbench, elf):
        code, _, err = workbench("measure", elf, *ON_BOARD, "--function", INVOKE)
        assert code == 1
        assert "never reached" in err


class TestProfile:
    def test_operators_functions_and_lines_add_up(self, workbench, elf, recording, tmp_path):
        page, scope, stacks = (tmp_path / name for name in ("p.html", "p.json", "p.txt"))
        code, out, _ = workbench(
            *("profile", elf, *ON_BOARD, "--features", recording, "--json"),
            *("--html", page, "--speedscope", scope, "--collapsed", stacks),
        )
        found = json.loads(out)
        assert code == 0
        whole, cycles = found["instructions"], found["cycles"]["best"]
        assert sum(one["instructions"] for one in found["functions"]) == whole
        assert sum(one["cycles"] for one in found["functions"]) == cycles
        assert sum(one["cycles"] for one in found["stacks"]) == pytest.approx(cycles, abs=100)
        names = [one["name"] for one in found["operators"]]
        assert names[0] == "CONV_2D"
        assert names[-1] == "SOFTMAX"
        behind_the_last = whole - sum(one["instructions"] for one in found["operators"])
        assert 0 <= behind_the_last < 100
        assert found["lines"][0]["file"].startswith("firmware/")
        assert "<svg" in page.read_text()
        assert json.loads(scope.read_text())["profiles"][0]["endValue"] == sum(
            int(line.rsplit(" ", 1)[1]) for line in stacks.read_text().splitlines()
        )

    def test_any_function_of_any_program(self, workbench, elf):
        code, out, _ = workbench("profile", elf, *ON_BOARD, "--function", "main", "--json")
        assert code == 1  # main never returns
        code, out, _ = workbench("profile", elf, *ON_BOARD, "--limit", "100kinstr", "--json")
        found = json.loads(out)
        assert code == 0
        assert found["what"] == "whole run"
        assert "Reset_Handler" in [one["name"] for one in found["functions"]]


class TestClassify:
    def test_the_label_and_its_scores(self, workbench, recording):
        code, out, _ = workbench(
            "classify", recording, "--board", BOARD, "--engine", "embedded", "--json"
        )
        (answer,) = json.loads(out)["answers"]
        assert code == 0
        assert answer["label"] == max(answer["scores"], key=answer["scores"].get)
        assert sum(answer["scores"].values()) == pytest.approx(1.0, abs=0.02)

    def test_features_give_what_their_recording_gives(self, workbench, recording, tmp_path):
        features = next(
            one for one in own_recordings().features if one.name == recording.split("/")[-1]
        )
        np.save(tmp_path / "features.npy", features.arrays[0])
        arguments = ("--board", BOARD, "--engine", "embedded", "--json")
        _, out, _ = workbench("classify", recording, tmp_path / "features.npy", *arguments)
        first, second = json.loads(out)["answers"]
        assert first["output"] == second["output"]


class TestBench:
    def test_outputs_are_those_of_the_host_and_the_page_is_written(self, workbench, tmp_path):
        pytest.importorskip("tflite_micro", reason="the host oracle is not installed")
        page = tmp_path / "bench.html"
        code, out, _ = workbench(
            *("bench", "--board", BOARD, "--kernels", "reference", "--engine", "embedded"),
            *("--json", "--html", page),
        )
        (row,) = json.loads(out)["rows"]
        assert code == 0
        assert row["oracle"]["equal_bytes"] == row["oracle"]["compared"] > 0
        assert [latency["clock_hz"] for latency in row["latencies"]] == [
            64_000_000,
            80_000_000,
            168_000_000,
        ]
        for latency in row["latencies"]:
            assert latency["basis"].startswith("modelled")
            assert latency["low_seconds"] <= latency["seconds"] <= latency["high_seconds"]
        assert f"{row['flash_bytes']:,}" in page.read_text()


class TestUartPacing:
    @pytest.mark.parametrize("command", ["bench", "classify"])
    def test_the_console_gets_the_pace_that_is_asked_for(
        self, workbench, recording, command, monkeypatch
    ):
        paces = []

        def boot_at_pace(image, platform, engine):
            paces.append(platform.uart_pacing)
            return boot(image, platform, engine)

        monkeypatch.setattr("workbench.benchmark.bench.boot", boot_at_pace)
        files = ["--inputs", recording] if command == "bench" else [recording]
        arguments = (command, *files, "--board", BOARD, "--kernels", "cmsis_nn", "--json")
        for options in ((), ("--uart-pacing", "off"), ("--uart-pacing", "baud")):
            assert workbench(*arguments, "--engine", "embedded", *options)[0] == 0
        assert paces == [UartPacing.BAUD, UartPacing.OFF, UartPacing.BAUD]


class TestDemo:
    def test_all_images_answer_alike_and_the_page_is_the_same_each_time(
        self, workbench, recording, tmp_path
    ):
        pages = []
        for name in ("one", "two"):
            code, out, err = workbench(
                "demo", recording, "--output", tmp_path / name, "--engine", "embedded"
            )
            assert code == 0, err
            assert "differs" not in out
            pages.append((tmp_path / name / "index.html").read_bytes())
        assert pages[0] == pages[1]
