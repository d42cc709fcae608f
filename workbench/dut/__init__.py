"""A device under test: one booted machine, what is checked on it, and what is kept on failure.

The Robot Framework library and the pytest plugin are two faces of this package.
"""

from __future__ import annotations

from workbench.dut.device import DeviceSnapshot, DeviceUnderTest
from workbench.dut.evidence import Evidence

__all__ = ["DeviceSnapshot", "DeviceUnderTest", "Evidence"]
