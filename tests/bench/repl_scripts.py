"""How many scripts of a folder's .repl files are within the subset that is interpreted.

`python -m tests.bench.repl_scripts RENODE`, RENODE being a checkout of Renode's repository: files
that a description names are looked up from there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.engines.scripts.compiler import compile_script
from workbench.engines.scripts.errors import ScriptError
from workbench.repl.parser import parse

TYPE = "Python.PythonPeripheral"


def main() -> None:
    root = Path(sys.argv[1])
    inside, beyond, unread = 0, [], 0
    for file in sorted(root.rglob("*.repl")):
        for entry in parse(file.read_text(), str(file)).entries:
            if entry.type != TYPE:
                continue
            properties = entry.attributes.properties
            script, named = properties.get("script"), properties.get("filename")
            if named is not None:
                source = root / str(named)
                script = source.read_text() if source.is_file() else None
            if not isinstance(script, str):
                unread += 1
                continue
            try:
                compile_script(script)
            except ScriptError as error:
                beyond.append(f"{file.relative_to(root)}: {entry.name}: {error.message}")
            else:
                inside += 1
    for line in beyond:
        print(line)
    print(f"{inside} of {inside + len(beyond)} scripts are within the subset; {unread} not found")


if __name__ == "__main__":
    main()
