"""C++ names as users write them."""

from __future__ import annotations

import pytest

from workbench.demangle import demangle, qualified_name, without_template_arguments

TEMPLATE = "_ZN2ns6addmulIiEET_S1_S1_"


def test_the_full_name_has_the_types() -> None:
    assert demangle(TEMPLATE) == "int ns::addmul<int>(int, int)"


@pytest.mark.parametrize(
    ("mangled", "name"),
    [
        (TEMPLATE, "ns::addmul<int>"),
        ("_ZN6tflite16MicroInterpreter6InvokeEv", "tflite::MicroInterpreter::Invoke"),
        ("_ZNK1A1fEi", "A::f"),
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
