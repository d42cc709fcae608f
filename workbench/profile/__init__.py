"""Where the cycles of a program go: by function, source line, operator and call path."""
