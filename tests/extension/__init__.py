"""A package that adds a peripheral, a UART and a board to the workbench, and its tests."""
