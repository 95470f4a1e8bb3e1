"""What the command line runs: simulations and tools around the core, none of it on the hot path."""
