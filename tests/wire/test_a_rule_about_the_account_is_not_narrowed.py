"""A rule about the whole account names no instrument: the file is refused."""

import pytest

from tests.wire.test_rulebook_file import SOUND, faults, read

DAILY = "rule: daily_loss, base: initial, allowance: {percent: 5}, comparison: cross"
LOTS = "rule: exposure, unit: lots, aggregation: all_open, cap: {at_most: 5}"
ASKED = 'rule: condition, says: x, expression: "flat"'
BEST = "rule: consistency, limit: {percent: 40}, operator: at_most"
IDLE = "rule: inactivity, days: 30"


@pytest.mark.parametrize(
    ("rule", "only", "refused"),
    [
        (DAILY, "instruments: [XAUUSD]", True),
        (DAILY, "asset_classes: [metals]", True),
        (DAILY, "account_types: [swing], groups: [a], tags: [b]", False),
        ("rule: overall_loss, mode: static, allowance: {percent: 9}, comparison: touch",
         "instruments: [XAUUSD]", True),
        ("rule: profit_target, target: {percent: 9}", "instruments: [XAUUSD]", True),
        ("rule: profit_cap, cap: {percent: 9}, horizon: day", "instruments: [XAUUSD]", True),
        ("rule: time_limit, days: 30, counted_from: start", "instruments: [XAUUSD]", True),
        ("rule: capital, kinds: [owner], accounts_max: 2", "instruments: [XAUUSD]", True),
        (f"{BEST}, unit: day", "instruments: [XAUUSD]", True),
        (f"{BEST}, unit: trade", "instruments: [XAUUSD]", False),
        (f"{BEST}, unit: trade_idea", "instruments: [XAUUSD]", False),
        (f"{ASKED}, on: [day_end]", "instruments: [XAUUSD]", True),
        (f"{ASKED}, on: [deal, day_end]", "instruments: [XAUUSD]", True),
        (f"{ASKED}, on: [deal]", "instruments: [XAUUSD]", False),
        (f"{IDLE}, activity: assignment, open_position_counts: false",
         "instruments: [XAUUSD]", True),
        (f"{IDLE}, activity: open", "instruments: [XAUUSD]", False),
        (LOTS, "instruments: [XAUUSD]", False),
        (LOTS, "asset_classes: [metals]", False),
    ],
)  # fmt: skip
def test_what_is_about_the_account_is_not_narrowed_to_instruments(
    rule: str, only: str, refused: bool
) -> None:
    more = f"      - {{{rule}, id: more, applies_to: {{{only}}}}}\n"
    text = SOUND[: SOUND.index("add_ons:")] + more
    if not refused:
        read(text)
        return
    (told,) = faults(text)
    field = only.partition(":")[0]
    assert told.startswith(f"firm.yaml:25: phases[1].rules[1].applies_to.{field}: ")
    assert "is about the whole account, not about single" in told


def test_an_add_on_does_not_narrow_it_either() -> None:
    lighter = "phases.challenge.rules.daily_loss.applies_to: {instruments: [XAUUSD]}"
    told = faults(SOUND.replace("phases.challenge.rules.daily_loss: null", lighter))
    assert "with it, phases[0].rules[0].applies_to.instruments: as written here" in told[0]
