"""What scripts may do, and that it is the same as in Python; what they may not, and where."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.engines.scripts.compiler import compile_script
from workbench.engines.scripts.errors import BeyondSubsetError, ScriptError
from workbench.engines.scripts.host import Host
from workbench.engines.scripts.request import ScriptRequest


def run(text, kind="READ", offset=0x10, value=0, variables=None):
    """Run a script once; return the request, and what it said and erased."""
    said: list[str] = []
    erased: list[tuple[int, int]] = []
    host = Host(0x100, said.append, lambda address, size: erased.append((address, size)))
    request = ScriptRequest(kind, offset, 4, value)
    compile_script(text).run(host, request, {} if variables is None else variables)
    return request, said, erased


def value_of(expression, setup=""):
    return run(f"{setup}\nrequest.Value = {expression}")[0].value


EXPRESSIONS = [
    "1 + 2 * 3 - 4 // 3 + 17 % 5",
    "(0x12345678 >> 4) & 0xFF | 0x100 ^ 0x1",
    "1 << 40",
    "2 ** 32 - 1",
    "~5 & 0xFFFFFFFF",
    "-7 // 2",
    "7 if 3 < 5 <= 5 else 8",
    "1 and 0 or 9",
    "not 0",
    "5 in [1, 5]",
    "5 not in (1, 5)",
    "None is None",
    "len('abc') + len([1, 2]) + len({1: 2})",
    "int('0x1F', 16) + int('12') + int(3.9)",
    "max(3, 9, 2) + min([4, 1]) + sum(range(5)) + abs(-4)",
    "hex(255)",
    "'%08x %s' % (48879, 'b')",
    "'{0:X}-{1}'.format(255, 'a')",
    "{0x10: 5}.get(0x10, 0) + {1: 2}[1]",
    "[1, 2, 3, 4][1:3] + [9] * 3",
    "'abcdef'[2:4].upper()",
    "list(range(3)) + sorted([3, 1, 2])",
    "str(12) + bin(5)",
    "(5).bit_length()",
    "divmod(17, 5)",
    "[True, False, any([0, 1]), all([])]",
    "0.5 + 1.5",
    "list({1: 2}.items())",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_have_the_value_that_python_gives(expression):
    assert value_of(expression) == eval(expression)


def test_whole_numbers_are_divided_as_in_renodes_python():
    assert value_of("7 / 2") == 3
    assert value_of("7.0 / 2") == 3.5


PROGRAM = """
def crc(word):
    global calls
    calls += 1
    for _ in range(32):
        if word & 0x80000000:
            word = ((word << 1) ^ 0x04C11DB7) & 0xFFFFFFFF
        else:
            word = (word << 1) & 0xFFFFFFFF
    return word

calls = 0
found = []
a, (b, c) = 1, [2, 3]
while True:
    a += 1
    if a % 2:
        continue
    found.append(crc(a))
    if len(found) == 4:
        break
else:
    found = None
for key, item in {"x": 1, "y": 2}.items():
    found.append((key, item))
found[0] += b
table = {}
table[c] = found
result = [calls, a, table]
"""


def test_a_program_does_what_it_does_in_python():
    expected: dict[str, Any] = {}
    exec(PROGRAM, expected)
    variables: dict[str, Any] = {}
    run(PROGRAM, variables=variables)
    assert variables["result"] == expected["result"]


def test_the_request_can_be_asked_in_both_spellings():
    text = "request.Value = [request.isRead, request.IsWrite, request.Offset, request.length, size]"
    assert run(text)[0].value == [True, False, 0x10, 4, 0x100]
    assert value_of("hasattr(request, 'Value') and not hasattr(request, 'Nothing')") is True
    assert value_of("hasattr(self, 'EraseFlash')") is True


def test_self_logs_and_erases():
    text = "self.NoisyLog('a')\nself.WarningLog('{0} at {1}', 1, 'x')\nself.EraseFlash(0x1000, 64)"
    assert run(text)[1:] == (["1 at x"], [(0x1000, 64)])


def test_random_numbers_are_the_same_in_every_run():
    text = "import random; request.Value = [random.random(), random.randint(1, 6), "
    text += "random.getrandbits(8), random.randrange(10)]"
    first = run(text)[0].value
    assert first == run(text)[0].value
    assert 0 <= first[0] < 1 and 1 <= first[1] <= 6 and first[2] < 256 and first[3] < 10


BEYOND = [
    ("import os", "import of 'os'"),
    ("import os; os._exit(0)", "import of 'os'"),
    ("from os import path", "an import"),
    ("import random as r", "import of 'random'"),
    ("raise SystemExit(0)", "a Raise"),
    ("exit()", "a call of 'exit'"),
    ("open('/etc/passwd')", "a call of 'open'"),
    ("eval('1')", "a call of 'eval'"),
    ("__import__('os')", "a call of '__import__'"),
    ("getattr(request, 'x')", "a call of 'getattr'"),
    ("x = ().__class__", "the attribute '().__class__'"),
    ("x = request.__class__", "the attribute 'request.__class__'"),
    ("x = self._host", "the attribute 'self._host'"),
    ("x = self", "'self' as a value"),
    ("x = request", "'request' as a value"),
    ("x = [1].__len__()", "a call of '[1].__len__'"),
    ("x = 'a'.join(['b'])", "a call of ''a'.join'"),
    ("x = emulationManager.Instance", "the attribute 'emulationManager.Instance'"),
    ("self.GetMachine()", "a call of 'self.GetMachine'"),
    ("x = [i for i in range(3)]", "a comprehension"),
    ("x = lambda: 1", "a lambda"),
    ("class A: pass", "a class"),
    ("try:\n    x = 1\nexcept:\n    pass", "a try"),
    ("with x: pass", "a with"),
    ("x = f'{1}'", "an f-string"),
    ("x = print", "'print' as a value"),
    ("x = int", "'int' as a value"),
    ("__builtins__ = 1", "another value for '__builtins__'"),
    ("request = 1", "another value for 'request'"),
    ("self.x = 1", "an assignment to 'self.x'"),
    ("request.__class__ = 1", "an assignment to 'request.__class__'"),
    ("def f(a=1): pass", "a function with defaults"),
    ("def f():\n    def g(): pass", "a function in a block"),
    ("if 0:\n    def open(): pass\nopen('x')", "a function in a block"),
    ("open('x')\ndef open(name): pass", "a call of 'open'"),
    ("if 0: open = 1\nopen('x')", "a call of 'open'"),
    ("if 0: int = 1\nint('x')", "a call of 'int'"),
    ("def f(): pass\nif 0: open = 1\nf = open\nf('x')", "another value for the function 'f'"),
    ("def g(f): f('x')\ndef f(a): pass\nif 0: open = 1\ng(open)", "another value for the fun"),
    ("x = 5\nx()", "a call of 'x'"),
    ("x = 1 @ 2", "the operator MatMult"),
    ("x = 3j", "the constant 3j"),
    ("print('a', end='')", "arguments by name"),
    ("x = int(*[1])", "arguments by name or by *"),
    ("del x", "a Delete"),
    ("x = " + "(" * 70 + "1" + "+1)" * 70, "nesting of more than"),
    ("async def f(): pass", "an async function"),
    ("assert 1", "a Assert"),
    ("(x := 1)", "a NamedExpr"),
]


@pytest.mark.parametrize(("text", "says"), BEYOND)
def test_what_is_beyond_the_subset_is_named_with_its_line(text, says):
    with pytest.raises(BeyondSubsetError) as error:
        compile_script("size\n\n" + text)
    assert says in error.value.message
    assert error.value.line >= 3


FAILS = [
    ("x = 1 << 100000", "bits"),
    ("x = 7 ** 100000", "bits"),
    ("x = 7 ** -1", "negative exponent"),
    ("x = 1\nwhile 1: x = x * x + x", "bits"),
    ("x = [0] * 1000000", "items"),
    ("x = 'a' * 1000000", "items"),
    ("x = [0]\nwhile 1: x = x + x", "items"),
    ("x = 'a'\nwhile 1: x += x", "items"),
    ("x = []\nwhile 1: x = [x, x]", "items|deep"),
    ("x = []\nx.append(x)", "items|deep"),
    ("x = {}\nx[1] = x", "items|deep"),
    ("x = '%1000000000d' % 1", "format"),
    ("x = '%*d' % (100000000, 1)", "format"),
    ("x = '{0:1000000000}'.format(1)", "format"),
    ("x = '{0.__class__}'.format(1)", "format"),
    ("x = '{0[0]}'.format('a')", "format"),
    ("x = '{0!r}'.format('a')", "format"),
    ("x = list(range(10 ** 12))", "items"),
    ("x = sum(range(10 ** 12))", "items"),
    ("while True: pass", "steps"),
    ("for i in range(10 ** 12): pass", "steps"),
    ("x = list(range(30000))\nwhile True: x == x", "steps"),
    ("x = list(range(30000))\nwhile True: 1 in x", "steps"),
    ("def f(): return f()\nf()", "call each other"),
    ("x = 1 // 0", "ZeroDivisionError"),
    ("x = {}[1]", "KeyError"),
    ("x = 1 + 'a'", "TypeError"),
    ("x = 1()", "a call of"),
    ("a, b = 1, 2, 3", "3 values for 2 names"),
    ("x = (1, 2)\nx[0] = 3", "cannot be set"),
    ("self.EraseFlash(0, 1 << 30)", "EraseFlash"),
    ("x = str([1])", "as a text"),
    ("x = 'a'.format", "attribute"),
    ("if", "not Python"),
    ("return 1", "not Python"),
    ("break", "not Python"),
    ("x = '\\0'\n\0", "not Python"),
]


@pytest.mark.parametrize(("text", "says"), FAILS)
def test_what_fails_or_never_ends_is_an_error_of_the_script(text, says):
    with pytest.raises(ScriptError, match=says):
        run(text)


def test_an_error_has_the_line_where_it_happened():
    with pytest.raises(ScriptError) as error:
        run("a = 1\nif a:\n    b = 2\n    c = b // 0\n")
    assert error.value.line == 4


@pytest.mark.parametrize("text", ["x = " + "-" * 5000 + "1", "x = " + "[" * 3000, "#" * 300_000])
def test_no_text_is_too_deep_or_long_for_the_reader(text):
    with pytest.raises(ScriptError):
        compile_script(text)


def test_a_store_of_a_number_does_not_cost_the_whole_container():
    """Registers are kept in a dictionary: a block of thousands takes as many steps a store."""
    text = "x = {}\nfor i in range(8000): x[i] = i\nfor i in range(8000): x[i] = x.get(i, 0) + 1"
    variables: dict[str, Any] = {}
    run(text, variables=variables)
    assert variables["x"] == {i: i + 1 for i in range(8000)}


def test_numbers_that_are_stored_one_by_one_are_bounded():
    text = (
        "if request.isInit:\n    x = {}\n    n = 0\nfor i in range(1000):\n    x[n] = 1\n    n += 1"
    )
    variables: dict[str, Any] = {}
    run(text, kind="INIT", variables=variables)
    with pytest.raises(ScriptError, match="items"):
        for _ in range(40):
            run(text, variables=variables)
    assert len(variables["x"]) <= 1 << 15
