"""A rulebook a firm published in the log: accounts are judged by its content, named by its hash."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.boot.engine_process import rulebook_of
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Deal, Event, Quote
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.conditions import CelConditions
from propdesk.wire.figures_json import exact
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    AccountEnrolled,
    DeadLetter,
    EngineRecord,
    RulebookPublished,
    StatusChanged,
    VerdictSaid,
)
from propdesk.wire.rulebook_file import (
    LoadedRulebook,
    load_rulebook,
    parse_rulebook,
    with_add_ons,
)
from propdesk.wire.rulebook_publication import preset_text
from propdesk.wire.unreadable import Unreadable
from tests.live.engine_drive import records_of
from tests.live.markets import CATALOGUE, SECOND, START
from tests.live.recovery.firm_on_a_log import (
    VERDICTS,
    Written,
    WrittenLog,
    engine_on,
    judge_all,
    records_on,
)

SIZE = Decimal(100000)
PRESET = load_rulebook("ftmo-2-step")


def own(percent: str, version: str = "1", add_ons: str = "") -> LoadedRulebook:
    """A firm's own file: the preset under another name, with another daily loss."""
    text = preset_text("ftmo-2-step").decode() + add_ons
    text = text.replace("name: ftmo-2-step", "name: our-2-step")
    text = text.replace('version: "2026-11"', f'version: "{version}"')
    changed = text.replace("allowance: {percent: 5}", f"allowance: {{percent: {percent}}}", 1)
    return parse_rulebook(changed.encode(), "ours.yaml")


def published(loaded: LoadedRulebook) -> RulebookPublished:
    return RulebookPublished(loaded.sha256, loaded.canonical, START)


def enrolled(account: str, loaded: LoadedRulebook) -> AccountEnrolled:
    book = loaded.rulebook
    return AccountEnrolled(
        account, book.name, book.version, loaded.sha256, "challenge", "100000", loaded.add_ons
    )


def steps(accounts: Sequence[str]) -> Iterator[Quote | tuple[Event, ...]]:
    """Each buys ten lots at 1.10000; the price goes down cent by cent until 9,500 are lost."""
    yield Quote(START, "EURUSD", Decimal("1.09990"), Decimal("1.10000"))
    for name in accounts:
        yield (AccountOpened(name, START + 1, "USD", SIZE),)
        yield (
            Deal(name, START + 2, f"D{name}", f"P{name}", "EURUSD", "buy", "in", Decimal(10),
                 Decimal("1.10000")),
        )  # fmt: skip
    for number in range(95):
        bid = Decimal("1.10000") - Decimal(number).scaleb(-4)
        yield Quote(START + (3 + number) * SECOND, "EURUSD", bid, bid + Decimal("0.00010"))


class House:
    """A log, an engine that may be lost, and what was said."""

    def __init__(self) -> None:
        self.log, self.snapshots, self.alarms = MemoryLog(), MemorySnapshots(), list[str]()
        self.written = WrittenLog(self.log)
        self.restart()

    def restart(self) -> None:
        self.engine = engine_on(self.log, self.snapshots, self.alarms)

    def take(self, *records: Written) -> None:
        self.written.write(records)
        judge_all(self.engine)

    def said(self) -> list[EngineRecord]:
        found = [decode(each.body) for each in records_on(self.log, VERDICTS)]
        return [e for e in found if isinstance(e, VerdictSaid | StatusChanged | DeadLetter)]

    def letters(self) -> list[str]:
        return [each.reason for each in self.said() if isinstance(each, DeadLetter)]

    def observed(self, account: str) -> list[tuple[str, str | None]]:
        return [
            (each.rule, each.observed)
            for each in self.said()
            if isinstance(each, VerdictSaid) and each.account == account
        ]


def by_reference(loaded: LoadedRulebook, account: str) -> list[tuple[str, str | None]]:
    evaluator = Evaluator(
        loaded.rulebook, loaded.rulebook.phase("challenge"), size=SIZE, catalogue=CATALOGUE,
        account=account, conditions=CelConditions(),
    )  # fmt: skip
    for step in steps([account]):
        evaluator.feed((step,) if isinstance(step, Quote) else step)
    return [(each.rule, exact(each.observed)) for each in evaluator.result().verdicts]


@pytest.mark.parametrize("lost_at", [None, 1, 3, 40])
def test_an_account_is_judged_by_the_file_of_its_firm(lost_at: int | None) -> None:
    ours = own("3")
    house = House()
    records = [published(ours), enrolled("A", ours), *records_of(steps(["A"]))]
    for number, record in enumerate(records):
        if number == lost_at:
            assert house.engine.save()
            house.restart()
        house.take(record)
    assert house.observed("A") == by_reference(ours, "A") == [("daily_loss", "96900")]
    assert by_reference(PRESET, "A") != by_reference(ours, "A"), "the preset would say the same"
    assert not house.alarms
    assert not house.letters()


def test_versions_stand_side_by_side_and_beside_the_presets() -> None:
    first, second, again = own("3"), own("4", "2"), own("6")  # ``again`` is version 1 as well
    house = House()
    house.take(published(first), published(second), published(again), published(first))
    every = {"A": first, "B": second, "C": again, "D": PRESET}
    for name, loaded in every.items():
        house.take(enrolled(name, loaded))
    assert house.engine.save()
    house.restart()
    house.take(*records_of(steps([*every])))
    for name, loaded in every.items():
        assert house.observed(name) == by_reference(loaded, name), name
    assert len({tuple(house.observed(name)) for name in every}) == 4
    assert not house.letters()


ADD_ONS = """
add_ons:
  tighter:
    title: A tighter day
    overrides:
      phases.challenge.rules.daily_loss.allowance: {percent: 2}
"""


def test_add_ons_of_a_published_rulebook_are_applied_and_have_their_hash() -> None:
    plain = own("3", add_ons=ADD_ONS)
    tight = with_add_ons(plain, ["tighter"])
    house = House()
    house.take(published(plain), enrolled("A", plain), enrolled("B", tight))
    house.take(enrolled("C", replace(tight, sha256=plain.sha256)))
    house.take(*records_of(steps(["A", "B"])))
    assert house.observed("A") == by_reference(plain, "A")
    assert house.observed("B") == by_reference(tight, "B") != house.observed("A")
    (letter,) = house.letters()
    assert "our-2-step 1 +tighter has another content" in letter


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


OURS = own("3")
NOT_ONE = OURS.canonical.replace('"percent":"3"', '"percent":"-3"').replace(
    '"percent":3', '"percent":-3'
)
LAID_OUT = OURS.canonical.replace(",", ", ", 1)
REFUSED = [
    ("no JSON", RulebookPublished(hash_of("{"), "{", START), "is no rulebook"),
    ("no map", RulebookPublished(hash_of("[]"), "[]", START), "is no rulebook"),
    ("deep", RulebookPublished(hash_of("["), "[" * 100_000, START), "is no rulebook"),
    ("a value", RulebookPublished(hash_of(NOT_ONE), NOT_ONE, START), "is no rulebook"),
    ("another hash", replace(published(OURS), sha256="0" * 64), "has another hash"),
    ("laid out", RulebookPublished(hash_of(LAID_OUT), LAID_OUT, START), "has another hash"),
    ("not as hashed", RulebookPublished(OURS.sha256, LAID_OUT, START), "has another hash"),
]


@pytest.mark.parametrize(
    ("record", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_no_rulebook_is_a_dead_letter_with_an_alarm_and_judges_nobody(
    record: RulebookPublished, says: str
) -> None:
    house = House()
    house.take(record, enrolled("A", OURS))
    assert house.engine.save()
    house.restart()
    house.take(*records_of(steps(["A"])))
    wrong, refused, *moments = house.letters()
    assert says in wrong
    assert "our-2-step 1 is neither published nor a preset" in refused
    assert moments == ["account A is not enrolled"] * 2
    assert [each for each in house.alarms if says in each]
    assert house.observed("A") == []


def test_an_enrolment_before_its_rulebook_is_refused() -> None:
    house = House()
    house.take(enrolled("A", OURS), published(OURS), enrolled("B", OURS))
    (letter,) = house.letters()
    assert "neither published nor a preset" in letter
    assert set(house.engine.partition.desk.seats) == {"B"}


def test_a_hash_judges_under_its_own_name_only() -> None:
    house = House()
    house.take(published(OURS), enrolled("A", OURS), replace(enrolled("B", OURS), version="2"))
    house.take(replace(enrolled("C", OURS), sha256="0" * 64))
    first, second = house.letters()
    assert "our-2-step 2 is neither published nor a preset" in first
    assert "our-2-step 1 has another content" in second


def test_a_preset_with_another_hash_is_refused() -> None:
    house = House()
    house.take(replace(enrolled("A", PRESET), sha256="0" * 64))
    (letter,) = house.letters()
    assert "ftmo-2-step 2026-11 has another content" in letter


def test_a_name_in_the_log_opens_no_file(tmp_path: Path) -> None:
    (tmp_path / "ours@1").write_text(OURS.canonical)
    with pytest.raises(Unreadable, match="no such preset"):
        rulebook_of(replace(enrolled("A", OURS), rulebook=f"{tmp_path}/ours"))
