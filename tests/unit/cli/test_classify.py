"""What `workbench classify` shows of the answers that a board gave."""

import json

import pytest

from workbench.benchmark.bench import Answers
from workbench.cli.app import run
from workbench.errors import CheckFailedError
from workbench.runs.inference import Classification


def answer(name="a.npy", scores=(), values=(0.5, 0.25)):
    label = next(iter(dict(scores)), "")
    return Classification(name, None, label, dict(scores), b"", {"out": values})


@pytest.fixture
def classify(monkeypatch, capsys):
    """Return a function that shows answers, and then fails with an error if one is given."""

    def call(answers, *options, error=None):
        def answered(*_):
            return Answers(tuple(answers), ("the engine has no model of adc1",), error)

        monkeypatch.setattr("workbench.benchmark.bench.classify_files", answered)
        return run(["classify", "a.npy", *options]), *capsys.readouterr()

    return call


def test_a_model_with_labels_is_shown_by_them(classify):
    _, out, _ = classify([answer(scores={"yes": 0.75, "no": 0.25})])
    assert [line.split() for line in out.splitlines()] == [
        ["input", "label", "yes", "no"],
        ["a.npy", "yes", "0.750", "0.250"],
    ]


def test_a_model_without_labels_is_shown_by_its_outputs(classify):
    _, out, _ = classify([answer(values=(-3.25, 0.0, 117.0))])
    assert [line.split() for line in out.splitlines()] == [
        ["input", "[0]", "[1]", "[2]"],
        ["a.npy", "-3.25", "0", "117"],
    ]


def test_of_many_outputs_the_largest_are_shown(classify):
    values = tuple(float(index % 90) for index in range(100))
    _, out, _ = classify([answer(values=values)])
    assert "[89] 89  [88] 88  [87] 87" in out
    assert "100 outputs" in out


def test_of_many_labels_the_most_likely_are_shown(classify):
    scores = {f"word{index}": index / 20 for index in range(12)}
    _, out, _ = classify([answer(scores=scores, values=tuple(scores.values()))])
    assert "word11 0.550  word10 0.500" in out


def test_json_has_all_outputs(classify):
    values = tuple(float(index) for index in range(100))
    _, out, _ = classify([answer(values=values)], "--json")
    assert json.loads(out)["answers"][0]["outputs"] == {"out": list(values)}


def test_what_the_engine_warns_of_is_shown(classify):
    _, _, err = classify([answer()])
    assert err == "warning: the engine has no model of adc1\n"
    _, out, _ = classify([answer()], "--json")
    assert json.loads(out)["warnings"] == ["the engine has no model of adc1"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_was_answered_before_a_crash_is_shown(classify, options):
    code, out, err = classify([answer()], *options, error=CheckFailedError("BusFault"))
    assert code == 1
    assert "a.npy" in out
    assert "BusFault" in err
    assert "warning: the engine has no model of adc1" in err
