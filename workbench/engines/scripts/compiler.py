"""The subset of Python that scripts of registers need, and what runs it.

A script is compiled to functions of ours, one for each node of Python's syntax tree, never to code
of Python's: what has no such function here is refused, when the script is read, with its line.
There are numbers, texts, lists, tuples, sets and dictionaries (`values`); assignments; if, while,
for; functions; `request`, `self` and `size`; and `random`, which gives the same numbers in every
run. A run of a script has a budget, MOST_STEPS.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.engines.scripts import values
from workbench.engines.scripts.errors import BeyondSubsetError, ScriptError
from workbench.engines.scripts.expressions import (
    MODULES,
    MOST_STEPS,
    Expressions,
    Frame,
    Function,
    Signal,
    beyond,
    is_request,
    shown,
)
from workbench.engines.scripts.host import Host
from workbench.engines.scripts.request import FIELDS, ScriptRequest, canonical

_MOST_CHARACTERS = 1 << 18
_MOST_NESTED = 60  # nodes of the tree in each other

_GIVEN = frozenset({"request", "self", "size"})

BREAK, CONTINUE, RETURN = Signal(), Signal(), Signal()

Statement = Callable[[Frame], Signal | None]


@dataclass(frozen=True)
class Script:
    """A script that is within the subset."""

    body: Statement
    functions: dict[str, Function]

    def run(self, host: Host, request: ScriptRequest, variables: dict[str, Any]) -> None:
        """Answer `request`; raise ScriptError, with the line, where the script fails."""
        self.body(Frame(host, request, variables, [MOST_STEPS]))


def compile_script(text: str) -> Script:
    """Return the script; raise ScriptError where it is not Python, or BeyondSubsetError."""
    if len(text) > _MOST_CHARACTERS:
        raise BeyondSubsetError(f"more than {_MOST_CHARACTERS:,} characters", 1)
    try:
        tree = ast.parse(text.strip("\r\n"))
        _require_shallow(tree)
    except SyntaxError as error:
        raise ScriptError(f"it is not Python: {error.msg}", error.lineno or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(f"it is not Python: {error}", 1) from None
    compiler = _Compiler(_names_set_in(tree) | _functions_of(tree))
    body = compiler.block(tree.body)
    return Script(body, compiler.functions)


def _require_shallow(tree: ast.AST) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(_MOST_NESTED):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    line = getattr(level[0], "lineno", 1)
    raise BeyondSubsetError(f"nesting of more than {_MOST_NESTED} levels", line)


def _names_set_in(tree: ast.Module) -> frozenset[str]:
    """Return the names that the script itself gives values to."""
    found = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return frozenset(found)


def _functions_of(tree: ast.Module) -> frozenset[str]:
    """Return the names of the functions; raise BeyondSubsetError where one has other values, too.

    What is called is then a function of the script's, in Renode as here: never something of
    Python's or Renode's that only has the name of one, or was put under it.
    """
    variables = _names_set_in(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in functions:
        if node.name in variables:
            raise beyond(node, f"another value for the function '{node.name}'")
    return frozenset(node.name for node in functions)


class _Compiler(Expressions):
    """Turns a script into functions."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__(known)
        self.functions: dict[str, Function] = {}
        self._globals: frozenset[str] | None = None  # in a function: what it declares global
        self._in_loop = False
        self._depth = 0  # blocks in each other
        self._statements: Mapping[type, Callable[[Any], Statement]] = {
            ast.Pass: self._pass,
            ast.Expr: self._expr,
            ast.Assign: self._assign,
            ast.AugAssign: self._augmented,
            ast.If: self._if,
            ast.While: self._while,
            ast.For: self._for,
            ast.Break: self._break,
            ast.Continue: self._continue,
            ast.Global: self._global,
            ast.Import: self._import,
            ast.FunctionDef: self._function,
            ast.Return: self._return,
        }

    def block(self, nodes: Sequence[ast.stmt]) -> Statement:
        self._depth += 1
        statements = [(self._statement(node), node.lineno) for node in nodes]
        self._depth -= 1

        def run(frame: Frame) -> Signal | None:
            for statement, line in statements:
                frame.spend()
                try:
                    signal = statement(frame)
                except ScriptError as error:
                    error.line = error.line or line
                    raise
                except Exception as error:
                    raise ScriptError(f"{type(error).__name__}: {error}", line) from None
                if signal is not None:
                    return signal
            return None

        return run

    def _statement(self, node: ast.stmt) -> Statement:
        make = self._statements.get(type(node))
        if make is None:
            raise beyond(node)
        return make(node)

    def _pass(self, node: ast.Pass) -> Statement:
        return lambda frame: None

    def _expr(self, node: ast.Expr) -> Statement:
        value = self.value(node.value)

        def run(frame: Frame) -> None:
            value(frame)

        return run

    def _assign(self, node: ast.Assign) -> Statement:
        value = self.value(node.value)
        targets = [self._target(target) for target in node.targets]

        def run(frame: Frame) -> None:
            found = value(frame)
            for assign in targets:
                assign(frame, found)

        return run

    def _augmented(self, node: ast.AugAssign) -> Statement:
        operate = self.operator(node.op, node)
        load = ast.copy_location(_loading(node.target), node.target)
        old, new, assign = self.value(load), self.value(node.value), self._target(node.target)

        def run(frame: Frame) -> None:
            assign(frame, operate(frame, old(frame), new(frame)))

        return run

    def _if(self, node: ast.If) -> Statement:
        test = self.value(node.test)
        then, otherwise = self.block(node.body), self.block(node.orelse)
        return lambda frame: then(frame) if test(frame) else otherwise(frame)

    def _while(self, node: ast.While) -> Statement:
        test, body, otherwise = self.value(node.test), self._loop(node), self.block(node.orelse)

        def run(frame: Frame) -> Signal | None:
            while test(frame):
                frame.spend()
                signal = body(frame)
                if signal is BREAK:
                    return None
                if signal is RETURN:
                    return signal
            return otherwise(frame)

        return run

    def _for(self, node: ast.For) -> Statement:
        items, assign = self.value(node.iter), self._target(node.target)
        body, otherwise = self._loop(node), self.block(node.orelse)

        def run(frame: Frame) -> Signal | None:
            found = items(frame)
            for item in found if type(found) is range else values.items_of(found):
                frame.spend()
                assign(frame, item)
                signal = body(frame)
                if signal is BREAK:
                    return None
                if signal is RETURN:
                    return signal
            return otherwise(frame)

        return run

    def _loop(self, node: ast.For | ast.While) -> Statement:
        outer, self._in_loop = self._in_loop, True
        body = self.block(node.body)
        self._in_loop = outer
        return body

    def _break(self, node: ast.Break) -> Statement:
        return self._jump(node, BREAK)

    def _continue(self, node: ast.Continue) -> Statement:
        return self._jump(node, CONTINUE)

    def _jump(self, node: ast.stmt, signal: Signal) -> Statement:
        if not self._in_loop:
            raise ScriptError("it is not Python: a jump outside of a loop", node.lineno)
        return lambda frame: signal

    def _global(self, node: ast.Global) -> Statement:
        return lambda frame: None  # the names were taken where the function begins

    def _import(self, node: ast.Import) -> Statement:
        for alias in node.names:
            if alias.name not in MODULES or alias.asname:
                raise beyond(node, f"import of '{alias.name}'")
        return lambda frame: None

    def _function(self, node: ast.FunctionDef) -> Statement:
        arguments = node.args
        plain = not (
            arguments.posonlyargs or arguments.kwonlyargs or arguments.vararg or arguments.kwarg
        )
        if not plain or arguments.defaults or node.decorator_list:
            raise beyond(node, "a function with defaults or decorators")
        if self._depth > 1:
            raise beyond(node, "a function in a block: it may be called where it is not defined")
        _require_free(node.name, node)
        parameters = tuple(argument.arg for argument in arguments.args)
        for argument in arguments.args:
            _require_free(argument.arg, argument)
        self.defined.add(node.name)
        declared = [n for n in ast.walk(node) if isinstance(n, ast.Global)]
        self._globals = frozenset(name for one in declared for name in one.names)
        outer, self._in_loop = self._in_loop, False
        function = Function(f"{node.name}:{node.lineno}", parameters, self.block(node.body))
        self._globals, self._in_loop = None, outer
        self.functions[function.key] = function

        def run(frame: Frame) -> None:
            frame.variables[node.name] = function

        return run

    def _return(self, node: ast.Return) -> Statement:
        if self._globals is None:
            raise ScriptError("it is not Python: a return outside of a function", node.lineno)
        value = self.value(node.value) if node.value else lambda frame: None

        def run(frame: Frame) -> Signal:
            frame.result = value(frame)
            return RETURN

        return run

    # -- what is assigned to ---------------------------------------------------------------------

    def _target(self, node: ast.expr) -> Callable[[Frame, Any], None]:
        if isinstance(node, ast.Name):
            return self._variable_target(node)
        if isinstance(node, ast.Attribute) and is_request(node.value):
            name = canonical(node.attr)
            if name in FIELDS:
                return lambda frame, value: setattr(frame.request, name, frame.spend_on(value))
        elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            return self._item_target(node)
        elif isinstance(node, ast.Tuple | ast.List):
            return self._unpacking(node)
        raise beyond(node, f"an assignment to '{shown(node)}'")

    def _variable_target(self, node: ast.Name) -> Callable[[Frame, Any], None]:
        name = node.id
        _require_free(name, node)
        is_local = self._globals is not None and name not in self._globals

        def assign(frame: Frame, value: Any) -> None:
            if not isinstance(value, Function):
                frame.spend_on(value)
            where = frame.local if is_local else frame.variables
            assert where is not None
            where[name] = value

        return assign

    def _item_target(self, node: ast.Subscript) -> Callable[[Frame, Any], None]:
        container, index = self.value(node.value), self.value(node.slice)

        def assign(frame: Frame, value: Any) -> None:
            frame.spend(values.store(container(frame), index(frame), value))

        return assign

    def _unpacking(self, node: ast.Tuple | ast.List) -> Callable[[Frame, Any], None]:
        targets = [self._target(target) for target in node.elts]

        def assign(frame: Frame, value: Any) -> None:
            items = values.items_of(value)
            if len(items) != len(targets):
                raise ScriptError(f"{len(items)} values for {len(targets)} names")
            for target, item in zip(targets, items, strict=True):
                target(frame, item)

        return assign


def _require_free(name: str, node: ast.AST) -> None:
    if name in _GIVEN or name in MODULES or name.startswith("__"):
        raise beyond(node, f"another value for '{name}'")


def _loading(node: ast.expr) -> ast.expr:
    """Return the target of `+=` as what is read."""
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, node.attr, ast.Load())
    assert isinstance(node, ast.Subscript)
    return ast.Subscript(node.value, node.slice, ast.Load())
