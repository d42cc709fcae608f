"""C++ names as the source spells them.

`itanium_demangler` knows most names. What it does not (function pointers as template arguments,
statics of a function) goes to the C++ runtime library of the machine, where there is one.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from itanium_demangler import parse

# Demanglers recurse; names longer than this are left as they are.
MAX_LENGTH = 4096
_LAST_IDENTIFIER = re.compile(r"(?:^|[\s:])([A-Za-z_]\w*)(?:<[^()]*>)?$")
_ANONYMOUS = ("_GLOBAL__N_1", "(anonymous namespace)")


@lru_cache(maxsize=65536)
def demangle(name: str) -> str:
    """Return the C++ name of the Itanium-mangled `name`, or `name` itself if it is not mangled.

    What GCC made of a function (`.isra.0`, `.part.0`) follows as `[clone .isra.0]`.
    """
    mangled, clone = _split_clone(name)
    tree = _parse(mangled)
    plain = _by_library(mangled) if tree is None else _spell(tree).replace(*_ANONYMOUS)
    if plain is None:
        return name
    return f"{plain} [clone {clone}]" if clone else plain


@lru_cache(maxsize=65536)
def qualified_name(name: str) -> str:
    """Return `ns::f<int>` for what demangles to `int ns::f<int>(char)`: no types around it."""
    mangled, _ = _split_clone(name)
    tree = _parse(mangled)
    if tree is None:
        plain = _by_library(mangled)
        return name if plain is None else without_types(plain)
    return str(tree.name if tree.kind == "func" else tree).removesuffix(" const")


def without_template_arguments(name: str) -> str:
    """Return `ns::f` for `ns::f<int>`; operators stay as they are."""
    if not name.endswith(">") or "operator" in name:
        return name
    depth = 0
    for index in range(len(name) - 1, -1, -1):
        depth += (name[index] == ">") - (name[index] == "<")
        if depth == 0:
            return name[:index]
    return name


def may_name(mangled: str, name: str) -> bool:
    """Return whether the last identifier of the C++ `name` is in `mangled`: quicker than to
    demangle.

    True for a name that ends in no identifier. What the ABI abbreviates (`std::allocator`) is not
    found.
    """
    last = _LAST_IDENTIFIER.search(name.split("(", 1)[0])
    if last is None or "operator" in name:
        return True
    return f"{len(last[1])}{last[1]}" in mangled


def _split_clone(name: str) -> tuple[str, str]:
    """Return the name before GCC's suffix, and the suffix (".isra.0", or "")."""
    mangled, dot, suffix = name.partition(".")
    return (mangled, dot + suffix) if name.startswith("_Z") else (name, "")


def _parse(name: str) -> Any:
    if not name.startswith("_Z") or len(name) > MAX_LENGTH:
        return None
    try:
        tree = parse(name)
        str(tree)  # some names parse and cannot be spelled
        return tree
    except (RecursionError, NotImplementedError, ValueError, IndexError, KeyError, AttributeError):
        return None  # a name that the demangler does not know is still a name


def _spell(tree: Any) -> str:
    """Return the text of `tree`, with the `const` of a method behind its parameters."""
    text = str(tree)
    if tree.kind == "func" and (name := str(tree.name)).endswith(" const"):
        return text.replace(f"{name}(", f"{name.removesuffix(' const')}(", 1) + " const"
    return text


def _by_library(name: str) -> str | None:
    if not name.startswith("_Z") or len(name) > MAX_LENGTH:
        return None
    return _library()(name)


@cache
def _library() -> Callable[[str], str | None]:
    """Return `__cxa_demangle` (Itanium C++ ABI, section 3.4) of the machine's C++ library."""
    try:
        library = ctypes.CDLL("libc++.1.dylib" if sys.platform == "darwin" else "libstdc++.so.6")
        demangler, free = library.__cxa_demangle, ctypes.CDLL(None).free
    except (OSError, AttributeError):
        return lambda name: None
    demangler.restype = ctypes.c_void_p
    demangler.argtypes = (ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    free.argtypes = (ctypes.c_void_p,)

    def call(name: str) -> str | None:
        text = demangler(name.encode(errors="replace"), None, None, None)
        if not text:
            return None
        try:
            return ctypes.string_at(text).decode(errors="replace")
        finally:
            free(text)

    return call


def without_types(plain: str) -> str:
    """Return `ns::f<int>` of the demangled `int ns::f<int>(char) const`, or of a clone of it."""
    name = plain.partition(" [clone ")[0].removesuffix(" const")
    if name.endswith(")"):
        name = name[: _opening(name)]
    depth = 0
    for index in range(len(name) - 1, -1, -1):
        depth += (name[index] in ">)}") - (name[index] in "<({")
        if name[index] == " " and depth == 0 and "operator" not in name:
            return name[index + 1 :]
    return name


def _opening(name: str) -> int:
    """Return where the bracket opens that `name` ends with."""
    depth = 0
    for index in range(len(name) - 1, -1, -1):
        depth += (name[index] == ")") - (name[index] == "(")
        if depth == 0:
            return index
    return len(name)
