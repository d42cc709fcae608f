"""Whether the user trusts the scripts of the descriptions that he gives.

The word for it is `--trust-scripts`, or the environment variable below: nothing that lies beside a
description, as platform.toml does, can give it.
"""

from __future__ import annotations

import os

from workbench.errors import UserError

VARIABLE = "WORKBENCH_TRUST_SCRIPTS"
HINT = (
    "read the script; if you trust it, give --trust-scripts (or set WORKBENCH_TRUST_SCRIPTS=1): "
    "Python then runs it with your rights"
)

_YES, _NO = ("1", "yes", "true"), ("", "0", "no", "false")


def trusted() -> bool:
    """Return whether scripts may do whatever Python can."""
    said = os.environ.get(VARIABLE, "").strip().lower()
    if said not in _YES + _NO:
        raise UserError(f"{VARIABLE} is {said!r}", "set it to 1 or 0")
    return said in _YES


def trust() -> None:
    """Trust scripts from now on, in this process and those that it starts."""
    os.environ[VARIABLE] = "1"
