"""Renode's assemblies, loaded into this process from where `installations` found them.

pyrenode3 does it for some forms of Renode, and follows its releases with a delay; it changes the
current folder at each command besides. All it takes is a runtime and the assemblies.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from workbench.engines.renode.installations import BINARIES, FRAMEWORK, PROGRAMS, ROOT, RUNTIME
from workbench.engines.renode.runtimes import MONO

_OWN_NAMESPACE = b"Antmicro.Renode"


def import_renode() -> None:
    """Load Renode; its namespaces can be imported then."""
    import pythonnet

    # clr_loader warns of each Mono before 6.12, Debian's among them, on which all is tested.
    warnings.filterwarnings("ignore", module="clr_loader")
    binaries = Path(os.environ[BINARIES])
    if os.environ[RUNTIME] == MONO:
        pythonnet.load("mono")
    else:
        from workbench.engines.renode.worker.coreclr import CoreClr

        bridge = Path(pythonnet.__file__).parent / "runtime"
        framework = Path(os.environ[FRAMEWORK])
        pythonnet.load(CoreClr(framework, binaries, sorted(bridge.glob("*.dll"))))
    import clr

    for assembly in _assemblies(binaries):
        # From .NET 9 on, a path with its suffix is taken for an assembly's name.
        clr.AddReference(str(assembly.with_suffix("")))
    _set_root(os.environ[ROOT])


def renode_version() -> str:
    """Return the version of the loaded Renode; its Monitor knows that of a running program."""
    from System.Reflection import AssemblyName

    binaries = Path(os.environ[BINARIES])
    program = next(file for name in PROGRAMS if (file := binaries / name).is_file())
    return str(AssemblyName.GetAssemblyName(str(program)).Version.ToString(3))


def _assemblies(binaries: Path) -> list[Path]:
    """The assemblies whose types are Renode's, and the program itself, which Mono has as .exe."""
    found = sorted(binaries.glob("*.dll"))
    own = [file for file in found if _OWN_NAMESPACE in file.read_bytes()]
    return [*own, *sorted(binaries.glob("Renode.exe"))]


def _set_root(root: str) -> None:
    """Say where Renode's scripts and platforms are: it keeps the first answer.

    It looks above the program that runs, which is Python here.
    """
    from Antmicro.Renode.Utilities import Misc

    if not Misc.TryGetRootDirectory(root, "")[0]:
        raise OSError(f"no .renode-root in {root} or above it")
