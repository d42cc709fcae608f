"""What a script computes with: numbers, texts and containers of them, all bounded.

A script is given no other object, so none of these operations can reach one. Each is bounded in
time and memory: numbers have at most MOST_BITS bits, and a container or text holds at most
MOST_ITEMS items, those in its items included (twice as many where they are numbers that were stored
one by one).
"""

from __future__ import annotations

import operator
import re
import string
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from workbench.engines.scripts.errors import ScriptError
from workbench.engines.state import MOST_BITS

MOST_ITEMS = 1 << 16
_DEEPEST = 8

_SCALARS = (bool, int, float, str, bytes, type(None))
_CONTAINERS = (list, tuple, dict, set, frozenset)
_SEQUENCES = (str, bytes, list, tuple)

METHODS: Mapping[type, frozenset[str]] = {
    list: frozenset(
        {
            "append",
            "clear",
            "copy",
            "count",
            "extend",
            "index",
            "insert",
            "pop",
            "remove",
            "reverse",
        }
    ),
    dict: frozenset({"clear", "copy", "get", "items", "keys", "pop", "setdefault", "values"}),
    set: frozenset({"add", "clear", "copy", "discard", "remove"}),
    str: frozenset({"format", "lower", "upper", "startswith", "endswith"}),
    int: frozenset({"bit_length"}),
}
"""The methods that a script may call, by the exact type of the value."""

_GROWING = frozenset({"add", "append", "extend", "insert", "setdefault"})

METHOD_NAMES = frozenset().union(*METHODS.values())

# A field of str.format that names nothing but a number, and a format of three digits at most.
_FIELD = re.compile(r"\d*\Z")
_FORMAT = re.compile(r"[-+ 0#<>^=]*\d{0,3}[,_]?(\.\d{1,3})?[a-zA-Z%]?\Z")
_PERCENT = re.compile(r"%[-+ 0#]*\d{0,3}(\.\d{1,3})?[a-zA-Z%]")


def bounded(value: Any) -> Any:
    """Return `value`; raise ScriptError where it is not a value of a script, or is too large."""
    weight(value)
    return value


def weight(value: Any) -> int:
    """Return how many items `value` is made of: what it costs to go through it."""
    return MOST_ITEMS - _count(value, MOST_ITEMS, 0)


def _count(value: Any, left: int, depth: int) -> int:
    """Return how many of `left` items are left behind those of `value`."""
    if isinstance(value, int):
        if value.bit_length() > MOST_BITS:
            raise ScriptError(f"a number of more than {MOST_BITS} bits")
        return left - 1
    if isinstance(value, str | bytes):
        left -= 1 + len(value)
    elif isinstance(value, (*_SCALARS, range)):
        left -= 1
    elif type(value) in _CONTAINERS:
        left -= 1 + len(value)
        if depth == _DEEPEST:
            raise ScriptError(f"lists in lists, more than {_DEEPEST} deep")
        for item in value if left >= 0 else ():
            left = _count(item, left, depth + 1)
            if isinstance(value, dict):
                left = _count(value[item], left, depth + 1)
    else:
        raise ScriptError(f"a {type(value).__name__} is not a value here")
    if left < 0:
        raise ScriptError(f"more than {MOST_ITEMS:,} items in a list, text or dictionary")
    return left


def items_of(value: Any) -> list[Any]:
    """Return the items of what a `for` goes through."""
    if not isinstance(value, range | str | bytes) and type(value) not in _CONTAINERS:
        raise ScriptError(f"a {type(value).__name__} has no items")
    items = list(islice(value, MOST_ITEMS + 1))
    if len(items) > MOST_ITEMS:
        raise ScriptError(f"more than {MOST_ITEMS:,} items")
    return items


def multiply(left: Any, right: Any) -> Any:
    """Multiply numbers, or repeat a sequence, within the bounds of a script."""
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, _SEQUENCES) and isinstance(times, int):
            if len(sequence) * max(times, 0) > MOST_ITEMS:
                raise ScriptError(f"more than {MOST_ITEMS:,} items")
            return bounded(sequence * times)
    return bounded(left * right)


def shift_left(left: Any, right: Any) -> Any:
    """Shift to the left within the bounds of a script."""
    if isinstance(right, int) and right > MOST_BITS and left:
        raise ScriptError(f"a number of more than {MOST_BITS} bits")
    return bounded(left << right)


def power(left: Any, right: Any) -> Any:
    """Raise to a power within the bounds of a script."""
    if isinstance(left, int) and isinstance(right, int):
        if right < 0:
            raise ScriptError("a power with a negative exponent")
        if left.bit_length() * right > 2 * MOST_BITS and abs(left) > 1:
            raise ScriptError(f"a number of more than {MOST_BITS} bits")
    result = left**right
    if isinstance(result, complex):
        raise ScriptError("a root of a negative number")
    return bounded(result)


def divide(left: Any, right: Any) -> Any:
    """Divide as Renode's Python 2 does: the quotient of two whole numbers is a whole number."""
    whole = isinstance(left, int) and isinstance(right, int)
    return bounded(left // right if whole else left / right)


def remainder(left: Any, right: Any) -> Any:
    """Return the remainder, or a text put together by `%`."""
    if not isinstance(left, str):
        return bounded(left % right)
    if _PERCENT.sub("", left).count("%"):
        raise ScriptError(f"the format {left!r}")
    for value in right if isinstance(right, tuple) else (right,):
        _require_scalar(value)
    return bounded(left % right)


def format_text(text: str, *values: Any) -> str:
    """Return `text.format(*values)`, without the fields of values and without long fillings."""
    for value in values:
        _require_scalar(value)
    for _, field, wanted, conversion in string.Formatter().parse(text):
        odd = conversion or not _FIELD.match(field or "") or not _FORMAT.match(wanted or "")
        if odd:
            raise ScriptError(f"the format {text!r}")
    return str(bounded(text.format(*values)))


def call_method(value: Any, name: str, arguments: list[Any]) -> Any:
    """Call a method of a value, of those in METHODS."""
    if name not in METHODS.get(type(value), ()):
        raise ScriptError(f"a {type(value).__name__} has no {name} here")
    if isinstance(value, str) and name == "format":
        return format_text(value, *arguments)
    if name in ("keys", "values", "items"):
        return list(getattr(value, name)(*arguments))
    result = getattr(value, name)(*arguments)
    if name in _GROWING:
        bounded(value)
    return bounded(result)


def store(container: Any, index: Any, item: Any) -> int:
    """Put `item` into a list or dictionary; return how many items had to be gone through for it.

    Where number after number is stored the container is gone through at each doubling only, so that
    a block of thousands of registers does not pay for all of them at each store.
    """
    if type(container) not in (list, dict):
        raise ScriptError(f"items of a {type(container).__name__} cannot be set")
    before = len(container)
    container[index] = item
    now = len(container)
    are_numbers = isinstance(index, int) and isinstance(item, int)
    if are_numbers and (now == before or now & (now - 1)):
        return weight(item)
    return weight(container)


def to_text(value: Any) -> str:
    """Return a number or a text as text."""
    _require_scalar(value)
    return str(value)


def to_int(value: Any = 0, base: int | None = None) -> int:
    """Return a number, or a text that holds one in this base, as an integer."""
    if not isinstance(value, bool | int | float | str):
        raise ScriptError(f"a {type(value).__name__} is not a number")
    number = int(value) if base is None else int(str(value), base)
    return int(bounded(number))


def _hexadecimal(value: int) -> str:
    return hex(to_int(value))


def _binary(value: int) -> str:
    return bin(to_int(value))


def _range(*arguments: int) -> range:
    return range(*(to_int(one) for one in arguments))


def _length(value: Any) -> int:
    return len(items_of(value))


def _of_items(function: Callable[[Iterable[Any]], Any]) -> Callable[..., Any]:
    def call(*values: Any) -> Any:
        found = items_of(values[0]) if len(values) == 1 else list(values)
        return bounded(function(found))

    return call


def _make(kind: Callable[[Iterable[Any]], Any]) -> Callable[..., Any]:
    def call(value: Any = ()) -> Any:
        return bounded(kind(items_of(value)))

    return call


def _make_dict(value: Any = None) -> dict[Any, Any]:
    pairs = [] if value is None else items_of(value.items() if type(value) is dict else value)
    return dict(bounded(pairs))


def _require_scalar(value: Any) -> None:
    if not isinstance(value, _SCALARS):
        raise ScriptError(f"a {type(value).__name__} as a text")


def _silent(*_: Any) -> None:
    """`print`: what a script says is for its author."""


BUILTINS: Mapping[str, Callable[..., Any]] = {
    "abs": lambda value: bounded(abs(value)),
    "all": _of_items(all),
    "any": _of_items(any),
    "bin": _binary,
    "bool": bool,
    "chr": chr,
    "dict": _make_dict,
    "divmod": lambda left, right: bounded(divmod(left, right)),
    "float": lambda value=0.0: float(value),
    "hex": _hexadecimal,
    "int": to_int,
    "len": _length,
    "list": _make(list),
    "long": to_int,
    "max": _of_items(max),
    "min": _of_items(min),
    "ord": ord,
    "print": _silent,
    "range": _range,
    "round": lambda value, digits=0: round(value, digits) if digits else round(value),
    "set": _make(set),
    "sorted": _of_items(sorted),
    "str": to_text,
    "sum": _of_items(sum),
    "tuple": _make(tuple),
    "xrange": _range,
}
"""The functions that a script may call, by their names in Python 2 and 3."""

BINARY: Mapping[str, Callable[[Any, Any], Any]] = {
    "Add": lambda left, right: bounded(left + right),
    "Sub": lambda left, right: bounded(left - right),
    "Mult": multiply,
    "Div": divide,
    "FloorDiv": lambda left, right: bounded(left // right),
    "Mod": remainder,
    "Pow": power,
    "LShift": shift_left,
    "RShift": lambda left, right: bounded(left >> right),
    "BitAnd": lambda left, right: bounded(left & right),
    "BitOr": lambda left, right: bounded(left | right),
    "BitXor": lambda left, right: bounded(left ^ right),
}
"""By the names that Python's `ast` gives to the operators."""

UNARY: Mapping[str, Callable[[Any], Any]] = {
    "Invert": lambda value: ~value,
    "USub": lambda value: -value,
    "UAdd": lambda value: +value,
    "Not": operator.not_,
}

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "Is": operator.is_,
    "IsNot": operator.is_not,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
}
