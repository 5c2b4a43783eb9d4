"""Verdicts are kept by their names: two that shared one would be one, and the other lost."""

from decimal import Decimal

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Deal, Quote
from propdesk.domain.instants import SECOND, parse_instant
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.rulebook_file import load_rulebook

AT = parse_instant("2026-03-02T15:00:00Z")
SIZE = Decimal(150000)


def test_a_violation_that_says_two_things_says_them_by_two_names() -> None:
    rulebook = load_rulebook("topstep-combine").rulebook
    evaluator = Evaluator(
        rulebook, rulebook.phase("combine"), size=SIZE, catalogue=load_catalogue(), account="A1"
    )
    price = Decimal("1.08000")
    bought = Deal("A1", AT + SECOND, "D1", "P1", "EURUSD", "buy", "in", Decimal(10), price)
    down = Quote(AT + 2 * SECOND, "EURUSD", Decimal("1.07690"), Decimal("1.07700"))
    evaluator.feed([AccountOpened("A1", AT, "USD", SIZE), bought, down])
    said = {each.id: each.outcome for each in evaluator.result().verdicts}
    assert sorted(said.values()) == ["flatten", "pause_until"]
