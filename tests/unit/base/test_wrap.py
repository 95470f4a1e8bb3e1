"""Counters that wrap: 16 and 32 bits made 64."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixminus._core.rtp import SequenceUnwrapper, TimestampUnwrapper
from tests.reference import rtp as reference

KINDS = [(SequenceUnwrapper, 1 << 16), (TimestampUnwrapper, 1 << 32)]
Kind = tuple[type[SequenceUnwrapper | TimestampUnwrapper], int]


@pytest.mark.parametrize(("unwrapper", "modulus"), KINDS)
def test_the_first_value_is_itself(unwrapper: type[SequenceUnwrapper], modulus: int) -> None:
    assert unwrapper().unwrap(modulus - 1) == modulus - 1


@pytest.mark.parametrize(("unwrapper", "modulus"), KINDS)
def test_values_go_on_across_the_wrap(unwrapper: type[SequenceUnwrapper], modulus: int) -> None:
    counter = unwrapper()
    values = [modulus - 2, modulus - 1, 0, 1]
    assert [counter.unwrap(value) for value in values] == [
        modulus - 2,
        modulus - 1,
        modulus,
        modulus + 1,
    ]


@pytest.mark.parametrize(("unwrapper", "modulus"), KINDS)
def test_reordering_across_the_wrap_goes_back(
    unwrapper: type[SequenceUnwrapper], modulus: int
) -> None:
    counter = unwrapper()
    assert [counter.unwrap(value) for value in (0, modulus - 1, 1)] == [0, -1, 1]


@pytest.mark.parametrize(("unwrapper", "modulus"), KINDS)
def test_half_of_the_circle_is_behind(unwrapper: type[SequenceUnwrapper], modulus: int) -> None:
    counter = unwrapper()
    counter.unwrap(0)
    assert counter.peek(modulus // 2 - 1) == modulus // 2 - 1
    assert counter.peek(modulus // 2) == -modulus // 2


def test_peek_remembers_nothing() -> None:
    counter = SequenceUnwrapper()
    counter.unwrap(0)
    assert [counter.peek(30000), counter.peek(60000), counter.newest] == [30000, -5536, 0]


def test_reset_forgets() -> None:
    counter = SequenceUnwrapper()
    counter.unwrap(65535)
    counter.unwrap(0)
    counter.reset()
    assert counter.unwrap(5) == 5


@given(st.sampled_from(KINDS), st.data())
def test_any_values_are_unwrapped_as_the_reference_does(kind: Kind, data: st.DataObject) -> None:
    unwrapper, modulus = kind
    values = data.draw(st.lists(st.integers(0, modulus - 1), min_size=1, max_size=40))
    counter = unwrapper()
    extended = [counter.unwrap(value) for value in values]
    assert extended == reference.unwrap(values, modulus)
    assert [value % modulus for value in extended] == values
    assert counter.newest == max(extended)


@given(
    st.sampled_from(KINDS), st.integers(0, 1 << 40), st.lists(st.integers(0, 30000), max_size=200)
)
def test_a_counter_that_moves_less_than_half_a_circle_is_followed(
    kind: Kind, first: int, steps: list[int]
) -> None:
    unwrapper, modulus = kind
    counter = unwrapper()
    true = first
    offset = counter.unwrap(true % modulus) - true
    for step in steps:
        true += step
        assert counter.unwrap(true % modulus) - true == offset
