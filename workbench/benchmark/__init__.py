"""Many runs: the matrix of boards and kernel sets, the demo, saved benches side by side."""
