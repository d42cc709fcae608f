"""Which lines of Renode's log a run tells of."""

import pytest

from workbench.engines.renode.findings import log_lines
from workbench.engines.renode.worker.log import LogFile


@pytest.fixture
def log(tmp_path):
    file = LogFile(lambda: None)
    file.open(str(tmp_path / "renode.log"))
    return file


@pytest.fixture
def write(tmp_path):
    def write(line):
        with (tmp_path / "renode.log").open("a") as stream:
            stream.write(line + "\n")

    return write


@pytest.fixture
def told(log, tmp_path):
    return lambda: log_lines(tmp_path / "renode.log", log.take())


def test_what_is_logged_between_runs_is_told_by_the_next_one(log, write, told):
    with log.noted():
        write("dropped a byte")
    write("the host reads a register")
    with log.noted():
        write("in the run")
    assert told() == ["dropped a byte", "in the run"]
    assert told() == []


def test_another_machine_tells_nothing_of_the_one_before(log, write, told):
    with log.noted():
        write("of the first")
    log.forget()
    assert told() == []


def test_what_failed_is_told_as_well(log, write, told):
    with pytest.raises(ValueError, match="refused"), log.noted():
        write("why it was refused")
        raise ValueError("refused")
    assert told() == ["why it was refused"]


def test_file_that_is_not_there_yet_is_empty(log):
    assert log.size() == 0
    assert not log.open("again")
