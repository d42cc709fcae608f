"""Delegates that are made of .NET expressions, so that what they do never enters Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.engines.renode.worker.dotnet import (
    Array,
    Expression,
    Int32,
    ParameterExpression,
    Type,
    type_of,
)


def delegate(kind: Any, body: Callable[..., Any]) -> Any:
    """Return a delegate of the System.Type `kind`; `body` makes of its parameters what it does."""
    described = kind.GetMethod("Invoke").GetParameters()
    parameters = [Expression.Parameter(each.ParameterType, each.Name) for each in described]
    named = Array[ParameterExpression](parameters)
    return Expression.Lambda(kind, body(*parameters), named).Compile()


def constant(value: Any) -> Any:
    """Return an expression that has this value."""
    return Expression.Constant(value)


def read(target: Any, name: str) -> Any:
    """Return the property `name` of an object, as it is when the delegate runs."""
    return Expression.Property(target if isinstance(target, Expression) else constant(target), name)


def element(array: Any, index: Any) -> Any:
    """Return one place of an array, to be read or assigned; `index` is a number or an Int32."""
    place = constant(Int32(index)) if isinstance(index, int) else index
    return Expression.ArrayAccess(constant(array), Array[Expression]([place]))


def assign(place: Any, value: Any) -> Any:
    """Return an expression that puts `value` into `place`."""
    return Expression.Assign(place, value)


def block(*expressions: Any) -> Any:
    """Return what runs the expressions one after the other."""
    return Expression.Block(Array[Expression](list(expressions)))


def when(condition: Any, *expressions: Any) -> Any:
    """Return a block of `expressions` that is executed where `condition` holds."""
    return Expression.IfThen(condition, block(*expressions))


def either(condition: Any, then: Any, otherwise: Any) -> Any:
    """Return `then` where `condition` holds, else `otherwise`."""
    return Expression.IfThenElse(condition, then, otherwise)


def loop(condition: Any, body: Any) -> Any:
    """Return what runs `body` again and again while the condition holds."""
    end = Expression.Label()
    return Expression.Loop(either(condition, body, Expression.Break(end)), end)


def call(target: Any, name: str, *arguments: Any) -> Any:
    """Call the method `name` of an object that takes arguments of just these types."""
    kinds = Array[Type]([each.Type for each in arguments])
    method = target.GetType().GetMethod(name, kinds)
    return Expression.Call(constant(target), method, Array[Expression](list(arguments)))


def convert(value: Any, kind: Any) -> Any:
    """Return `value` converted to the .NET type `kind`."""
    return Expression.Convert(value, type_of(kind))
