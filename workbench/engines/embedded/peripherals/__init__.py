"""Models of the hardware blocks that boards name, one block a file, by Renode's type names."""
