"""The kernel set's own inner loops against Arm's functions, on the emulated core."""
