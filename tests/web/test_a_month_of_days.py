"""The calendar holds every date of its months once, with what the days earned."""

from datetime import date
from typing import Any

from propdesk.web.month_grid import months_of


def day(label: str, profit: str, *, counted: bool = True) -> dict[str, Any]:
    return {"day": label, "profit": profit, "counted": counted}


def test_every_date_of_a_month_is_there_once() -> None:
    result = {"days": [day("2026-02-27", "10.00"), day("2026-04-01", "-2.50")]}
    months = months_of(result, [])
    assert [month.first for month in months] == [
        date(2026, 2, 1),
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]
    for month, length in zip(months, (28, 31, 30), strict=True):
        inside = [c.day for week in month.weeks for c in week.cells if not c.outside]
        assert inside == [month.first.replace(day=number + 1) for number in range(length)]
        assert {week.cells[0].day.weekday() for week in month.weeks} == {0}
    assert [month.profit for month in months] == ["10.00", "0", "-2.50"]


def test_a_week_across_two_months_counts_in_each_only_its_own_days() -> None:
    result = {"days": [day("2026-03-31", "100.00"), day("2026-04-01", "-30.00")]}
    march, april = months_of(result, [])
    assert (march.weeks[-1].profit, april.weeks[0].profit) == ("100.00", "-30.00")
    assert march.weeks[0].profit is None


def test_a_day_tells_its_record_and_how_many_trades_closed() -> None:
    result = {"days": [day("2026-03-10", "5.00", counted=False)]}
    (month,) = months_of(result, [{"day": "2026-03-10"}, {"day": "2026-03-10"}, {"day": ""}])
    (cell,) = [c for week in month.weeks for c in week.cells if c.record is not None]
    assert (cell.day, cell.trades) == (date(2026, 3, 10), 2)
    assert cell.record is result["days"][0]


def test_a_history_without_days_has_no_calendar() -> None:
    assert months_of({"days": []}, []) == ()


def test_three_years_at_most_the_latest() -> None:
    result = {"days": [day("2015-01-01", "1.00"), day("2026-03-10", "5.00")]}
    months = months_of(result, [])
    assert (len(months), months[-1].first) == (36, date(2026, 3, 1))
