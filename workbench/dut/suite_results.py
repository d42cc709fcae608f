"""How the tests of Robot Framework suites ended, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """What to run; `board` and `kernels` are "" where the suite decides itself."""

    suite: Path
    engine: str
    board: str = ""
    kernels: str = ""
    variables: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The suite's name with what it is run on."""
        where = " ".join(word for word in (self.board, self.kernels) if word)
        name = self.suite.stem.replace("_", " ")
        return f"{name} on {where}" if where else name

    @property
    def file_name(self) -> str:
        """The title as the name of a file."""
        return "".join(c if c.isalnum() else "_" for c in self.title)


@dataclass(frozen=True)
class TestRecord:
    """How one test ended. `broken` says what was wrong with the set-up, "" where nothing was.

    `board`, `kernels` and `engine` are what the test used, not only what it was asked to use.
    """

    __test__ = False  # no test of pytest

    suite: str
    name: str
    board: str
    kernels: str
    engine: str
    passed: bool
    skipped: bool
    message: str
    seconds: float
    broken: str
    transcript: str
    evidence: str
    warnings: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Return whether it was executed and did not pass, for whatever reason."""
        return not (self.passed or self.skipped)

    @property
    def is_error(self) -> bool:
        """Return whether it did not pass because of the set-up, not of a check."""
        return bool(self.broken) and not self.passed


@dataclass(frozen=True)
class JobResult:
    """The tests of a job; `output` is Robot Framework's XML, None where there is none.

    `broken` says why the suite could not be run, or not to its end.
    """

    job: Job
    tests: tuple[TestRecord, ...]
    broken: str
    output: Path | None


@dataclass(frozen=True)
class SuiteReport:
    """All tests in the order of the jobs; `log` is Robot Framework's page, None without results."""

    jobs: tuple[JobResult, ...]
    log: Path | None

    @property
    def tests(self) -> tuple[TestRecord, ...]:
        """The tests of all jobs."""
        return tuple(test for job in self.jobs for test in job.tests)

    @property
    def failed(self) -> tuple[TestRecord, ...]:
        return tuple(test for test in self.tests if test.failed)

    @property
    def broken(self) -> tuple[str, ...]:
        """What was wrong with the set-up, each thing once."""
        said = [f"{job.job.title}: {job.broken}" for job in self.jobs if job.broken]
        said += [test.broken for test in self.tests if test.is_error]
        said += [f"{job.job.title}: no test ran" for job in self.jobs if not job.tests]
        return tuple(dict.fromkeys(said))

    @property
    def exit_code(self) -> int:
        """0 all passed, 1 a check failed, 3 the set-up is broken."""
        if self.broken:
            return 3
        return int(bool(self.failed))
