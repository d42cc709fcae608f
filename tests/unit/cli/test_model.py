"""`workbench model`: what is printed, and the exit codes."""

import json

import pytest

from tests.unit.model.tflite_writer import OperatorSpec, TensorSpec, write_tflite
from workbench.cli.app import run
from workbench.support.resources import resource

MODEL = resource("firmware") / "models" / "keyword_spotter" / "model.tflite"
LSTM = 16  # neither the runtime nor TFLM has it


def test_inspect_shows_cost_operators_and_resolver(capsys):
    assert run(["model", "inspect", str(MODEL)]) == 0
    shown = capsys.readouterr().out
    for piece in ("11,040 MACs", "1,035 parameters", "AddConv2D(Register_CONV_2D_INT8())"):
        assert piece in shown


def test_inspect_as_json(capsys):
    assert run(["model", "inspect", str(MODEL), "--json"]) == 0
    inspection = json.loads(capsys.readouterr().out)
    assert inspection["macs"] == 11_040
    assert inspection["runs"] is True
    assert inspection["model"]["inputs"][0]["quantization"]["zero_points"] == [83]


def test_a_model_that_the_firmware_cannot_run_exits_with_1(tmp_path, capsys):
    two = (TensorSpec((1, 4)), TensorSpec((1, 4)))
    path = tmp_path / "lstm.tflite"
    path.write_bytes(write_tflite(two, [OperatorSpec(LSTM, (0,), (1,))]))
    assert run(["model", "inspect", str(path)]) == 1
    assert "the firmware cannot run it" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"not a model", MODEL.read_bytes()[:2000]])
def test_a_damaged_model_exits_with_2_and_a_hint(tmp_path, capsys, content):
    path = tmp_path / "damaged.tflite"
    path.write_bytes(content)
    assert run(["model", "inspect", str(path)]) == 2
    error = capsys.readouterr().err
    assert "damaged.tflite" in error
    assert "Traceback" not in error


def test_train_refuses_words_that_are_not_different(tmp_path, capsys):
    arguments = ["model", "train", "--features", "a.npz", "--words", "yes,yes"]
    assert run([*arguments, "--output", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_train_without_data_names_the_file(tmp_path, capsys):
    missing = tmp_path / "missing.npz"
    arguments = ["model", "train", "--features", str(missing), "--output", str(tmp_path / "out")]
    assert run(arguments) == 2
    assert "missing.npz: no such file" in capsys.readouterr().err
