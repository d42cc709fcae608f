"""What was executed: tracers, what they record, and the cycles of it."""
