"""C++ names as users write them."""

from __future__ import annotations

import pytest

from workbench.image import demangle as module
from workbench.image.demangle import demangle, may_name, qualified_name, without_template_arguments

TEMPLATE = "_ZN2ns6addmulIiEET_S1_S1_"
FUNCTION_AS_ARGUMENT = "_ZN4tflm12_GLOBAL__N_19InvokeArmIXadL_Z15arm_convolve_s8EEEEiPc"
CLONE = "_ZN3app7Service5HelloERKNS_5FrameE.part.0.isra.0"


def test_the_full_name_has_the_types() -> None:
    assert demangle(TEMPLATE) == "int ns::addmul<int>(int, int)"


def test_the_const_of_a_method_stands_behind_its_parameters() -> None:
    assert demangle("_ZNK1A1fEi") == "A::f(int) const"


def test_what_gcc_made_of_a_function_is_said_behind_its_name() -> None:
    assert demangle(CLONE) == "app::Service::Hello(app::Frame const&) [clone .part.0.isra.0]"


@pytest.fixture
def library() -> None:
    if module._library()("_Z1fv") is None:
        pytest.skip("this machine has no C++ runtime library")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("mangled", "full", "name"),
    [
        (
            FUNCTION_AS_ARGUMENT,
            "int tflm::(anonymous namespace)::InvokeArm<&arm_convolve_s8>(char*)",
            "tflm::(anonymous namespace)::InvokeArm<&arm_convolve_s8>",
        ),
        ("_ZZ4mainE8received", "main::received", "main::received"),
    ],
)
def test_names_beyond_the_python_demangler(mangled: str, full: str, name: str) -> None:
    assert demangle(mangled).replace("&(arm_convolve_s8)", "&arm_convolve_s8") == full
    assert qualified_name(mangled).replace("&(arm_convolve_s8)", "&arm_convolve_s8") == name


def test_without_a_library_they_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_library", lambda: lambda name: None)
    assert demangle.__wrapped__(FUNCTION_AS_ARGUMENT) == FUNCTION_AS_ARGUMENT


@pytest.mark.parametrize(
    ("mangled", "name"),
    [
        (TEMPLATE, "ns::addmul<int>"),
        ("_ZN6tflite16MicroInterpreter6InvokeEv", "tflite::MicroInterpreter::Invoke"),
        ("_ZNK1A1fEi", "A::f"),
        (CLONE, "app::Service::Hello"),
        ("main", "main"),
        ("_Zbroken", "_Zbroken"),
    ],
)
def test_the_qualified_name_is_without_them(mangled: str, name: str) -> None:
    assert qualified_name(mangled) == name


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ns::addmul<int>", "ns::addmul"),
        ("std::vector<int>::at<A<3>>", "std::vector<int>::at"),
        ("operator<<", "operator<<"),
        ("A::operator->", "A::operator->"),
        ("main", "main"),
    ],
)
def test_template_arguments_at_the_end_can_be_left_out(name: str, bare: str) -> None:
    assert without_template_arguments(name) == bare


@pytest.mark.parametrize(
    "name", ["ns::addmul", "ns::addmul<int>", "int ns::addmul<int>(int, int)", "(anonymous)::x::"]
)
def test_a_name_may_be_that_of_a_symbol(name: str) -> None:
    assert may_name(TEMPLATE, name)


def test_a_name_with_another_identifier_at_its_end_is_another() -> None:
    assert not may_name(TEMPLATE, "ns::add")
    assert may_name("_ZN1AcvbEv", "A::operator bool")
