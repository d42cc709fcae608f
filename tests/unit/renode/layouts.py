"""Folders, programs and packages that look as each form of Renode does, with empty assemblies."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

from tests.unit.renode.bundles import apphost, bundle

ASSEMBLIES = ("Infrastructure.dll", "Migrant.dll", "Renode.dll")
NET = ("System.Private.CoreLib.dll", "System.Runtime.dll", "libcoreclr.so", "libclrjit.so")
MARK = ".renode-root"


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
    return folder


def runtime_config(folder: Path, tfm: str = "net8.0", self_contained: bool = False) -> None:
    options: dict[str, object] = {"tfm": tfm}
    if self_contained:
        options["includedFrameworks"] = [{"name": "Microsoft.NETCore.App", "version": "8.0.4"}]
    text = json.dumps({"runtimeOptions": options})
    (folder / "Renode.runtimeconfig.json").write_text(text)


def program(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def portable_folder(root: Path) -> Path:
    """From 2026-06 on: the program, its assemblies and .NET's in one folder."""
    fill(root, *ASSEMBLIES, *NET, MARK)
    runtime_config(root, self_contained=True)
    program(root / "renode", apphost())
    return root


def portable_file(root: Path) -> Path:
    """To 1.16: all assemblies in the program, the libraries of .NET beside it."""
    fill(root, "libcoreclr.so", "libclrjit.so", MARK)
    files = dict.fromkeys((*ASSEMBLIES, "System.Private.CoreLib.dll"), b"MZ")
    program(root / "renode", bundle(files, compress=True))
    return root


def built(root: Path, layout: str = "output/bin/Release") -> Path:
    """A source tree that was built, for .NET 8."""
    fill(root, MARK)
    runtime_config(fill(root / layout, *ASSEMBLIES))
    program(
        root / "renode", b"#!/usr/bin/env bash\ndotnet $ROOT_PATH/output/bin/Release/Renode.dll\n"
    )
    return root


def built_for_mono(root: Path, layout: str = "output/bin/Release") -> Path:
    """A source tree that was built, or an installed package, for Mono."""
    fill(root, MARK)
    fill(root / layout, "Emulator.dll", "Migrant.dll", "Renode.exe")
    return root


def package(path: Path, root: str = "renode_1.16.1") -> Path:
    """An archive with a folder that holds a package for .NET."""
    config = json.dumps({"runtimeOptions": {"tfm": "net8.0"}}).encode()
    files = {f"{root}/bin/{name}": b"MZ" for name in ASSEMBLIES}
    files |= {f"{root}/bin/Renode.runtimeconfig.json": config, f"{root}/{MARK}": b""}
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def debian_package(path: Path) -> Path:
    """The same as a .deb, whose files lie below opt/renode."""
    data = package(path.with_suffix(".tar.gz"), "./opt/renode").read_bytes()
    members = {"debian-binary": b"2.0\n", "control.tar.gz": b"odd", "data.tar.gz": data}
    text = b"!<arch>\n"
    for name, content in members.items():
        text += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        text += content + b"\n" * (len(content) % 2)
    path.write_bytes(text)
    return path


def archive(path: Path, folder: Path) -> Path:
    """An archive with what is in `folder`."""
    with tarfile.open(path, "w:gz") as made:
        for entry in sorted(folder.iterdir()):
            made.add(entry, entry.name)
    return path
