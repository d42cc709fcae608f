"""Models of Nordic's peripherals."""
