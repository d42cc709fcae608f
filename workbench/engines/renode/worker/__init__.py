"""The process that holds Renode: `python -m workbench.engines.renode.worker`.

One emulation a process, because Renode is made of singletons; and a process of its
own, because Renode can hang or abort and must then be killable without the caller noticing more
than an error. Nothing in this package is imported by the caller's side, and nothing in it imports
numpy or Unicorn: it starts as fast as Renode does.
"""
