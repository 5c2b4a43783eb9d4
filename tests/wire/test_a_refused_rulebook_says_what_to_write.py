"""Each common mistake in a rulebook file is answered with its line and what to write instead."""

import pytest

from propdesk.wire.rulebook_advice import explained
from propdesk.wire.rulebook_file import RulebookRefused, parse_rulebook

SOUND = """\
name: my-2-step
version: "1"
effective_from: 2026-11-01
currency: USD
clock:
  zone: Europe/Prague
  reset: 00:00
sizes:
  - {size: 100000}
phases:
  - name: challenge
    rules:
      - rule: daily_loss
        base: day_start_balance
        allowance: {percent: 5}
        comparison: cross
      - rule: exposure
        unit: lots
        aggregation: all_open
        cap: {at_most: 10}
        applies_to: {instruments: [XAUUSD]}
"""
SAME_RULE = """\
      - {rule: daily_loss, base: initial, allowance: {percent: 4}, comparison: touch}
"""
SECOND_SCOPE = """\
      - rule: exposure
        id: second
        unit: lots
        aggregation: all_open
        cap: {at_most: 5}
        applies_to: {instruments: [XAUUSD, EURUSD]}
"""


def told(content: str) -> str:
    """Every problem with its explanation; fails where the file is accepted."""
    with pytest.raises(RulebookRefused) as refused:
        parse_rulebook(content.encode(), "x.yaml")
    lines = []
    for problem in refused.value.problems:
        lines += [problem.told("x.yaml"), *explained(problem, content.encode())]
    return "\n".join(lines)


def test_the_file_these_mistakes_are_made_in_is_sound() -> None:
    assert parse_rulebook(SOUND.encode(), "x.yaml").rulebook.name == "my-2-step"


@pytest.mark.parametrize(
    ("right", "wrong", "quoted", "advice"),
    [
        # an unknown rule
        ("rule: daily_loss", "rule: dayly_loss", "13 |       - rule: dayly_loss", "daily_loss"),
        ("rule: daily_loss", "rule: xyz", "13 |       - rule: xyz", "one rule of: activity_days"),
        # a misspelt field, of a rule, of the clock, of the rulebook
        (
            "comparison: cross",
            "comparision: cross",
            "16 | ",
            "`comparison` instead of `comparision`",
        ),
        ("  reset:", "  rest:", "7 |   rest: 00:00", "`reset` instead of `rest`"),
        (
            "currency:",
            "curency:",
            "4 | curency: USD",
            "`currency` instead of `curency` – Currency of",
        ),
        (
            "        base:",
            "        q: 1\n        base:",
            "14 |         q: 1",
            "nothing; take it away, or",
        ),
        # a wrong type
        ("{percent: 5}", "5", "15 |         allowance: 5", "{percent: 5} – How much may be lost"),
        ("reset: 00:00", "reset: midnight", "7 |   reset: midnight", "17:00 – Wall time"),
        (
            "effective_from: 2026-11-01",
            "effective_from: soon",
            "3 | ",
            "2026-03-01 – From this date",
        ),
        ("{size: 100000}", "{size: 100k}", "9 |   - {size: 100k}", "100000 (digits alone"),
        # a missing comparison
        (
            "        comparison: cross\n",
            "",
            "13 |       - rule: daily_loss",
            "comparison: touch or cross – `touch`: reaching the floor breaks it; `cross`: only",
        ),
        # a percentage as text
        (
            "{percent: 5}",
            '{percent: "5 %"}',
            '15 |         allowance: {percent: "5 %"}',
            "5 (digits",
        ),
        ("{percent: 5}", '{percent: "1,000"}', "15 | ", "1000 (digits alone"),
        # an unknown zone
        (
            "Europe/Prague",
            "Europe/Pragu",
            "6 |   zone: Europe/Pragu",
            "Europe/Prague; a zone of the",
        ),
        ("Europe/Prague", "Prague", "6 |   zone: Prague", "Europe/Prague; a zone of the IANA"),
        # a wrong word, a wrong effect
        ("day_start_balance", "start_balance", "14 | ", "day_start_balance – What the loss"),
        (
            "comparison: cross",
            "comparison: cross\n        effects: [{kind: failed}]",
            "17 | ",
            "fail – One of",
        ),
        (
            "comparison: cross",
            "comparison: cross\n        effects: [{kind: pause_until}]",
            "17 | ",
            "add `until: next_day or next_month or days`",
        ),
        # an amount that is two
        ("{percent: 5}", "{percent: 5, money: 1}", "15 | ", "{percent: 5} – How much"),
        # one line twice
        (
            "currency: USD",
            "currency: USD\ncurrency: EUR",
            "5 | currency: EUR",
            "one `currency` only",
        ),
        # one rule twice
        (
            "      - rule: exposure",
            f"{SAME_RULE}      - rule: exposure",
            "17 | ",
            "`id: daily_loss-2`",
        ),
    ],
)
def test_a_mistake_and_its_advice(right: str, wrong: str, quoted: str, advice: str) -> None:
    assert right in SOUND
    answer = told(SOUND.replace(right, wrong, 1))
    assert quoted in answer
    assert f"write instead: {advice}" in answer


def test_scopes_that_overlap() -> None:
    answer = told(SOUND + SECOND_SCOPE)
    assert "overlaps that of 'exposure' and neither is more specific" in answer
    assert "27 |         applies_to: {instruments: [XAUUSD, EURUSD]}" in answer
    assert "write instead: in one of the two rules name what it alone is for" in answer


def test_a_rule_about_the_account_narrowed_to_an_instrument() -> None:
    answer = told(SOUND + SAME_RULE.replace("touch}", "touch, applies_to: {instruments: [ONE]}}"))
    assert (
        "as written here, 'daily_loss' is about the whole account, not about single instruments"
        in answer
    )
    assert "write instead: take `instruments` away; `account_types`, `groups`" in answer


def test_what_is_no_yaml_is_quoted_without_advice() -> None:
    answer = told("a: [\n")
    assert "write instead" not in answer
