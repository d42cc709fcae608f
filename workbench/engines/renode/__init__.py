"""Renode as an engine: finding it, the worker process that holds it, and the adapter to it.

This file imports nothing, because the worker process passes through it.
"""
