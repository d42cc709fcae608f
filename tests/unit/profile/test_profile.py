"""Call graph, stacks and exports, on a call graph that is written down."""

import json
from itertools import pairwise

import pytest

from tests.unit.fault.samples import diagnosis
from tests.unit.images import image_of, label
from tests.unit.timing.programs import M4
from workbench.profile.callgraph import CallGraph, Names
from workbench.profile.values import CallCost, FunctionCost, OperatorCost, Profile, Stack
from workbench.report.collapsed import collapsed
from workbench.report.flame import boxes
from workbench.report.html import profile_page
from workbench.report.names import short_name, short_names
from workbench.report.speedscope import speedscope
from workbench.timing.cycles import Cycles
from workbench.timing.program import Program
from workbench.trace import Trace


@pytest.fixture
def graph():
    """main calls a once and b three times; both call leaf, a once and b three times."""
    own = {"main": 10, "a": 20, "b": 30, "leaf": 400}
    calls = {("main", "a"): 1, ("main", "b"): 3, ("a", "leaf"): 1, ("b", "leaf"): 3}
    return CallGraph(own, own, calls)


def test_a_callee_is_shared_out_among_its_callers_by_calls(graph):
    assert {stack.frames: stack.cycles for stack in graph.stacks()} == {
        ("main",): 10,
        ("main", "a"): 20,
        ("main", "a", "leaf"): 100,
        ("main", "b"): 30,
        ("main", "b", "leaf"): 300,
    }


def test_totals_hold_what_is_called(graph):
    totals = {one.name: one.total_cycles for one in graph.functions()}
    assert totals == {"main": 460, "a": 120, "b": 330, "leaf": 400}
    assert graph.functions()[0].name == "leaf"


def test_calls_have_their_share(graph):
    costs = {(one.caller, one.callee): (one.calls, one.cycles) for one in graph.call_costs()}
    assert costs["main", "b"] == (3, 330)
    assert costs["a", "leaf"] == (1, 100)


def test_code_without_symbols_is_divided_where_it_is_called():
    """bl to the second instruction; the image has a label there, and none at its start."""
    code = bytes.fromhex("fff7feff704700bf")  # bl, bx lr, nop
    trace = Trace({0x100: 1, 0x104: 2, 0x106: 1}, {(0x100, 0x104): 1}, {0x100: code})
    image = image_of(symbols=(label("leaf", 0x104),), entry=0x100)
    names = Names(image, trace, Program.of(trace, M4).by_address)
    assert [names.at(address) for address in trace.counts] == ["0x00000100", "leaf", "leaf"]
    assert names.is_entry(0x104)
    assert not names.is_entry(0x106)
    assert names.at(0x10) == "?"


def test_recursion_ends_and_nothing_is_lost():
    own = {"main": 1, "even": 50, "odd": 50}
    calls = {("main", "even"): 1, ("even", "odd"): 5, ("odd", "even"): 5, ("odd", "odd"): 2}
    stacks = CallGraph(own, own, calls).stacks()
    assert sum(stack.cycles for stack in stacks) == pytest.approx(101, abs=2)


def test_a_trace_that_is_all_recursion_has_a_root():
    own = {"a": 5, "b": 5}
    graph = CallGraph(own, own, {("a", "b"): 3, ("b", "a"): 3})
    assert sum(stack.cycles for stack in graph.stacks()) == 10


def make_profile(stacks):
    return Profile(
        "x.elf", "board", "embedded", "f", 1, 1, Cycles.exactly(1), (), (), (), (), stacks
    )


def test_exports_hold_the_same_cycles(graph):
    profile = make_profile(graph.stacks())
    lines = collapsed(profile).splitlines()
    assert "main;b;leaf 300" in lines
    document = speedscope(profile)
    (one,) = document["profiles"]
    assert one["endValue"] == sum(one["weights"]) == 460
    names = [frame["name"] for frame in document["shared"]["frames"]]
    assert [names[i] for i in one["samples"][0]] == ["main", "b", "leaf"]
    json.dumps(document)


def test_boxes_lie_under_their_callers_and_do_not_overlap(graph):
    found = {(box.depth, box.name, round(box.left, 6)): box for box in boxes(graph.stacks())}
    main = next(box for box in found.values() if box.name == "main")
    assert (main.left, main.width) == (0, 1)
    children = sorted((b for b in found.values() if b.depth == 1), key=lambda box: box.left)
    assert [box.name for box in children] == ["b", "a"]
    assert children[0].left + children[0].width <= children[1].left + 1e-9


def test_a_box_of_a_thousandth_is_the_narrowest():
    stacks = (Stack(("a",), 9_981), Stack(("b",), 10), Stack(("c",), 9))
    assert [box.name for box in boxes(stacks)] == ["a", "b"]


def test_narrow_boxes_are_left_out():
    stacks = (Stack(("a",), 100_000), Stack(("b",), 1))
    assert [box.name for box in boxes(stacks)] == ["a"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("main", "main"),
        ("void tflm::f<(bool)1>(int const*, long)", "f"),
        ("tflm::(anonymous namespace)::Invoke(TfLiteContext*)", "Invoke"),
        ("_ZN4tflm1fEv", "_ZN4tflm1fEv"),
    ],
)
def test_a_short_name_has_neither_scope_nor_parameters(name, short):
    assert short_name(name) == short


def profile_of(**values):
    empty = dict.fromkeys(("functions", "calls", "lines", "operators", "stacks"), ())
    plain = ("x.elf", "board", "embedded", "Invoke", 168_000_000, 370, Cycles(390, 500, 610))
    return Profile(*plain, **{**empty, **values})


def test_the_page_tells_the_crash_that_ended_the_run():
    crash = diagnosis()
    assert crash.title in profile_page(profile_of(diagnosis=crash))
    assert "crashed" not in profile_page(profile_of())


def test_names_on_the_page_break_between_their_words_and_stay_text():
    page = profile_page(profile_of(functions=(FunctionCost("arm_&x", 1, 1, 1, 1),)))
    assert "arm_<wbr>&amp;x" in page


def test_the_page_draws_each_operator_and_opens_functions_to_their_calls():
    operators = (
        OperatorCost(0, "CONV_2D", (1, 2), 100, 300, Cycles(300, 400, 500)),
        OperatorCost(1, "SOFTMAX", (1, 2), 0, 70, Cycles(90, 100, 110)),
    )
    profile = profile_of(
        functions=(FunctionCost("Invoke", 0, 70, 100, 500), FunctionCost("conv", 1, 300, 400, 400)),
        calls=(CallCost("Invoke", "conv", 1, 400),),
        operators=operators,
        stacks=(Stack(("Invoke",), 100), Stack(("Invoke", "conv"), 400)),
    )
    page = profile_page(profile)
    chart = page[page.index('<ul class="chart"') : page.index("</ul>")]
    assert "CONV_<wbr>2D #0</span>" in chart
    assert "400 cycles, 80.0 %, 4.00 a MAC</span>" in chart
    assert "100 cycles, 20.0 %</span>" in chart
    assert "width: 25.0%" in chart
    assert "<summary>conv</summary>" in page
    assert "compile with -g" in page
    assert "http" not in page


def test_short_names_that_are_not_the_only_ones_keep_their_template_arguments():
    arms = [f"int ns::(anonymous namespace)::InvokeArm<&f::{one}>(Node*)" for one in ("a", "b")]
    found = short_names([*arms, "ns::g<int>(int)"])
    assert [found[name] for name in arms] == ["InvokeArm<&f::a>", "InvokeArm<&f::b>"]
    assert found["ns::g<int>(int)"] == "g"


def test_short_names_of_the_same_method_keep_their_class_or_namespace():
    methods = ["tflite::Interpreter::Invoke()", "tflm::(anonymous namespace)::Invoke(Context*)"]
    found = short_names([*methods, "Other()"])
    assert list(found.values()) == ["Interpreter::Invoke", "tflm::Invoke", "Other"]


def chain_of(depth):
    """A call graph in which each of `depth` functions calls the next one once."""
    names = [f"f{n:02}" for n in range(depth)]
    own = dict.fromkeys(names, 10)
    return names, CallGraph(own, own, dict.fromkeys(pairwise(names), 1))


def test_a_chain_of_64_calls_is_followed_to_its_end():
    names, graph = chain_of(64)
    assert max(len(stack.frames) for stack in graph.stacks()) == 64
    assert {one.name: one.total_cycles for one in graph.functions()}["f00"] == 640
    assert {one.frames[-1] for one in graph.stacks()} == set(names)


def test_what_lies_deeper_is_not_lost():
    _, graph = chain_of(70)
    assert max(len(stack.frames) for stack in graph.stacks()) == 64
    assert {one.frames: one.cycles for one in graph.stacks()}["?",] == 60
