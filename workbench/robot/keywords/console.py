"""Keywords for the console."""

from __future__ import annotations

from robot.api.deco import keyword

from workbench.link import reply_name
from workbench.link.transcript import readable
from workbench.robot.keywords.group import KeywordGroup
from workbench.robot.quantities import parse_bytes, parse_request
from workbench.runs.limits import parse_limit


class ConsoleKeywords(KeywordGroup):
    """Send to the console, and wait for what it shows."""

    @keyword("Wait For Line On UART")
    def wait_for_line(self, pattern: str, limit: str = "10s") -> str:
        """Run until a line comes in which the regular expression is found; return the line."""
        with self.outcome.of_keyword():
            return self.device.wait_for_line(pattern, parse_limit(limit))

    @keyword("Wait For Bytes On UART")
    def wait_for_bytes(self, expected: str, limit: str = "10s") -> None:
        """Run until the console has sent these bytes, in hexadecimal."""
        with self.outcome.of_keyword():
            self.device.wait_for_bytes(parse_bytes(expected), parse_limit(limit))

    @keyword("Send Line To UART")
    def send_line(self, text: str, end: str = "\n") -> None:
        """Send a line of text; it arrives while the machine runs."""
        with self.outcome.of_keyword():
            self.device.send(text.encode() + end.encode())

    @keyword("Send Bytes To UART")
    def send_bytes(self, data: str) -> None:
        """Send bytes, in hexadecimal."""
        with self.outcome.of_keyword():
            self.device.send(parse_bytes(data))

    @keyword
    def send_frame(self, type: str, payload: str = "", limit: str = "10s") -> str:
        """Send a frame and return the type of the answer: HELLO, ERROR, ... or NONE.

        ``type`` is HELLO, INFER, STATISTICS, RESET_STATE or a number; ``payload`` is
        hexadecimal. The protocol is in firmware/PROTOCOL.md.
        """
        with self.outcome.of_keyword():
            answer = self.device.exchange(
                parse_request(type), parse_bytes(payload), parse_limit(limit)
            )
            return reply_name(answer.type) if answer is not None else "NONE"

    @keyword("UART Transcript")
    def transcript(self) -> str:
        """Return all that the firmware has sent, as text."""
        with self.outcome.of_keyword():
            return readable(self.device.transcript)
