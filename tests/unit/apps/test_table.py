"""Tables for a terminal."""

from mixminus.apps.table import table


def test_columns_are_aligned_and_floats_have_two_decimals() -> None:
    assert table(("tier", "lost %"), [("commune", 0.5), ("tỉnh", 12)]).splitlines() == [
        "tier     lost %",
        "---------------",
        "commune    0.50",
        "tỉnh         12",
    ]
