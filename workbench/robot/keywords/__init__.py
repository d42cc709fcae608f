"""The keywords of the Robot Framework library, a group a file."""

from workbench.robot.keywords.console import ConsoleKeywords
from workbench.robot.keywords.cost import CostKeywords
from workbench.robot.keywords.faults import FaultKeywords
from workbench.robot.keywords.inference import InferenceKeywords
from workbench.robot.keywords.pins import PinKeywords
from workbench.robot.keywords.snapshots import SnapshotKeywords

__all__ = [
    "ConsoleKeywords",
    "CostKeywords",
    "FaultKeywords",
    "InferenceKeywords",
    "PinKeywords",
    "SnapshotKeywords",
]
