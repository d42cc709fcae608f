"""Scripts of a .repl: the few lines of Python by which a description answers a block's accesses.

A description may come from elsewhere, so a script is not given to Python. `compiler` reads the
subset of the language that scripts of registers need, and runs it within bounds; what is beyond the
subset is refused, with its line, unless the user trusts the scripts (`trust`). Trusted ones are run
by Python in a process of their own (`process`), so that its end is an error. `check` holds a whole
description against the same rule before it is given to Renode.
"""
