"""One machine and one question: run it, measure a call, classify an input, compare engines."""
