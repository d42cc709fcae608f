"""A custom operator of the user's, from its source to the board's answer."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests import needs
from tests.unit.model.tflite_writer import FLOAT32, OperatorSpec, TensorSpec, write_tflite
from workbench.builder.host import NAME
from workbench.builder.toolchain import find_toolchain
from workbench.cli.app import run
from workbench.errors import ToolchainError

SOURCE = Path(__file__).with_name("doubler.cc")
VALUES = np.array([[1, 2, -3, 70]], np.int8)
DOUBLED = [1.0, 2.0, -3.0, 63.5]  # twice as much at a scale of 0.5, saturated


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """A model of one custom operator and its input, in the current folder."""
    try:
        find_toolchain()
    except ToolchainError as error:
        pytest.skip(str(error))
    tensors = (TensorSpec((1, 4)), TensorSpec((1, 4)))
    model = write_tflite(tensors, [OperatorSpec("DOUBLER", (0,), (1,))])
    (tmp_path / "custom.tflite").write_bytes(model)
    np.save(tmp_path / "x.npy", VALUES)
    monkeypatch.chdir(tmp_path)


def classify(capsys, *options):
    command = ["classify", "x.npy", "-m", "custom.tflite", "-k", "reference", "--json"]
    assert run([*command, "--engine", "embedded", *options]) == 0, capsys.readouterr().err
    (values,) = json.loads(capsys.readouterr().out)["answers"][0]["outputs"].values()
    return values


@pytest.mark.parametrize("function", ["", ":own::MakeDoubler"], ids=["pointer", "value"])
def test_the_board_computes_with_it(function, capsys):
    assert classify(capsys, "--custom-op", f"DOUBLER={SOURCE}{function}") == DOUBLED


def test_workbench_toml_may_name_it(capsys):
    Path("workbench.toml").write_text(f"[custom-op]\nDOUBLER = {json.dumps(str(SOURCE))}\n")
    assert classify(capsys) == DOUBLED


def test_without_its_source_the_option_is_named(capsys):
    assert run(["build", "-m", "custom.tflite"]) == 2
    assert "--custom-op DOUBLER=FILE.cc" in " ".join(capsys.readouterr().err.split())


def test_inspect_knows_it(capsys):
    assert run(["model", "inspect", "custom.tflite"]) == 1
    assert run(["model", "inspect", "custom.tflite", "--custom-op", f"DOUBLER={SOURCE}"]) == 0
    assert "AddCustom" in capsys.readouterr().out


def test_a_function_that_is_not_there_is_the_compilers_word(capsys):
    arguments = ["--custom-op", f"DOUBLER={SOURCE}:Absent"]
    assert run(["build", "-m", "custom.tflite", "-k", "reference", *arguments]) == 2
    assert "'Absent'" in capsys.readouterr().err.replace("‘", "'").replace("’", "'")


def test_operators_of_tensorflow_itself_are_told_apart(capsys):
    tensors = (TensorSpec((1, 4)), TensorSpec((1, 4)))
    model = write_tflite(tensors, [OperatorSpec("FlexErf", (0,), (1,))])
    Path("flex.tflite").write_bytes(model)
    assert run(["build", "-m", "flex.tflite"]) == 2
    assert "TF Select" in " ".join(capsys.readouterr().err.split())


def test_bench_holds_it_against_the_same_operator_on_the_host(capsys):
    needs.program("c++")
    command = ["bench", "-m", "custom.tflite", "-k", "reference", "-b", "stm32f4_discovery"]
    options = ["--custom-op", f"DOUBLER={SOURCE}", "--engine", "embedded", "--json"]
    assert run([*command, "--inputs", "x.npy", *options]) == 0, capsys.readouterr().err
    report = json.loads(capsys.readouterr().out)
    assert report["oracle"] == NAME
    assert report["rows"][0]["oracle"] == {"compared": 1, "equal_bytes": 1, "equal_labels": 1}


def test_a_user_who_is_wrong_on_the_host_is_told(capsys):
    """The operator refuses what it gets: the runtime says so before anything is linked to fit."""
    needs.program("c++")
    tensors = (TensorSpec((1, 4), FLOAT32, scales=()), TensorSpec((1, 4)))
    model = write_tflite(tensors, [OperatorSpec("DOUBLER", (0,), (1,))])
    Path("floats.tflite").write_bytes(model)
    command = ["bench", "-m", "floats.tflite", "-k", "reference", "-b", "stm32f4_discovery"]
    assert run([*command, "--custom-op", f"DOUBLER={SOURCE}", "--engine", "embedded"]) == 2
    assert "fails on the host" in " ".join(capsys.readouterr().err.split())
