"""What tests of several folders share: built images."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

from workbench.builder import build, plan_build
from workbench.errors import ToolchainError

# A shell starts what it runs in the background with Ctrl-C ignored, and so would be all that the
# tests start; some of them send one.
signal.signal(signal.SIGINT, signal.default_int_handler)

# An example that takes 0.2 s on a busy machine is no failure.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def firmware_image():
    """Return a function that builds an image and gives a `BuiltImage`.

    Images stay in the user's cache, so that a second run of the tests compiles nothing.
    """

    def make(board="stm32f4_discovery", kernels="reference", model=None, **options):
        try:
            return build(plan_build(board, kernels, model, **options))
        except ToolchainError as error:
            pytest.skip(str(error))

    return make
