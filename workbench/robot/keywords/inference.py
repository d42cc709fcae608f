"""Keywords for inputs and answers of the model."""

from __future__ import annotations

from pathlib import Path

from robot.api import logger
from robot.api.deco import keyword

from workbench.dut import checks
from workbench.robot.keywords.group import KeywordGroup


class InferenceKeywords(KeywordGroup):
    """Have the firmware classify, and check what it answers."""

    @keyword
    def inject_features(self, *files: str) -> str:
        """Have the firmware classify recordings (.wav) or features (.npy, .npz).

        Returns the label of the last one.
        """
        with self.outcome.of_keyword():
            for file in files:
                for answer in self.device.inject(Path(file)):
                    logger.info(f"{answer.name}: {answer.label}")
            return self.device.last_answer.label

    @keyword
    def reset_model_state(self) -> None:
        """Give all that the model keeps from one input to the next the values of the start.

        Each file of features begins so by itself.
        """
        with self.outcome.of_keyword():
            self.device.reset_model_state()

    @keyword
    def label_should_be(self, expected: str) -> None:
        """The label of the input that was injected last is ``expected``."""
        with self.outcome.of_keyword():
            checks.label_should_be(self.device.last_answer, expected)

    @keyword
    def scores_should_match_host(self) -> None:
        """All outputs so far are, to the byte, what ``tflite_micro`` computes on the host."""
        with self.outcome.of_keyword():
            self.device.scores_should_match_host()
