"""A costly answer is found once for a moment, by one of those who ask together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.cache import cache

from propdesk.web.remembered_for import remembered_for
from tests.crm.firm_cast import DAY, NOW


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_it_is_found_once_and_says_when() -> None:
    found: list[int] = []

    def find() -> int:
        found.append(len(found))
        return len(found)

    first = remembered_for(60, "sum", "a", NOW, find)
    again = remembered_for(60, "sum", "a", NOW + DAY, find)
    assert (first.found, again.found, again.at) == (1, 1, NOW)
    assert remembered_for(60, "sum", "another key", NOW, find).found == 2
    assert remembered_for(60, "another", "a", NOW, find).found == 3


def test_who_ask_together_wait_for_one() -> None:
    together = Barrier(4)
    found: list[int] = []

    def find() -> int:
        found.append(1)
        return 7

    def ask(_number: int) -> int:
        together.wait()
        return remembered_for(60, "sum", "a", NOW, find).found

    with ThreadPoolExecutor(4) as asking:
        assert list(asking.map(ask, range(4))) == [7] * 4
    assert found == [1]


def test_a_failure_is_remembered_for_nobody() -> None:
    def fails() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        remembered_for(60, "sum", "a", NOW, fails)
    assert remembered_for(60, "sum", "a", NOW, lambda: 1).found == 1
