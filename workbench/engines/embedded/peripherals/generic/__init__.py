"""Models that no vendor owns, and what models are made of."""
