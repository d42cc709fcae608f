"""A suite's process, and what it starts, when the run is stopped."""

import threading
import time

from workbench.dut.suite_results import Job, TestRecord
from workbench.robot.jobs import JobRunner

COMPILER = "trap 'touch {folder}/tidied; exit' TERM; touch {folder}/began; sleep 60 & wait"
SUITE = """\
*** Test Cases ***
Compiles
    Evaluate    subprocess.Popen(["sh", "-c", "{compiler}"]).wait()
"""


def test_what_a_stopped_suite_has_started_may_tidy_up(tmp_path):
    suite = tmp_path / "mine.robot"
    suite.write_text(SUITE.format(compiler=COMPILER.format(folder=tmp_path)))
    told: list[TestRecord] = []
    runner = JobRunner(tmp_path, timeout=60, on_test=told.append)
    running = threading.Thread(target=runner.run, args=(Job(suite, "embedded"),))
    running.start()
    until = time.monotonic() + 30
    while not (tmp_path / "began").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    runner.stop()
    running.join(10)
    assert not running.is_alive()
    assert (tmp_path / "tidied").exists()
    assert not told
