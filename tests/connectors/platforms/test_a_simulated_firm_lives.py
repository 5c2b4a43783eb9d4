"""Simulated traders over days: the same from the same seed, however it is divided or killed."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from propdesk.connectors.simulated_platform.facts import (
    Answered,
    AnyFact,
    Dealt,
    Decided,
    OrderTold,
    facts_in,
)
from propdesk.connectors.simulated_platform.traders.mix import DEFAULT, PROFILES, player_of
from propdesk.domain.events import OrderSeen
from propdesk.domain.instants import DAY, HOUR
from tests.connectors.platforms.conformance import assert_sums_are_the_snapshot
from tests.connectors.platforms.played_firm import PlayedFirm

TRADERS = 20
DAYS = 3
TICKS = 1500


def facts(firm: PlayedFirm) -> list[AnyFact]:
    return [fact for body in firm.journal.walk() for fact in facts_in(body)]


def run(home: Path, *, days: int = DAYS, ticks_of_a_step: int = 2000) -> PlayedFirm:
    firm = PlayedFirm(home, TRADERS, seed="lives", ticks=TICKS)
    firm.ticks_of_a_step = ticks_of_a_step
    firm.live(days)
    return firm


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedFirm]:
    firm = run(tmp_path_factory.mktemp("lived"))
    yield firm
    firm.journal.close()


def test_something_happens(lived: PlayedFirm) -> None:
    counts = Counter(type(each).__name__ for each in facts(lived))
    assert counts["Dealt"] > 150
    assert counts["Ticked"] > 3000
    kinds = {each.kind for each in facts(lived) if isinstance(each, OrderTold)}
    assert kinds >= {"market", "stop"}


def test_a_firm_in_which_an_account_is_dropped_does_not_add_up(lived: PlayedFirm) -> None:
    lived.add_up()
    account, dropped = lived.active.popitem()
    with pytest.raises(AssertionError, match="one is missing"):
        lived.add_up()
    lived.active[account] = dropped
    lived.ended.append(dropped)
    with pytest.raises(AssertionError, match="twice"):
        lived.add_up()
    lived.ended.remove(dropped)
    lived.add_up()


def test_two_runs_are_alike(lived: PlayedFirm, tmp_path: Path) -> None:
    again = run(tmp_path)
    assert list(again.journal.walk()) == list(lived.journal.walk())
    again.journal.close()


def test_another_seed_is_another_life(lived: PlayedFirm, tmp_path: Path) -> None:
    other = PlayedFirm(tmp_path, TRADERS, seed="other", ticks=TICKS)
    other.live(1)
    assert facts(other)[:400] != facts(lived)[:400]
    other.journal.close()


def test_what_the_traders_are_called_changes_nothing(lived: PlayedFirm, tmp_path: Path) -> None:
    """A firm's persons have random names: the same seed is the same life all the same."""
    other = PlayedFirm(tmp_path, TRADERS, seed="lives", ticks=TICKS, called="somebody else ")
    other.live(1)
    found = [each for each in facts(other) if isinstance(each, Dealt)]
    assert len(found) > 50
    assert found == [each for each in facts(lived) if isinstance(each, Dealt)][: len(found)]
    other.journal.close()


def test_it_does_not_matter_in_which_steps_it_runs(lived: PlayedFirm, tmp_path: Path) -> None:
    small = run(tmp_path, ticks_of_a_step=97)
    assert facts(small) == facts(lived)
    assert small.journal.last > lived.journal.last
    small.journal.close()


@pytest.mark.parametrize("part", [0.2, 0.5, 0.83])
def test_a_life_that_was_cut_goes_on_as_if_it_was_not(
    lived: PlayedFirm, tmp_path: Path, part: float
) -> None:
    """Killed between two frames on the second day, and begun again from the journal alone."""
    firm = PlayedFirm(tmp_path, TRADERS, seed="lives", ticks=TICKS)
    firm.live(1)
    firm.ticks_of_a_step = 100
    until = firm.now + DAY
    for _ in range(int(15 * part)):
        firm.step(until)
    firm.journal.close()
    firm.restart()
    while not firm.step(until):
        pass
    firm.now = until
    firm.judge(until)
    firm.ticks_of_a_step = 2000
    firm.live(DAYS - 2)
    assert facts(firm) == facts(lived)
    firm.journal.close()


def test_every_snapshot_is_the_sum_of_its_deltas(lived: PlayedFirm) -> None:
    for card in lived.platform.accounts():
        assert_sums_are_the_snapshot(lived.platform, card.account)


def test_the_reference_evaluator_agrees_with_every_report(tmp_path: Path) -> None:
    """Balance and equity after each deal and rollover, recomputed from deals and quotes."""
    firm = PlayedFirm(tmp_path, 16, seed="agrees", ticks=TICKS)
    firm.live(8)
    positions = 0
    for enrolment in [*firm.active.values(), *firm.ended]:
        account = enrolment.evaluator.account
        assert account is not None
        assert account.mismatches == []
        positions += account.situation.balance != 100000
    assert positions > 10
    firm.journal.close()


def test_rounds_are_held_every_five_minutes_and_once(lived: PlayedFirm) -> None:
    rounds = [each.at for each in facts(lived) if isinstance(each, Decided)]
    assert rounds == sorted(set(rounds))
    assert len(rounds) > DAYS * DAY // HOUR * 11


def test_no_secret_is_in_the_journal(lived: PlayedFirm) -> None:
    answers = [each.answer for each in facts(lived) if isinstance(each, Answered)]
    assert answers
    assert all(each.credentials is None for each in answers)


def test_orders_bear_their_times(lived: PlayedFirm) -> None:
    told = [
        each
        for batch in lived.platform.deltas("").batches
        for each in batch.deltas
        if isinstance(each, OrderSeen) and each.client == "terminal"
    ]
    assert told
    for each in told:
        assert each.requested_at is not None
        assert each.received_at is not None
        assert each.requested_at < each.received_at <= each.at


def test_a_person_is_always_the_same_trader() -> None:
    found = [player_of("default", f"P{number}", "s").name for number in range(2000)]
    assert found == [player_of("default", f"P{number}", "s").name for number in range(2000)]
    shares = Counter(found)
    assert shares.keys() == DEFAULT.keys() == PROFILES.keys()
    for name, percent in DEFAULT.items():
        assert abs(shares[name] / 20 - percent) < 3
    assert {player_of("grid", f"P{number}", "s").name for number in range(50)} == {"grid"}


def test_shares_of_the_default_mix_are_the_whole() -> None:
    assert sum(DEFAULT.values()) == 100
