from workbench.support.distinct import Distinct


def test_a_text_is_new_once():
    seen = Distinct(["b"])
    assert seen.add(["b", "a", "a"]) == ("a",)
    assert seen.add(["a", "b"]) == ()
    assert seen.all == ("b", "a")
