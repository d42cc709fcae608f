"""Files that somebody has damaged: every command ends with a message, whatever is in them.

`python -m tests.system.hostile --count 5000 --seed 1` tries as many; pytest tries a handful.
"""
