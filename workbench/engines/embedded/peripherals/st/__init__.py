"""Models of ST's peripherals."""
