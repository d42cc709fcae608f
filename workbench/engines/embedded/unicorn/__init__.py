"""The core as Unicorn executes it, and what is needed around its limits."""
