"""Command line."""


def main() -> int:
    """Run the command line."""
    raise SystemExit("no command yet")
