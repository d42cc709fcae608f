"""Boards of Acme for the TinyML workbench."""
