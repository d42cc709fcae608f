"""Labels are found beside a model, or inside it."""

import zipfile

import pytest

from workbench.errors import ModelError
from workbench.model.inspection import inspect_model
from workbench.model.labels import read_labels


@pytest.fixture
def model(tmp_path, keyword_spotter):
    path = tmp_path / "mine.tflite"
    path.write_bytes(keyword_spotter.read_bytes())
    return path


def test_a_model_without_labels_has_none(model):
    assert read_labels(model) == ()


def test_beside_the_model(model):
    (model.parent / "labels.txt").write_text("yes\nno\n")
    assert read_labels(model) == ("yes", "no")


def test_the_models_own_file_comes_first(model):
    (model.parent / "labels.txt").write_text("yes\nno\n")
    (model.parent / "mine.labels.txt").write_text("on\noff\n")
    assert read_labels(model) == ("on", "off")


def test_among_the_associated_files_of_the_metadata(model):
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr("labelmap.txt", "cat\ndog\n")
    assert read_labels(model) == ("cat", "dog")


@pytest.mark.parametrize("content", [b"yes\n\nno\n", b"yes\nyes\n", b"\xff\xfe", b"a" * 70_000])
def test_what_are_no_labels_is_refused(model, content):
    (model.parent / "labels.txt").write_bytes(content)
    with pytest.raises(ModelError, match=r"labels\.txt"):
        read_labels(model)


def test_bad_labels_do_not_keep_a_model_from_being_inspected(model):
    (model.parent / "labels.txt").write_text("yes\n\n")
    inspection = inspect_model(model)
    assert inspection.labels == ()
    assert inspection.runs
    assert "labels.txt" in inspection.findings[0].message
