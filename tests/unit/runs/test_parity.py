from workbench.runs.parity import Difference, Step, first_difference


def test_equal_runs_have_no_difference():
    assert first_difference([Step("a", "1")], [Step("a", "1")]) is None


def test_the_first_difference_is_told():
    ours = [Step("a", "1"), Step("b", "2"), Step("c", "3")]
    theirs = [Step("a", "1"), Step("b", "5"), Step("c", "6")]
    assert first_difference(ours, theirs) == Difference("b", ("2", "5"))


def test_long_texts_are_shown_from_a_little_before_the_difference():
    ours, theirs = "x" * 500 + "left", "x" * 500 + "right"
    difference = first_difference([Step("console", ours)], [Step("console", theirs)])
    assert difference is not None
    assert difference.values[0] == "..." + "x" * 24 + "left"


def test_a_run_that_shows_more_differs():
    difference = first_difference([Step("a", "1"), Step("b", "2")], [Step("a", "1")])
    assert difference == Difference("b", ("2", ""))


def test_other_steps_in_the_same_place_differ():
    difference = first_difference([Step("pc", "1")], [Step("the link failed", "1")])
    assert difference == Difference("what comes next", ("pc", "the link failed"))
