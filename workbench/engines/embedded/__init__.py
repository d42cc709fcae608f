"""An engine with nothing but `pip install`: Unicorn, and what it lacks for a Cortex-M."""
