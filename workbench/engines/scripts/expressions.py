"""The expressions of the subset: each is compiled to a function that takes a Frame."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.engines.scripts import values
from workbench.engines.scripts.errors import BeyondSubsetError, ScriptError
from workbench.engines.scripts.host import RANDOM_METHODS, SELF_METHODS, Host
from workbench.engines.scripts.request import FIELDS, QUESTIONS, ScriptRequest, canonical

MOST_STEPS = 1_000_000
"""For one access: one for each statement, repetition and call, and one for each item that is worked
on."""
_MOST_CALLS = 50  # functions in each other

MODULES = frozenset({"random"})


@dataclass
class Frame:
    """What a statement or an expression works on: one access, and in it one call of a function."""

    host: Host
    request: ScriptRequest
    variables: dict[str, Any]  # the script's own; they live on from access to access
    left: list[int]  # of the budget: one number that all frames of an access share
    local: dict[str, Any] | None = None  # of a function
    depth: int = 0
    result: Any = None

    def spend(self, steps: int = 1) -> None:
        """Count steps; raise ScriptError where one access takes too many."""
        self.left[0] -= steps
        if self.left[0] < 0:
            raise ScriptError(f"it takes more than {MOST_STEPS:,} steps for one access")

    def spend_on(self, value: Any) -> Any:
        """Pay for the items of `value`, and return it."""
        if type(value) is not int and type(value) is not bool:
            self.spend(values.weight(value))
        return value


Expression = Callable[[Frame], Any]


class Signal:
    """How a statement ended, where not by going on to the next one."""


@dataclass(frozen=True)
class Function:
    """A function of a script: a value that can be called, and nothing else.

    key: says which of the script's functions it is.
    """

    key: str
    parameters: tuple[str, ...]
    body: Callable[[Frame], Signal | None] = field(repr=False, compare=False)

    def __deepcopy__(self, _: Any) -> Function:
        return self


class Expressions:
    """Turns expressions into functions.

    known: the names that the script gives values to somewhere, functions included.
    """

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.defined: set[str] = set()  # functions, from their definition on
        self._expressions: Mapping[type, Callable[[Any], Expression]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.BinOp: self._binary,
            ast.UnaryOp: self._unary,
            ast.BoolOp: self._boolean,
            ast.Compare: self._compare,
            ast.IfExp: self._either,
            ast.List: self._list,
            ast.Tuple: self._tuple,
            ast.Set: self._set,
            ast.Dict: self._dict,
            ast.Call: self._call,
        }

    def value(self, node: ast.expr) -> Expression:
        """Compile an expression; raise BeyondSubsetError for one that is not in the subset."""
        make = self._expressions.get(type(node))
        if make is None:
            raise beyond(node)
        return make(node)

    def _constant(self, node: ast.Constant) -> Expression:
        value = node.value
        if not isinstance(value, bool | int | float | str | bytes | None):
            raise beyond(node, f"the constant {value!r}")
        values.bounded(value)
        return lambda frame: value

    def _name(self, node: ast.Name) -> Expression:
        name = node.id
        if name == "size":
            return lambda frame: frame.host.size
        if name in self.known:
            return self._variable(name)
        if name in ("request", "self", *MODULES, *values.BUILTINS):
            raise beyond(node, f"'{name}' as a value")
        raise beyond(node, f"the name '{name}'")

    def _variable(self, name: str) -> Expression:
        def read(frame: Frame) -> Any:
            if frame.local is not None and name in frame.local:
                return frame.local[name]
            if name in frame.variables:
                return frame.variables[name]
            raise ScriptError(f"NameError: '{name}' has no value yet")

        return read

    def _attribute(self, node: ast.Attribute) -> Expression:
        name = canonical(node.attr)
        if is_request(node.value) and (name in FIELDS or name in QUESTIONS):
            return lambda frame: getattr(frame.request, name)
        raise beyond(node, f"the attribute '{shown(node)}'")

    def _subscript(self, node: ast.Subscript) -> Expression:
        container, index = self.value(node.value), self._index(node.slice)

        def read(frame: Frame) -> Any:
            found, key = container(frame), index(frame)
            if not isinstance(found, str | bytes | range | list | tuple | dict):
                raise ScriptError(f"a {type(found).__name__} has no items")
            item = found[key]
            return frame.spend_on(item) if isinstance(key, slice) else item

        return read

    def _index(self, node: ast.expr) -> Expression:
        if not isinstance(node, ast.Slice):
            return self.value(node)
        parts = [self.value(p) if p else None for p in (node.lower, node.upper, node.step)]
        return lambda frame: slice(*(part(frame) if part else None for part in parts))

    def _binary(self, node: ast.BinOp) -> Expression:
        operate = self.operator(node.op, node)
        left, right = self.value(node.left), self.value(node.right)
        return lambda frame: operate(frame, left(frame), right(frame))

    def operator(self, node: ast.operator, at: ast.AST) -> Callable[[Frame, Any, Any], Any]:
        """Compile a binary operator, or one of an assignment such as +=."""
        name = type(node).__name__
        if name not in values.BINARY:
            raise beyond(at, f"the operator {name}")
        function = values.BINARY[name]

        def operate(frame: Frame, left: Any, right: Any) -> Any:
            values.bounded(left)
            values.bounded(right)
            return frame.spend_on(function(left, right))

        return operate

    def _unary(self, node: ast.UnaryOp) -> Expression:
        function, value = values.UNARY[type(node.op).__name__], self.value(node.operand)
        return lambda frame: function(value(frame))

    def _boolean(self, node: ast.BoolOp) -> Expression:
        parts = [self.value(part) for part in node.values]
        wanted = isinstance(node.op, ast.Or)

        def decide(frame: Frame) -> Any:
            found = None
            for part in parts:
                found = part(frame)
                if bool(found) is wanted:
                    break
            return found

        return decide

    def _compare(self, node: ast.Compare) -> Expression:
        first = self.value(node.left)
        pairs = [
            (values.COMPARE[type(op).__name__], self.value(other))
            for op, other in zip(node.ops, node.comparators, strict=True)
        ]

        def compare(frame: Frame) -> bool:
            left = frame.spend_on(first(frame))
            for function, other in pairs:
                right = frame.spend_on(other(frame))
                if not function(left, right):
                    return False
                left = right
            return True

        return compare

    def _either(self, node: ast.IfExp) -> Expression:
        test, then = self.value(node.test), self.value(node.body)
        otherwise = self.value(node.orelse)
        return lambda frame: then(frame) if test(frame) else otherwise(frame)

    def _list(self, node: ast.List) -> Expression:
        return self._made(list, node.elts)

    def _tuple(self, node: ast.Tuple) -> Expression:
        return self._made(tuple, node.elts)

    def _set(self, node: ast.Set) -> Expression:
        return self._made(set, node.elts)

    def _made(self, kind: Callable[[list[Any]], Any], nodes: Sequence[ast.expr]) -> Expression:
        items = [self.value(node) for node in nodes]
        return lambda frame: frame.spend_on(kind([item(frame) for item in items]))

    def _dict(self, node: ast.Dict) -> Expression:
        if None in node.keys:
            raise beyond(node, "a dictionary in a dictionary's display")
        keys = [self.value(key) for key in node.keys if key is not None]
        items = [self.value(value) for value in node.values]
        pairs = list(zip(keys, items, strict=True))
        return lambda frame: frame.spend_on({key(frame): item(frame) for key, item in pairs})

    # -- calls -----------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Expression:
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise beyond(node, f"arguments by name or by * for '{shown(node.func)}'")
        function = self._called(node.func, node)
        arguments = [self.value(argument) for argument in node.args]

        def call(frame: Frame) -> Any:
            found = [argument(frame) for argument in arguments]
            frame.spend()
            for value in found:
                if not isinstance(value, Function):
                    frame.spend_on(value)
            result = function(frame, found)
            return result if isinstance(result, Function) else frame.spend_on(result)

        return call

    def _called(self, node: ast.expr, at: ast.Call) -> Callable[[Frame, list[Any]], Any]:
        if isinstance(node, ast.Name):
            return self._called_by_name(node, at)
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            name = node.attr
            if owner == "self" and name in SELF_METHODS:
                return lambda frame, found: frame.host.call_self(name, found)
            if owner == "random" and owner not in self.known and name in RANDOM_METHODS:
                return lambda frame, found: frame.host.call_random(name, found)
            if owner not in ("self", "request", "random") and name in values.METHOD_NAMES:
                return self._method(node)
        raise beyond(at, f"a call of '{shown(node)}'")

    def _called_by_name(self, node: ast.Name, at: ast.Call) -> Callable[[Frame, list[Any]], Any]:
        name = node.id
        if name in self.defined:
            read = self._variable(name)
            return lambda frame, found: _call(read(frame), frame, found)
        if name == "hasattr":
            return self._has_attribute(at)
        if name in values.BUILTINS and name not in self.known:
            function = values.BUILTINS[name]
            return lambda frame, found: function(*found)
        raise beyond(at, f"a call of '{name}'")

    def _has_attribute(self, node: ast.Call) -> Callable[[Frame, list[Any]], Any]:
        """`hasattr(self, "EraseFlash")`, or of `request`: scripts for several Renodes ask."""
        owner = shown(node.args[0]) if len(node.args) == 2 else ""
        name = node.args[1] if owner in ("self", "request") else None
        if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
            raise beyond(node, f"a call of '{shown(node)}'")
        known = SELF_METHODS
        if owner == "request":
            known = frozenset(n for one in FIELDS | QUESTIONS for n in (one, _capital(one)))
        answer = name.value in known
        node.args = []
        return lambda frame, found: answer

    def _method(self, node: ast.Attribute) -> Callable[[Frame, list[Any]], Any]:
        value, name = self.value(node.value), node.attr
        return lambda frame, found: values.call_method(value(frame), name, found)


def _call(function: Any, frame: Frame, arguments: list[Any]) -> Any:
    if not isinstance(function, Function):
        raise ScriptError(f"a {type(function).__name__} cannot be called")
    if len(arguments) != len(function.parameters):
        raise ScriptError(f"{function.key} takes {len(function.parameters)} arguments")
    if frame.depth >= _MOST_CALLS:
        raise ScriptError(f"more than {_MOST_CALLS} functions call each other")
    local = dict(zip(function.parameters, arguments, strict=True))
    inner = Frame(frame.host, frame.request, frame.variables, frame.left, local, frame.depth + 1)
    function.body(inner)
    return inner.result


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def is_request(node: ast.expr) -> bool:
    """Return whether it is the name `request`, which Renode gives a script."""
    return isinstance(node, ast.Name) and node.id == "request"


def shown(node: ast.AST) -> str:
    """Return the source text of a node, shortened for a message."""
    text = ast.unparse(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


_WORDS = {
    "AsyncFunctionDef": "an async function",
    "ClassDef": "a class",
    "DictComp": "a comprehension",
    "GeneratorExp": "a comprehension",
    "ImportFrom": "an import",
    "JoinedStr": "an f-string",
    "Lambda": "a lambda",
    "ListComp": "a comprehension",
    "SetComp": "a comprehension",
    "Try": "a try",
    "With": "a with",
}


def beyond(node: ast.AST, what: str = "") -> BeyondSubsetError:
    """Return the error for a node that is not in the subset; `what` names it, else its kind."""
    kind = type(node).__name__
    return BeyondSubsetError(what or _WORDS.get(kind, f"a {kind}"), getattr(node, "lineno", 1))
