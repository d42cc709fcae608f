"""`python -m workbench.builder.embed MODEL FOLDER`: the generated sources, for builds by hand.

See firmware/CMakePresets.json; `workbench build` does this itself.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workbench.builder.model_source import read_model_source
from workbench.builder.plan import DEFAULT_STACK_BYTES, KERNEL_SETS
from workbench.builder.sources import write_sources
from workbench.errors import WorkbenchError


def main() -> int:
    """Write the sources of the model that the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m workbench.builder.embed", description=__doc__)
    parser.add_argument("model", type=Path, help="a .tflite")
    parser.add_argument("folder", type=Path, help="where the sources go")
    parser.add_argument("--kernels", choices=KERNEL_SETS, default="reference")
    parser.add_argument("--arena", type=int, help="bytes; else all RAM that is left")
    parser.add_argument("--stack", type=int, default=DEFAULT_STACK_BYTES, help="bytes")
    options = parser.parse_args()
    try:
        source = read_model_source(options.model)
        write_sources(options.folder, source, options.kernels, options.arena, options.stack)
    except WorkbenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
