"""A tick that ends many accounts: their verdicts come first, and each account is asked later.

What is written must be what its evaluator says when it is asked, whatever happened meanwhile; and
where it is not, somebody is told and the account is in doubt.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.events import (
    AccountOpened,
    BalanceAdjusted,
    Deal,
    GapOpened,
    Quote,
    TimePassed,
)
from propdesk.domain.foretold import Foretold
from propdesk.domain.instants import parse_instant
from propdesk.domain.rules.daily_loss import DailyLoss, DailyLossJudge
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Effect, RuleTerms
from propdesk.engine import strikes
from propdesk.engine.book import Book
from propdesk.engine.layout import Rows
from propdesk.engine.strikes import Strikes
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    EngineRecord,
    Mark,
    Moment,
    StatusChanged,
    SymbolDefined,
    VerdictSaid,
)
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live import test_limits_on_the_paths_own_extremes as on_their_own_extremes
from tests.live.engine_drive import DIGITS, FEED, NUMBERS, Driven, batch_of
from tests.story import money, percent, rulebook

START = parse_instant("2026-03-02T08:00:00Z")
SECOND = 1_000_000
SIZE = Decimal(100000)
DAILY = DailyLoss(base="day_start_balance", allowance=percent("5"), comparison="touch")
PEAK = DailyLoss(base="day_peak_equity", allowance=money("5000"), comparison="cross")
STATIC = OverallLoss(mode="static", allowance=percent("5.5"), comparison="cross")
TRAILING = OverallLoss(
    mode="trailing", peak_source="live_equity", allowance=money("5800"), comparison="touch"
)
RESULT = DailyLoss(
    base="day_start_equity", tested="day_net", allowance=money("5000"), comparison="touch"
)
SOFT = replace(DAILY, effects=(Effect(kind="warn"),))
PAYABLE = replace(DAILY, effects=(Effect(kind="fail_but_payable", percent=Decimal(50)),))
RULES: tuple[tuple[RuleTerms, ...], ...] = (
    (DAILY, STATIC),
    (TRAILING, replace(DAILY, warn_at=(Decimal(50),))),
    (PEAK,),
    (RESULT, SOFT),
    (PAYABLE, replace(TRAILING, allowance=money("9000"))),
)


def quoted(driven: Driven, *bids: str, symbol: str = "EURUSD") -> None:
    """Ticks, each judged by a mark of its own, a second apart."""
    for bid in bids:
        tick = driven.partition.handed_in + 1
        price = Decimal(bid)
        at = START + 60 * SECOND + tick * SECOND
        driven.take(batch_of([Quote(at, symbol, price, price)], tick))
        driven.take(Mark(tick))


def name_of(number: int) -> str:
    return f"A{number}"


def holding(*rules: tuple[RuleTerms, ...], kernel: Any = None) -> Driven:
    """An account for each set of rules, long one lot of EURUSD from 1.10000."""
    loaded = {
        name_of(number): LoadedRulebook(rulebook(*each), f"{number}", "test", "")
        for number, each in enumerate(rules)
    }
    driven = Driven(loaded, kernel)
    for name, number in NUMBERS.items():
        driven.take(SymbolDefined(number, FEED, name, DIGITS[name]))
    quoted(driven, "1.10000")
    quoted(driven, "1.30000", symbol="GBPUSD")
    for name in loaded:
        driven.enrol(name, "phase", SIZE)
        driven.take(Moment(name, (AccountOpened(name, START, "USD", SIZE),)))
        driven.take(Moment(name, (bought(name, "1.10000"),)))
    return driven


def bought(name: str, price: str) -> Deal:
    at = START + 62 * SECOND + 1
    return Deal(name, at, "D1", "P1", "EURUSD", "buy", "in", Decimal(1), Decimal(price))


def sold(name: str, price: str) -> Deal:
    at = START + 200 * SECOND
    return Deal(name, at, "D2", "P1", "EURUSD", "sell", "out", Decimal(1), Decimal(price))


def told(said: list[EngineRecord]) -> list[bytes]:
    """What was said, as it is in the log, without the order of the accounts of one tick."""
    return sorted(encode(each) for each in said)


def asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Strikes, "strike", lambda *_: [])


def test_a_thousand_ended_by_one_tick_are_all_written_before_one_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rules = [RULES[number % len(RULES)] for number in range(1000)]
    driven = holding(*rules)
    quoted(driven, "1.10050", "1.10010")
    begun = len(driven.said)
    quoted(driven, "1.04000")
    burst = driven.said[begun:]
    fallen = [each.account for each in burst[:1000] if isinstance(each, VerdictSaid)]
    assert fallen == [name_of(number) for number in range(1000)]
    assert driven.partition.owed == 999, "one is explained behind each record"
    touches = sum(each.touches for each in driven.desk.seats.values())
    quoted(driven, "1.12000", "1.01000")
    assert driven.partition.owed == 997
    driven.desk.explain_all()
    assert sum(each.touches for each in driven.desk.seats.values()) == touches + 999
    assert driven.partition.owed == 0
    assert not driven.alarms
    with monkeypatch.context() as patched:
        asked_at_once(patched)
        slow = holding(*rules)
        quoted(slow, "1.10050", "1.10010", "1.04000", "1.12000", "1.01000")
    assert told(driven.said) == told(slow.said)
    for name in driven.desk.seats:
        assert driven.desk.result(name) == slow.desk.result(name)


def struck_one(*rules: RuleTerms, to: str = "1.04000") -> Driven:
    """Four accounts struck by one tick, of which the first is explained with it."""
    driven = holding(rules, rules, rules, rules)
    quoted(driven, to)
    return driven


@pytest.mark.parametrize("rules", RULES)
def test_whatever_concerns_an_account_explains_it_first(rules: tuple[RuleTerms, ...]) -> None:
    driven = struck_one(*rules)
    quoted(driven, "1.11000")
    assert driven.partition.owed == 2
    fee = BalanceAdjusted("A3", START + 200 * SECOND, Decimal(-7), "fee", "F")
    driven.take(Moment("A3", (sold("A3", "1.11000"), fee)))
    assert driven.partition.owed == 0, "its own moment explains one, and the record another"
    result = driven.desk.result("A3")
    assert [each.at for each in result.verdicts] == [START + 63 * SECOND]
    assert result.verdicts[0].observed in {Decimal(94000), Decimal(-6000)}
    assert not driven.alarms


def test_a_question_explains_it() -> None:
    driven = struck_one(DAILY)
    assert driven.desk.result("A2").status == "breached"
    assert driven.partition.owed == 2


@pytest.mark.parametrize(
    "general",
    [
        GapOpened(START + 300 * SECOND, "EURUSD"),
        TimePassed(START + 86_400 * SECOND),
        SymbolDefined(NUMBERS["EURUSD"], FEED, "EURUSD", 7),
    ],
)
def test_what_concerns_everybody_comes_after_it(general: Any) -> None:
    driven = struck_one(TRAILING)
    driven.take(general)
    quoted(driven, "1.05000", symbol="GBPUSD")
    driven.desk.explain_all()
    assert not driven.alarms
    for name in driven.desk.seats:
        assert driven.desk.result(name).verdicts[0].observed == Decimal(94000)


def test_a_snapshot_empties_the_queue_and_says_nothing_twice() -> None:
    driven = struck_one(DAILY)
    said = told(driven.said)
    driven.restart()
    assert driven.partition.owed == 0
    quoted(driven, "1.03000")
    assert told(driven.said) == said
    for name in driven.desk.seats:
        assert [each.outcome for each in driven.desk.result(name).verdicts] == ["fail"]


def test_what_was_looked_at_is_struck_by_the_highest_it_ever_was() -> None:
    """A question settles the peak: what is foretold afterwards counts from it."""
    driven = holding((TRAILING,), (PEAK,))
    quoted(driven, "1.16000")
    for name in driven.desk.seats:
        driven.desk.result(name)
    begun = len(driven.said)
    quoted(driven, "1.10100", "1.10000")
    verdicts = [each for each in driven.said[begun:] if isinstance(each, VerdictSaid)]
    assert [(each.account, each.limit) for each in verdicts] == [("A0", "100200"), ("A1", "101000")]
    assert verdicts[0].evidence["peak"] == "106000.00"
    driven.desk.explain_all()
    assert not driven.alarms


OTHER_ENDS = OpenRisk(scope="position", measure="floating", limit=money("5900"), comparison="touch")


@pytest.mark.parametrize(
    ("rules", "struck"),
    [
        ((DAILY,), True),
        ((DAILY, SOFT), True),
        ((SOFT,), False),
        ((DAILY, OTHER_ENDS), False),
        ((DAILY, replace(OTHER_ENDS, limit=money("6100"))), True),
        ((DAILY, replace(OTHER_ENDS, effects=(Effect(kind="warn"),))), False),
        ((replace(DAILY, effects=(Effect(kind="fail", also=(Effect(kind="flatten"),)),)),), False),
        ((replace(DAILY, effects=(Effect(kind="warn"), Effect(kind="fail"))),), False),
        ((replace(DAILY, clamp_to_overall=True), STATIC), False),
        ((replace(TRAILING, allowance=percent("5", of="peak")),), False),
        ((replace(STATIC, tested="balance"), DAILY), False),
        ((replace(TRAILING, peak_source="eod_balance"),), True),
    ],
)
def test_only_what_is_certain_is_written_first(
    rules: tuple[RuleTerms, ...], struck: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = holding(rules)
    counted = counting(monkeypatch)
    quoted(driven, "1.04000")
    assert bool(counted) is struck
    assert not driven.alarms
    with monkeypatch.context() as patched:
        asked_at_once(patched)
        slow = holding(rules)
        quoted(slow, "1.04000")
    assert told(driven.said) == told(slow.said)


def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for each account that is struck from here on."""
    release, counted = Book.release, list[int]()

    def released(book: Book, slots: Any) -> None:
        counted.extend(slots)
        release(book, slots)

    monkeypatch.setattr(Book, "release", released)
    return counted


def test_limits_on_the_paths_own_extremes_are_struck(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison of the engine with the evaluator is one of foretold verdicts, too."""
    counted = counting(monkeypatch)
    for seed in range(12):
        on_their_own_extremes.compare(seed, accounts=6, count=200)
    assert len(counted) > 10


@pytest.mark.parametrize(
    "lie",
    [
        {"floor": Decimal("94999.99")},
        {"comparison": "cross"},
        {"detail": {}},
        {"floor": Decimal(97000)},
    ],
)
def test_what_cannot_be_explained_is_told_and_in_doubt(
    lie: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = DailyLossJudge.foretell

    def lying(judge: DailyLossJudge) -> Any:
        found = honest(judge)
        return replace(found, **lie) if isinstance(found, Foretold) else found

    monkeypatch.setattr(DailyLossJudge, "foretell", lying)
    driven = holding((replace(DAILY, warn_at=(Decimal(50),)),))
    quoted(driven, "1.06500" if lie.get("floor") == Decimal(97000) else "1.04000")
    (alarm,) = driven.alarms
    assert "account A0: verdict " in alarm
    statuses = [each.status for each in driven.said if isinstance(each, StatusChanged)]
    assert statuses[-2:] == ["breached", "unknown"]
    assert driven.desk.result("A0").status == "unknown"
    driven.restart()
    assert driven.desk.result("A0").status == "unknown", "until a person has decided"


def test_an_evaluator_that_fails_in_hindsight_is_told_and_in_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    driven = holding((DAILY,), (DAILY,))
    monkeypatch.setattr(DailyLossJudge, "on_mark", lambda _: 1 / 0)
    quoted(driven, "1.04000")
    monkeypatch.undo()
    assert "ZeroDivisionError" in driven.alarms[0]
    assert driven.desk.result("A0").status == "unknown"
    quoted(driven, "1.05000")
    assert driven.desk.result("A1").status == "breached"
    assert len(driven.alarms) == 1


@pytest.mark.parametrize(("accounts", "struck"), [(3, 0), (4, 4)])
def test_a_few_are_asked_at_once(
    accounts: int, struck: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strikes, "STRUCK_MIN", 4)
    driven = holding(*[(DAILY,)] * accounts)
    counted = counting(monkeypatch)
    quoted(driven, "1.04000")
    assert len(counted) == struck
    fallen = [each.account for each in driven.said if isinstance(each, VerdictSaid)]
    assert fallen == [name_of(number) for number in range(accounts)]


def test_the_prices_of_the_tick_are_copied_once(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = list[Rows]()
    quotes = Book.quotes

    def counted(book: Book) -> Rows:
        copied.append(quotes(book))
        return copied[-1]

    monkeypatch.setattr(Book, "quotes", counted)
    driven = struck_one(DAILY)
    assert driven.partition.owed == 3
    assert len(copied) == 1


def test_a_desk_that_struck_nobody_owes_nothing() -> None:
    driven = holding((DAILY,))
    quoted(driven, "1.09000")
    assert driven.partition.owed == 0
    assert driven.desk.explain(5) == []
