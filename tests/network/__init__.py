"""A simulated network, and whole receivers behind it."""
