"""The host oracle runs what can be run, and refuses the rest before TFLM sees it."""

import subprocess
import sys

import numpy as np
import pytest

from workbench.errors import ModelError, UserError
from workbench.model.oracle import Oracle

pytestmark = pytest.mark.slow


def test_scores_of_a_classifier_add_up(installed, keyword_spotter):
    scores = Oracle.from_file(keyword_spotter).classify(np.zeros((49, 10), np.float32))
    assert scores.shape == (3,)
    assert scores.sum() == pytest.approx(1.0, abs=0.01)


def test_raw_input_and_output_are_int8(installed, keyword_spotter):
    (output,) = Oracle.from_file(keyword_spotter).run(np.zeros(490, np.int8))
    assert output.dtype == np.int8
    assert output.shape == (1, 3)


def test_an_input_of_another_type_is_refused(installed, keyword_spotter):
    with pytest.raises(UserError, match="elements of type int16"):
        Oracle.from_file(keyword_spotter).run(np.zeros(490, np.int16))


def test_a_corrupt_model_does_not_reach_tflm(installed, keyword_spotter):
    with pytest.raises(ModelError, match="corrupt"):
        Oracle(keyword_spotter.read_bytes()[:3000])


def test_without_the_package_it_says_how_to_get_it(monkeypatch, keyword_spotter):
    monkeypatch.setitem(sys.modules, "tflite_micro", None)
    with pytest.raises(UserError) as caught:
        Oracle.from_file(keyword_spotter)
    assert "pip install 'tflite_micro" in caught.value.hint


def test_it_is_not_imported_into_this_process(installed, keyword_spotter):
    code = "import sys; from pathlib import Path; from workbench.model.oracle import Oracle; "
    code += "Oracle.from_file(Path(sys.argv[1])).close(); assert 'tflite_micro' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, str(keyword_spotter)], check=True)
