"""A value is what a frozen dataclass with slots is, but for who refuses an assignment."""

import pickle
from dataclasses import FrozenInstanceError, dataclass, fields, replace

import pytest

from propdesk.domain.values import value


@dataclass(frozen=True, slots=True)
class Slow:
    name: str
    lots: int = 1


@value(frozen=True, slots=True)
class Quick:
    name: str
    lots: int = 1


@value(frozen=True, slots=True, eq=False)
class Own:
    name: str


def test_it_is_equal_hashed_shown_and_replaced_as_a_frozen_one_is() -> None:
    one, other = Quick("a"), Quick("a", 1)
    assert one == other != Quick("a", 2)
    assert len({one, other, Quick("b")}) == 2
    assert hash(one) == hash(Slow("a"))
    assert repr(one) == repr(Slow("a")).replace("Slow", "Quick")
    assert replace(one, lots=3) == Quick("a", 3)
    assert [each.name for each in fields(Quick)] == ["name", "lots"]
    assert Quick.__match_args__ == ("name", "lots")


def test_it_has_slots_alone() -> None:
    with pytest.raises(AttributeError):
        Quick("a").lost = 1  # type: ignore[attr-defined]


def test_one_without_equality_is_itself_alone() -> None:
    one = Own("a")
    assert one != Own("a")
    assert len({one, Own("a")}) == 2


def test_it_is_kept_as_its_fields() -> None:
    kept = pickle.dumps(Quick("a", 2))
    assert pickle.loads(kept) == Quick("a", 2)
    assert b"lots" not in kept, "the names of its fields are not written with each"


def test_only_the_checker_refuses_an_assignment() -> None:
    with pytest.raises(FrozenInstanceError):
        Slow("a").lots = 2  # type: ignore[misc]
    Quick("a").lots = 2  # type: ignore[misc]  # that this must be ignored is the guard


@pytest.mark.parametrize(("frozen", "slots"), [(False, True), (True, False)])
def test_whoever_is_no_value_is_told(*, frozen: bool, slots: bool) -> None:
    with pytest.raises(TypeError, match="frozen and has slots"):
        value(frozen=frozen, slots=slots)
