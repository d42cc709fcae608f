import pytest

from workbench.dut import checks
from workbench.errors import CheckFailedError, UserError
from workbench.runs.call_counter import Measurement
from workbench.runs.inference import Classification
from workbench.timing.cycles import Cycles
from workbench.timing.latency import Latency

from ..fault.samples import diagnosis

YES = Classification("a.wav", None, "yes", {"yes": 0.9, "no": 0.1}, b"")


def test_a_wrong_label_is_told_with_all_scores():
    with pytest.raises(CheckFailedError, match=r"'yes', not 'no' \(scores: yes 0.900, no 0.100\)"):
        checks.label_should_be(YES, "no")


def test_the_longest_inference_counts():
    invokes = Measurement.of("Invoke", [10, 30, 20])
    checks.instructions_should_be_at_most(invokes, 30)
    with pytest.raises(CheckFailedError, match="30, more than 29"):
        checks.instructions_should_be_at_most(invokes, 29)


def test_no_inference_is_no_cheap_inference():
    with pytest.raises(CheckFailedError, match="was not called"):
        checks.instructions_should_be_at_most(Measurement.of("Invoke", []), 30)


def test_the_upper_end_of_a_modelled_latency_counts():
    latency = Latency(
        clock_hz=64_000_000,
        seconds=1.0e-3,
        basis="modelled",
        low_seconds=0.9e-3,
        high_seconds=1.2e-3,
        cycles=Cycles.exactly(64_000),
        wait_states=2,
        beyond_the_part=False,
        spent={},
    )
    checks.latency_should_be_at_most(latency, 1.2e-3)
    with pytest.raises(CheckFailedError, match=r"64 MHz is 1 ms, at most 1\.2 ms"):
        checks.latency_should_be_at_most(latency, 1.1e-3)


@pytest.mark.parametrize("kind", ["BusFault", "PRECISERR"])
def test_a_fault_has_an_exception_and_a_cause(kind):
    checks.fault_should_be(diagnosis(), kind, "deep")


@pytest.mark.parametrize("kind", ["HardFault", "BusFault"])
def test_an_escalated_fault_can_be_called_by_either_name(kind):
    checks.fault_should_be(diagnosis(exception="HardFault"), kind, None)


@pytest.mark.parametrize(
    ("kind", "function", "says"),
    [("UsageFault", None, "not UsageFault"), ("BusFault", "main", "not in main")],
)
def test_another_fault_is_told(kind, function, says):
    with pytest.raises(CheckFailedError, match=f"{says}: BusFault: read of 4 bytes.*in deep"):
        checks.fault_should_be(diagnosis(), kind, function)


def test_a_fault_that_does_not_exist_is_the_users_error():
    with pytest.raises(UserError, match="no fault is called 'Segfault'"):
        checks.fault_should_be(diagnosis(), "Segfault", None)


def test_firmware_that_has_not_crashed_passes():
    checks.should_not_have_faulted(None)
    with pytest.raises(CheckFailedError, match=r"faulted: BusFault: read .* \(PRECISERR\)"):
        checks.should_not_have_faulted(diagnosis())
