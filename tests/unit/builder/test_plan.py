from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.builder.plans import GCC, a_plan
from workbench.builder import BuildChoices, plan_build, plan_builds
from workbench.errors import ModelError, UserError


def test_equal_inputs_give_equal_plans():
    assert a_plan().hash == a_plan().hash


def test_the_hash_follows_what_decides_the_bytes():
    plan = a_plan()
    others = [
        replace(plan, board="nrf52840_dk"),
        replace(plan, core=replace(plan.core, cpu="cortex-m7")),
        replace(plan, core=replace(plan.core, name="Cortex-M7")),
        replace(plan, kernels="cmsis_nn"),
        replace(plan, arena_bytes=4096),
        replace(plan, fits=False),
        replace(plan, stack_bytes=8192),
        replace(plan, optimization="-O2"),
        replace(plan, model=replace(plan.model, data=plan.model.data + b"\0")),
        replace(plan, model=replace(plan.model, labels=())),
        replace(plan, firmware=replace(plan.firmware, digest="edited")),
        replace(plan, toolchain=replace(plan.toolchain, gcc=replace(GCC, version="13.1"))),
    ]
    hashes = {other.hash for other in others}
    assert len(hashes) == len(others)
    assert plan.hash not in hashes


def test_where_the_sources_lie_does_not_matter_for_the_image():
    plan = a_plan()
    moved = replace(plan, firmware=replace(plan.firmware, path=Path("/elsewhere")))
    assert moved.hash == plan.hash
    assert moved.configuration_hash != plan.configuration_hash


def test_models_share_a_build_tree():
    plan = a_plan()
    other = replace(plan, model=replace(plan.model, data=b"another"), arena_bytes=65536)
    assert other.configuration_hash == plan.configuration_hash


def test_the_default_model_is_the_committed_keyword_spotter():
    plan = a_plan()
    assert plan.name == "keyword_spotter-stm32f4_discovery-reference"
    assert plan.model.labels == ("yes", "no", "unknown")
    assert plan.model.input_bytes == 49 * 10


def test_the_arena_is_rounded_up_to_its_alignment():
    assert a_plan(arena_bytes=2001).arena_bytes == 2016


def test_an_unknown_board_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match="no board 'stm32'") as caught:
        plan_build("stm32", "reference")
    assert "nrf52840_dk, stm32f4_discovery" in caught.value.hint


def test_a_missing_model_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="no such file"):
        a_plan(model=tmp_path / "absent.tflite")


def test_a_folder_without_cmsis_nn_is_refused(tmp_path):
    with pytest.raises(UserError, match="it is not CMSIS-NN"):
        plan_build("stm32f4_discovery", "cmsis_nn", cmsis_nn=tmp_path)


def test_an_include_folder_needs_a_library(tmp_path):
    with pytest.raises(UserError, match="without --tflm-lib"):
        choices = BuildChoices(tflm_include=(tmp_path,))
        plan_builds(["nrf52840_dk"], ["reference"], choices=choices)


def test_repeated_boards_are_built_once():
    plans = plan_builds(["nrf52840_dk"] * 2, ["reference", "cmsis_nn", "reference"])
    assert [plan.kernels for plan in plans] == ["reference", "cmsis_nn"]


def test_without_kernel_sets_all_are_planned():
    plans = plan_builds(["nrf52840_dk"], [])
    assert [plan.kernels for plan in plans] == ["reference", "cmsis_nn", "dsp"]


@pytest.fixture
def tflm(tmp_path, monkeypatch):
    """The choice of a library that passes for a TensorFlow Lite Micro."""
    monkeypatch.setattr("workbench.builder.plan.check_library", lambda *_: None)
    header = tmp_path / "tensorflow" / "lite" / "micro" / "micro_interpreter.h"
    header.parent.mkdir(parents=True)
    header.touch()
    library = tmp_path / "libtensorflow-microlite.a"
    library.touch()
    return BuildChoices(tflm_library=library, tflm_include=(tmp_path,))


def test_with_the_users_tflm_the_kernels_are_called_so(tflm):
    (plan,) = plan_builds(["nrf52840_dk"], [], choices=tflm)
    assert plan.kernels == "tflm"
    assert plan.name == "keyword_spotter-nrf52840_dk-tflm"
    assert plan.cmsis_nn is None


def test_with_the_users_tflm_no_kernels_can_be_chosen(tflm):
    with pytest.raises(UserError, match="the kernels are those of the library"):
        plan_builds(["nrf52840_dk"], ["dsp"], choices=tflm)
