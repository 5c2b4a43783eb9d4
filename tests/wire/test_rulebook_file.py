"""A rulebook file is read whole or refused with every fault at its line."""

import re
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propdesk.domain.clock import SnapshotWindow
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount
from propdesk.wire.rulebook_file import (
    LoadedRulebook,
    RulebookRefused,
    load_directory,
    load_rulebook,
    parse_rulebook,
    select_version,
    with_add_ons,
)
from propdesk.wire.rulebook_yaml import BYTES_MAX
from propdesk.wire.unreadable import Unreadable

SOUND = """\
name: firm-classic
version: "1"
effective_from: 2026-01-01
currency: USD
clock: {zone: Europe/Prague, reset: 00:00}
sizes:
  - {size: 50000}
  - {size: 100000, price: 540}
phases:
  - name: challenge
    rules:
      - rule: daily_loss
        base: day_start_balance
        allowance: {percent: 5}
        comparison: cross
      - rule: profit_target
        target: {by_size: {50000: 4000, 100000: 8000.50}}
  - name: funded
    stage: funded
    rules:
      - rule: overall_loss
        mode: static
        allowance: {percent: 10}
        comparison: touch
add_ons:
  lighter:
    title: Lighter target
    price: 25
    overrides:
      phases.challenge.rules.profit_target.target.by_size: {50000: 3000, 100000: 6000}
  no-daily:
    overrides: {phases.challenge.rules.daily_loss: null}
"""


def read(text: str, name: str = "firm.yaml"):
    return parse_rulebook(text.encode(), name)


def faults(text: str) -> list[str]:
    with pytest.raises(RulebookRefused) as refused:
        read(text)
    return list(refused.value.lines)


def _target(loaded: LoadedRulebook) -> Amount:
    rule = loaded.rulebook.phase("challenge").rules[1]
    assert isinstance(rule, ProfitTarget)
    return rule.target


def test_a_sound_file_becomes_a_rulebook() -> None:
    loaded = read(SOUND)
    challenge = loaded.rulebook.phase("challenge")
    assert [rule.rule for rule in challenge.rules] == ["daily_loss", "profit_target"]
    assert _target(loaded).resolve(Decimal(100000)) == Decimal("8000.50")
    assert loaded.rulebook.clock.reset.hour == 0
    assert loaded.rulebook.sizes[1].price == Decimal(540)
    assert loaded.source == "firm.yaml"


def test_clock_and_accounting_are_read_as_they_are_written() -> None:
    text = SOUND.replace(
        "reset: 00:00}",
        "reset: 18:00, session_end: 17:00, snapshot_window: {before_minutes: 3, after_minutes: 2}}"
        "\naccounting: {slippage_in_equity: false, fees_in_equity: false, payouts: leave_balance}",
    )
    book = read(text).rulebook
    clock = book.clock.day_clock()
    assert clock.session_end == time(17)
    assert clock.snapshot_window == SnapshotWindow(before_minutes=3, after_minutes=2)
    left_out = (book.accounting.slippage_in_equity, book.accounting.fees_in_equity)
    assert (left_out, book.accounting.payouts) == ((False, False), "leave_balance")
    assert book.accounting.swap_in_equity


def test_a_deadline_to_activate_is_read_for_a_phase_that_has_a_next() -> None:
    text = SOUND.replace(
        "name: challenge\n", "name: challenge\n    promotion: {activation_days: 1}\n"
    )
    phases = read(text).rulebook.phases
    assert [each.promotion.activation_days for each in phases] == [1, None]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        # old text            new text                  the one line that is told
        ('version: "1"\n', "", "1: version: is required"),
        ('version: "1"', "version: 1", "2: version: must be text (put it in quotes), not 1"),
        ("2026-01-01", "20260101", "3: effective_from: must be a date like 2026-03-01"),
        ("currency: USD", "currency: usd", "4: currency: must be a currency code like USD"),
        ("Prague", "Prag", "5: clock.zone: 'Europe/Prag' is neither 'server' nor an IANA"),
        ("reset: 00:00", "reset: 0", "5: clock.reset: must be a time of day like 17:00, not 0"),
        ("reset: 00:00", "rest: 00:00", "5: clock.rest: is not known here"),
        ("size: 50000}", "size: -1}", "7: sizes[0].size: must be more than zero"),
        ("price: 540", "price: -1", "8: sizes[1].price: must not be negative"),
        ("size: 50000}", "size: 100000}", "8: sizes[1].size: size 100000 is offered twice"),
        ("name: challenge", "name: Challenge", "10: phases[0].name: must be a lower-case word"),
        ("name: funded", "name: challenge", "18: phases[1].name: there is already a phase"),
        (
            "reset: 00:00",
            "reset: 00:00, snapshot_window: {before_minutes: 0}",
            "5: clock.snapshot_window: a snapshot's window lasts from 1 to 720 minutes",
        ),
        (
            "base: day_start_balance",
            "base: initial\n        tested: day_net",
            "12: phases[0].rules[0]: tested: day_net is counted from base: day_start_equity",
        ),
        ("rule: daily_loss", "rule: daily_los", "did you mean 'daily_loss'?"),
        ("comparison: cross", "comparison: over", "15: phases[0].rules[0].comparison: must be"),
        ("percent: 5", "percent: five", "14: phases[0].rules[0].allowance.percent: must be a num"),
        ("percent: 5", "percent: .nan", "14: phases[0].rules[0].allowance.percent: must be a"),
        ("percent: 5", "percent: true", "14: phases[0].rules[0].allowance.percent: must be a num"),
        ("percent: 5", "percent: -5", "14: phases[0].rules[0].allowance: must be more than zero"),
        ("percent: 5", "percent: 0", "14: phases[0].rules[0].allowance: must be more than zero"),
        ("percent: 5", "percent: 1e400", "14: phases[0].rules[0].allowance.percent: is no number"),
        (
            "percent: 5",
            "percent: 1000000000000000000",
            "has more than 18 digits before or 12 after the point",
        ),
        ("percent: 5", 'percent: "5_0"', "percent: must be a number, not '5_0'"),
        ("2026-01-01", '"86400"', "3: effective_from: must be a date like 2026-03-01, not '864"),
        ("reset: 00:00", "reset: 17:00Z", "5: clock.reset: must be a time of day like 17:00, w"),
        ("percent: 5", "percent: 0.0000000000001", "12 after the point"),
        ("percent: 5", "percent: 5, money: 1", "an amount is exactly one of money, percent"),
        (
            "{50000: 4000, ",
            "{",
            "17: phases[0].rules[1].target.by_size: says nothing for size",
        ),
        ("{percent: 10}", "{percent_by_size: {60000: 9}}", "says nothing for size 50000, which"),
        ("        comparison: touch\n", "", "21: phases[1].rules[0].comparison: is required"),
        (
            "name: challenge\n",
            "name: challenge\n    promotion: {activation_days: 0}\n",
            "11: phases[0].promotion: 'activation_days' must be at least 1; leave it out for no",
        ),
        (
            "stage: funded\n",
            "stage: funded\n    promotion: {activation_days: 7}\n",
            "20: phases[1].promotion.activation_days: there is no phase after 'funded' that could",
        ),
        ("stage: funded", "stage: live", "19: phases[1].stage: must be 'evaluation' or 'funded'"),
        ("  no-daily", "  lighter", "31: add_ons.lighter: is written twice"),
        ("rules.daily_loss: null", "rules.news_x: null", "there is no 'phases.challenge.rules"),
        ("rules.daily_loss: null", "rules.daily_loss.bas: 1", "with it, phases[0].rules[0].bas"),
        ("phases.challenge.rules.daily_loss: null", "currency: EUR", "may not change 'currency'"),
        ("    price: 25\n", "    cost: 25\n", "28: add_ons.lighter.cost: is not known here"),
    ],
)
def test_a_fault_is_told_with_line_path_and_sentence(old: str, new: str, fault: str) -> None:
    assert SOUND.count(old) >= 1
    told = faults(SOUND.replace(old, new, 1))
    assert any(fault in line for line in told), told
    assert all(re.match(r"firm\.yaml:\d+: ", line) for line in told)


def test_every_fault_is_told_at_once() -> None:
    text = (
        SOUND.replace('version: "1"', "version: 1")
        .replace("Prague", "Prag")
        .replace("comparison: cross", "comparison: over")
        .replace("{50000: 4000, ", "{")
        .replace("name: funded", "name: challenge")
        .replace("rules.daily_loss: null", "rules.gone: null")
    )
    told = faults(text)
    assert [int(line.split(":")[1]) for line in told] == [2, 5, 15, 17, 18, 32]


def test_a_phase_without_rules_is_refused() -> None:
    text = SOUND[: SOUND.index("phases:")] + "phases:\n  - name: challenge\n"
    assert faults(text) == [
        "firm.yaml:10: phases[0]: phase 'challenge' has no rules; it could not be judged"
    ]
    empty = SOUND[: SOUND.index("phases:")] + "phases: []\n"
    assert faults(empty) == ["firm.yaml:9: phases: there must be at least one phase"]


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("{}", "{}", False),  # further instances, told apart by their id
        ("{instruments: [XAUUSD]}", "{instruments: [XAUUSD]}", False),
        ("{instruments: [XAUUSD]}", "{instruments: [EURUSD]}", False),
        ("{instruments: [XAUUSD]}", "{asset_classes: [metals]}", False),  # specific beats general
        ("{instruments: [XAUUSD]}", "{}", False),
        ("{instruments: [XAUUSD, EURUSD]}", "{instruments: [XAUUSD]}", True),
        ("{groups: [a]}", "{tags: [b]}", True),
    ],
)
def test_an_overlap_without_order_is_refused(first: str, second: str, refused: bool) -> None:
    rule = (
        "      - {rule: exposure, id: %s, unit: lots, aggregation: all_open, "
        "cap: {at_most: 5}, applies_to: %s}\n"
    )
    text = SOUND[: SOUND.index("add_ons:")] + rule % ("one", first) + rule % ("two", second)
    if refused:
        assert "overlaps that of 'one'" in faults(text)[0]
    else:
        read(text)


def test_two_rules_of_one_name_are_refused() -> None:
    rule = "      - {rule: daily_loss, base: initial, allowance: {percent: 5}, comparison: cross}\n"
    told = faults(SOUND[: SOUND.index("add_ons:")] + rule + rule)
    assert "already has a rule 'daily_loss'; give each one an `id`" in told[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "bad.yaml:1: the file is empty"),
        (b"- 1\n", "a rulebook is a mapping"),
        (b"a: [1\n", "this is no YAML"),
        (b"a: b: c\n", "this is no YAML"),
        (b"a: \x00", "this is no YAML"),
        (b"\xff\xfea\x00", "bad.yaml:1: the file is not UTF-8 text"),
        (b"name: x\n\xe9", "bad.yaml:2: the file is not UTF-8 text"),
        (b"a: &x [1]\nb: *x\n", "bad.yaml:2: this is no YAML: anchors and aliases"),
        (b"a: 1\n<<: {b: 2}\n", "merge keys are not allowed"),
        (b"name: !!python/object/apply:os.system [x]\n", "the tag 'tag:yaml.org"),
        (b"[" * 5000, "levels of nesting"),
        (b"name: x\nname: y\n", "bad.yaml:2: name: is written twice"),
        (b"? [a]\n: 1\n", "a key must be a word or a number"),
        (b"#" * (BYTES_MAX + 1), "bad.yaml:1: the file is larger than 256 KiB"),
        (b"--- {}\n--- {}\n", "this is no YAML"),
    ],
)
def test_what_is_no_rulebook_at_all_gets_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(RulebookRefused) as refused:
        parse_rulebook(content, "bad.yaml")
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["no-such", "../../etc/passwd\0", "ftmo-2-step.yaml", "/", ""])
def test_a_file_that_is_not_there_is_refused_with_the_presets(name: str) -> None:
    with pytest.raises(
        Unreadable, match=r"there is no such file or preset; presets are .*apex-legacy"
    ):
        load_rulebook(name)


def test_the_fingerprint_is_of_the_values_not_of_the_layout() -> None:
    loaded = read(SOUND)
    same = SOUND.replace("currency: USD\n", "").replace(
        "name: firm-classic\n", "# who\nname:   'firm-classic'\ncurrency: USD\n"
    )
    assert read(same, "other.yaml").sha256 == loaded.sha256
    assert read(SOUND.replace("percent: 5", "percent: 4")).sha256 != loaded.sha256
    again = parse_rulebook(loaded.canonical.encode(), "canonical")
    assert (again.sha256, again.rulebook) == (loaded.sha256, loaded.rulebook)


def test_an_add_on_changes_what_it_names_and_the_fingerprint() -> None:
    loaded = read(SOUND)
    lighter = with_add_ons(loaded, ["lighter"])
    assert _target(lighter).resolve(Decimal(50000)) == Decimal(3000)
    assert _target(loaded).resolve(Decimal(50000)) == Decimal(4000)
    assert lighter.add_ons == ("lighter",)
    assert lighter.sha256 != loaded.sha256
    both = with_add_ons(lighter, ["no-daily"])
    assert [rule.rule for rule in both.rulebook.phase("challenge").rules] == ["profit_target"]
    assert both.sha256 == with_add_ons(loaded, ["lighter", "no-daily"]).sha256


def test_an_add_on_that_is_not_offered_is_refused() -> None:
    with pytest.raises(RulebookRefused, match="there is no add-on 'free'; there are lighter"):
        with_add_ons(read(SOUND), ["free"])


def test_an_account_keeps_the_version_in_force_when_it_was_bought(tmp_path: Path) -> None:
    for number, effective in (("1", "2026-01-01"), ("2", "2026-03-09"), ("3", "2026-06-01")):
        text = SOUND.replace('"1"', f'"{number}"').replace("2026-01-01", effective)
        (tmp_path / f"v{number}.yaml").write_text(text)
    versions = load_directory(tmp_path)
    for bought, version in (
        (date(2026, 1, 1), "1"),
        (date(2026, 3, 8), "1"),
        (date(2026, 3, 9), "2"),
        (date(2027, 1, 1), "3"),
    ):
        assert select_version(versions, bought).rulebook.version == version
    with pytest.raises(LookupError, match="no version was in force on 2025-12-31"):
        select_version(versions, date(2025, 12, 31))


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOUND)
    (tmp_path / "b.yml").write_text(SOUND)
    with pytest.raises(RulebookRefused, match=r"is already in a\.yaml; two versions"):
        load_directory(tmp_path)


@settings(deadline=None)
@given(st.integers(0, len(SOUND)), st.integers(0, 12), st.text(max_size=8))
def test_a_damaged_file_is_read_or_refused_never_more(at: int, cut: int, instead: str) -> None:
    lines: tuple[str, ...] = ()
    try:
        read(SOUND[:at] + instead + SOUND[at + cut :])
    except RulebookRefused as refused:
        lines = refused.lines
    assert all(re.match(r"firm\.yaml:\d+: ", line) for line in lines)
