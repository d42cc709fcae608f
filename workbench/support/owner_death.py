"""A process that ends with the one that started it, however that ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_owner(sent: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send `sent` to this process when its owner ends (on Linux).

    The owner is the thread that started this process: call this only where that waits for it.
    """
    owner = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, sent)
    if os.getppid() != owner:
        sys.exit(0)
