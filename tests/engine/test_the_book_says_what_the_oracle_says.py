"""The book against plain Python and the domain's valuation, tick by tick.

Bounds lie on the extremes of each path and one unit beside them. The streams hold positions that
come and go, several of a symbol, ticks of conversion symbols, crossed quotes, prices below zero
and beyond the ceiling, silences, and instruments without a first price.
"""

from itertools import pairwise
from typing import Any

import pytest

from propdesk.engine.book import Book
from tests.engine.streams import Answer, Step, first_difference, new_book, prepared

SEEDS = range(12)
ACCOUNTS = 5


@pytest.fixture(scope="module")
def streams() -> dict[int, tuple[list[Step], list[Answer]]]:
    return {seed: prepared(seed, accounts=ACCOUNTS) for seed in SEEDS}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_tick_touches_whom_the_oracle_says(kernel: Any, streams: Any, seed: int) -> None:
    steps, answers = streams[seed]
    book = new_book(kernel, ACCOUNTS)
    assert first_difference(book, steps, answers, seed=seed) is None


def test_the_batches_make_no_difference(kernel: Any, streams: Any) -> None:
    steps, answers = streams[SEEDS[0]]
    for split in range(5):
        assert first_difference(new_book(kernel, ACCOUNTS), steps, answers, seed=split) is None


def test_a_book_goes_on_from_its_parts(kernel: Any, streams: Any) -> None:
    steps, answers = streams[SEEDS[1]]
    book = new_book(kernel, ACCOUNTS)
    for begin in range(0, len(steps), 40):
        part = slice(begin, begin + 40)
        assert first_difference(book, steps[part], answers[part], seed=begin) is None
        book = Book.from_parts(book.to_parts(), kernel)


def test_the_streams_hold_what_they_are_for(streams: Any) -> None:
    """Touches and calm, known and unknown, rises of a trailing bound: none may be rare."""
    found = [
        (step, answer)
        for steps, answers in streams.values()
        for step, answer in zip(steps, answers, strict=True)
    ]
    ticks = [answer for step, answer in found if step.what == "tick"]
    touching = sum(bool(answer.said) for answer in ticks)
    assert 0.2 < touching / len(ticks) < 0.8
    values = [values[0] for answer in ticks for values in answer.values.values()]
    assert 0.05 < sum(value is None for value in values) / len(values) < 0.6
    rises = sum(
        answer.bounds != before.bounds
        for (_, before), (step, answer) in pairwise(found)
        if step.what == "tick"
    )
    assert rises > 50
