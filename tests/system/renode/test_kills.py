"""A caller or a worker that is killed takes nothing with it and leaves nothing behind."""

import pytest

from tests.system.renode.kills import kill_at

pytestmark = pytest.mark.renode


@pytest.mark.parametrize("victim", ["caller", "worker"])
@pytest.mark.parametrize("moment", ["begun", "folder", "loaded"])
def test_nothing_comes_or_goes_with_it(installation, victim, moment):
    assert kill_at(installation, victim, moment).wrong == ""
