"""What a model needs is known before the firmware is linked, and 16 bytes less do not start it."""

import json
from pathlib import Path

import pytest
import tflite

from tests.unit.model.tflite_writer import INT8, INT32, OperatorSpec, TensorSpec, write_tflite
from workbench.benchmark.fit import fit_arena, memory_need
from workbench.builder import plan_build
from workbench.builder.plan import KERNEL_SETS
from workbench.cli.app import run
from workbench.engines import open_engine
from workbench.errors import ToolchainError
from workbench.image import Image
from workbench.link import Client, ErrorCode
from workbench.platform import select_platform

BOARDS = ("nrf52840_dk", "stm32f4_discovery")
SHARED = Path(__file__).parents[3] / "shared"
MODELS = (
    SHARED / "models" / "public" / "mlperf_ic_resnet8_int8.tflite",
    SHARED / "models" / "public" / "micro_speech_lstm.tflite",
    SHARED / "models" / "public" / "mlperf_streaming_wakeword_int8.tflite",
    SHARED / "cases" / "models" / "mid_a.tflite",
)


def planned(board, kernels, model=None, **options):
    if model is not None and not model.is_file():
        pytest.skip("the shared models are not beside the checkout")
    try:
        return plan_build(board, kernels, model, **options)
    except ToolchainError as error:
        pytest.skip(str(error))


def booted(built):
    with open_engine("embedded") as machine:
        machine.load(Image.from_file(built.elf), select_platform(built.board))
        client = Client(machine)
        client.boot()
        return client.hello()


@pytest.mark.parametrize(
    ("kernels", "model"),
    [*((kernels, None) for kernels in KERNEL_SETS), *(("cmsis_nn", model) for model in MODELS)],
    ids=lambda value: value.stem if isinstance(value, Path) else str(value),
)
def test_the_arena_is_exact_on_the_device(firmware_image, kernels, model):
    board = "nrf52840_dk"
    arena = fit_arena(planned(board, kernels, model)).arena_bytes
    assert arena is not None
    assert booted(firmware_image(board, kernels, model, arena_bytes=arena)).error is None
    less = booted(firmware_image(board, kernels, model, arena_bytes=arena - 16))
    assert less.error and less.error.code == ErrorCode.ARENA_TOO_SMALL


@pytest.mark.parametrize("board", BOARDS)
def test_flash_and_ram_are_those_of_the_image_that_is_linked_then(firmware_image, board):
    need = memory_need(planned(board, "cmsis_nn"))
    built = firmware_image(board, "cmsis_nn", arena_bytes=need.arena)
    image = Image.from_file(built.elf)
    assert need.flash == image.symbol("__flash_used_end").address - _start(image, "flash")
    assert need.ram == image.symbol("__arena_end").address - _start(image, "ram")
    assert (need.flash_capacity, need.ram_capacity) == (
        built.footprint.flash_capacity,
        built.footprint.ram_capacity,
    )


@pytest.mark.parametrize("model", MODELS[:1], ids=lambda path: path.stem)
def test_a_large_input_needs_no_more_ram_than_a_small_one(model):
    own, large = (planned("nrf52840_dk", "cmsis_nn", one) for one in (None, model))
    assert large.model.input_bytes > 6 * own.model.input_bytes

    def harness(plan):
        need = memory_need(plan)
        return need.ram - need.arena - plan.stack_bytes

    assert harness(large) - harness(own) < 64  # the resolver has a row for each operator
    assert harness(own) < 2560


def _start(image, what):
    return image.symbol(f"__{what}_start").address


def test_the_operator_that_makes_the_peak_is_named():
    peak = memory_need(planned("nrf52840_dk", "reference")).peak
    assert peak and (peak.operator, peak.name) == (0, "CONV_2D")


def test_what_fits_one_board_alone_is_benched_there_and_told_of_the_other(capsys):
    arguments = ["bench", "--stack", "150000", "--kernels", "reference", "--engine", "embedded"]
    assert run([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [row["board"] for row in report["rows"]] == ["nrf52840_dk"]
    (misfit,) = report["misfits"]
    assert misfit["board"] == "stm32f4_discovery"
    assert misfit["need"]["ram"] > misfit["need"]["ram_capacity"]
    assert run(arguments) == 0
    assert "stm32f4_discovery, reference: does not fit, by" in capsys.readouterr().out


def test_what_fits_no_board_ends_with_2(capsys):
    assert run(["bench", "--stack", "300000", "--kernels", "reference"]) == 2
    out, err = capsys.readouterr()
    assert all(f"{board}, reference: does not fit, by" in out for board in BOARDS)
    assert "bytes of RAM" in err


def test_a_model_that_is_larger_than_flash_is_told_by_how_much(tmp_path):
    rows, columns = 1300, 1000
    weights = TensorSpec((rows, columns), INT8, bytes([1]) * rows * columns)
    bias = TensorSpec((rows,), INT32, bytes(4 * rows), scales=(0.25,))
    tensors = (TensorSpec((1, columns)), TensorSpec((1, rows)), weights, bias)
    operator = OperatorSpec(tflite.BuiltinOperator.FULLY_CONNECTED, (0, 2, 3), (1,))
    path = tmp_path / "large.tflite"
    path.write_bytes(write_tflite(tensors, [operator]))
    need = memory_need(planned("stm32f4_discovery", "reference", path))
    assert need.missing_ram == 0
    assert need.missing_flash == need.flash - (1 << 20) > 280_000
    assert need.peak and need.peak.bytes == rows + columns


@pytest.mark.parametrize("command", ["build", "classify"])
def test_one_board_that_lacks_the_memory_ends_with_2(command, capsys):
    arguments = {"build": [], "classify": [str(_a_recording())]}[command]
    assert run([command, *arguments, "--stack", "150000"]) == 2
    assert "does not fit stm32f4_discovery" in " ".join(capsys.readouterr().err.split())


def _a_recording():
    from workbench.support.resources import own_model

    return next(iter(sorted(own_model().with_name("recordings").glob("*.wav"))))
