"""Draws the pictures of ``docs/concepts`` from histories that are judged here and now.

Floors, gaps and moments of verdicts are the evaluator's. ``--check`` writes nothing and fails when
a picture is out of date. Run from the repository: ``.venv/bin/python -m scripts.concept_pictures``.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from scripts.concept_diagrams import evidence, order
from scripts.svg_canvas import PALETTES, Canvas, Plot

from propdesk.domain.evaluation import Evaluation, Sample
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Bar, Event, GapClosed, GapOpened, GroupFormed
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.overall_loss import Mode, OverallLoss, PeakSource
from propdesk.domain.terms import Amount, RuleTerms
from tests.story import ACCOUNT, CATALOGUE, at, deal, opened, passed, quote, rulebook

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images" / "concepts"
COMMAND = "python -m scripts.concept_pictures"
STEP = 5 * 60 * 1_000_000
LOT = Decimal(100_000)
OTHER = "A2"
FIVE = Amount(percent=Decimal(5))
Waypoints = Sequence[tuple[str, str]]


def judged(rule: RuleTerms, events: Sequence[Event], account: str = ACCOUNT) -> Evaluation:
    """One account of 100,000 USD by one rule, with its samples; a day ends at midnight UTC."""
    book = rulebook(rule, zone="UTC")
    evaluator = Evaluator(
        book,
        book.phases[0],
        size=LOT,
        catalogue=CATALOGUE,
        account=account,
        sampled=True,
    )
    evaluator.feed(events)
    return evaluator.result()


def prices(waypoints: Waypoints) -> Iterator[Event]:
    """A quote every five minutes on straight lines between the waypoints."""
    for (start, one), (end, other) in pairwise(waypoints):
        begin, steps = at(start), (at(end) - at(start)) // STEP
        for number in range(steps + 1):
            price = Decimal(one) + (Decimal(other) - Decimal(one)) * number / max(1, steps)
            bid = f"{price:.5f}"
            made = quote(start, "EURUSD", bid, bid)
            yield made._replace(at=begin + number * STEP)


def merged(*parts: Sequence[Event]) -> list[Event]:
    """Several parts of a history in order; what is given first goes first at one moment."""
    return sorted((each for part in parts for each in part), key=lambda event: event.at)


def equity(samples: Sequence[Sample]) -> list[tuple[int, Decimal | None]]:
    """Where nothing moved it there is no point, and the line goes on."""
    return [(each.at, each.equity_low) for each in samples if each.equity_low is not None]


# -- the day -------------------------------------------------------------------------------------
def day(palette: dict[str, str]) -> str:
    """The reset sets a new floor, and an open loss breaks it with no trade and no tick."""
    rule = DailyLoss(base="day_start_balance", allowance=FIVE, comparison="cross")
    events = merged(
        [
            opened("2026-03-02 00:00:00"),
            deal("2026-03-02 02:00:00", "P1", "buy", "in", "1.00", "1.10000"),
            deal("2026-03-02 10:00:00", "P1", "sell", "out", "1.00", "1.14000", profit="4000"),
            deal("2026-03-02 12:00:00", "P2", "buy", "in", "1.00", "1.14000"),
        ],
        list(
            prices(
                [
                    ("2026-03-02 00:00:00", "1.10000"),
                    ("2026-03-02 02:00:00", "1.10000"),
                    ("2026-03-02 10:00:00", "1.14000"),
                    ("2026-03-02 12:00:00", "1.14000"),
                    ("2026-03-02 19:00:00", "1.06000"),
                    ("2026-03-02 23:55:00", "1.06500"),
                ]
            )
        ),
        [passed("2026-03-03 06:00:00")],
    )
    found = judged(rule, events)
    (verdict,) = found.verdicts
    canvas = Canvas(760, 320, "The day's floor moves at the reset and is tested there", palette)
    plot = Plot(
        canvas,
        at("2026-03-02 00:00:00"),
        at("2026-03-03 06:00:00"),
        Decimal(93000),
        Decimal(106000),
    )
    plot.grid(range(94000, 107000, 3000))
    plot.moment(verdict.at, "00:00, the reset")
    plot.line([(s.at, s.balance) for s in found.samples], "good", stepped=True)
    plot.line([(s.at, s.daily_floor) for s in found.samples], "daily", stepped=True)
    plot.line(equity(found.samples), "equity")
    floors = [each.daily_floor for each in found.samples if each.daily_floor is not None]
    x, y = plot.x(verdict.at), plot.y(Decimal(str(verdict.observed)))
    canvas.dot(x, y, "floor")
    canvas.text(x + 12, y + 20, f"breached: {verdict.observed:,f}", "floor")
    canvas.text(x + 12, plot.y(floors[-1]) - 7, f"new floor {verdict.limit:,f}", "daily")
    canvas.text(plot.left + 6, plot.y(floors[0]) - 7, f"daily floor {floors[0]:,f}", "daily")
    canvas.text(plot.x(at("2026-03-02 13:00:00")), plot.y(Decimal(104000)) - 7, "balance", "good")
    canvas.text(plot.x(at("2026-03-02 16:30:00")), plot.y(Decimal(100000)), "equity", "equity")
    return canvas.svg()


# -- floors --------------------------------------------------------------------------------------
FLOORS: tuple[tuple[str, Mode, PeakSource | None, str], ...] = (
    ("static", "static", None, "mute"),
    ("trails live equity", "trailing", "live_equity", "floor"),
    ("trails closed balance", "trailing", "closed_balance", "daily"),
    ("trails the day's end", "trailing", "eod_balance", "other"),
)


def floors(palette: dict[str, str]) -> str:
    """One history and the floor that each mode makes of it."""
    events = merged(
        [
            opened("2026-03-02 00:00:00"),
            deal("2026-03-02 02:00:00", "P1", "buy", "in", "1.00", "1.10000"),
            deal("2026-03-02 18:00:00", "P1", "sell", "out", "1.00", "1.12000", profit="2000"),
            deal("2026-03-03 02:00:00", "P2", "buy", "in", "1.00", "1.12000"),
            deal("2026-03-03 20:00:00", "P2", "sell", "out", "1.00", "1.14500", profit="2500"),
            deal("2026-03-04 02:00:00", "P3", "buy", "in", "1.00", "1.14500"),
        ],
        list(
            prices(
                [
                    ("2026-03-02 00:00:00", "1.10000"),
                    ("2026-03-02 02:00:00", "1.10000"),
                    ("2026-03-02 10:00:00", "1.13500"),
                    ("2026-03-02 18:00:00", "1.12000"),
                    ("2026-03-03 02:00:00", "1.12000"),
                    ("2026-03-03 11:00:00", "1.11400"),
                    ("2026-03-03 20:00:00", "1.14500"),
                    ("2026-03-04 02:00:00", "1.14500"),
                    ("2026-03-04 10:00:00", "1.17000"),
                    ("2026-03-04 20:00:00", "1.15500"),
                ]
            )
        ),
    )
    canvas = Canvas(
        760, 360, "Static and trailing floors of one history, locked at 100,000", palette
    )
    plot = Plot(
        canvas,
        at("2026-03-02 00:00:00"),
        at("2026-03-04 20:00:00"),
        Decimal(94000),
        Decimal(108000),
    )
    plot.grid(range(95000, 108000, 3000))
    for number in (3, 4):
        plot.moment(at(f"2026-03-0{number} 00:00:00"), "00:00")
    for place, (label, mode, source, ink) in enumerate(FLOORS):
        lock = None if source is None else Lock(at=Amount(money=Decimal(0)))
        rule = OverallLoss(
            mode=mode, peak_source=source, lock=lock, allowance=FIVE, comparison="touch"
        )
        found = judged(rule, events)
        plot.line([(s.at, s.overall_floor) for s in found.samples], ink, stepped=True)
        canvas.text(canvas.width - plot.right + 8, plot.y(Decimal(98200)) + 18 * place, label, ink)
    plot.line(equity(found.samples), "equity", "equity")
    canvas.text(
        canvas.width - plot.right + 8, plot.y(Decimal(100000)) + 4, "lock at 100,000", "mute"
    )
    return canvas.svg()


# -- what can be known ---------------------------------------------------------------------------
def span(palette: dict[str, str]) -> str:
    """Bars give equity as a span: one bar may have touched the floor, the last one proves it."""
    rule = DailyLoss(base="initial", allowance=FIVE, comparison="touch")
    shape = (
        ("1.10000", "1.10400", "1.09500", "1.09800"),
        ("1.09800", "1.10000", "1.08200", "1.08400"),
        ("1.08400", "1.08900", "1.06900", "1.07000"),
        ("1.07000", "1.07600", "1.06000", "1.06300"),
        ("1.06300", "1.07200", "1.04600", "1.06800"),
        ("1.06800", "1.08000", "1.06500", "1.07600"),
        ("1.07600", "1.07700", "1.05600", "1.05800"),
    )
    hour = 3_600_000_000
    begin = at("2026-03-02 09:00:00")
    bars = [
        Bar(begin + number * hour, "EURUSD", hour, *(Decimal(each) for each in (*row, *row)))
        for number, row in enumerate(shape)
    ]
    events: list[Event] = [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:59:00", "EURUSD", "1.10000", "1.10000"),
        deal("2026-03-02 08:59:30", "P1", "buy", "in", "1.00", "1.10000"),
        *bars,
    ]
    found = judged(rule, events)
    (verdict,) = found.verdicts
    canvas = Canvas(760, 320, "Equity from bars is a span", palette)
    plot = Plot(canvas, begin, begin + len(bars) * hour, Decimal(93500), Decimal(101500))
    plot.grid(range(94000, 102000, 2000))
    for bar in bars:
        high, low = ((price - Decimal("1.1")) * LOT + LOT for price in (bar.bid_high, bar.bid_low))
        is_it = bar.at <= verdict.at <= bar.at + hour and low <= Decimal(95000)
        width = plot.x(bar.at + hour) - plot.x(bar.at) - 6
        corner = (plot.x(bar.at) + 3, plot.y(high))
        canvas.area(
            corner, (width, plot.y(low) - plot.y(high)), "floor" if is_it else "equity", 0.45
        )
    plot.line(
        [(begin, Decimal(95000)), (plot.end, Decimal(95000))], "daily", "floor 95,000 (touch)"
    )
    canvas.text(
        canvas.width - plot.right + 8, plot.y(Decimal(98600)), "each bar: the span", "equity"
    )
    canvas.text(
        canvas.width - plot.right + 8,
        plot.y(Decimal(98600)) + 18,
        "of equity in its hour",
        "equity",
    )
    canvas.text(
        plot.x(verdict.at), plot.y(Decimal(94000)) + 4, f"{verdict.outcome}: it may have", "floor"
    )
    return canvas.svg()


def gap(palette: dict[str, str]) -> str:
    """Quotes stop while a position is open: nobody can say what equity was."""
    rule = DailyLoss(base="initial", allowance=FIVE, comparison="touch")
    before = [
        ("2026-03-02 09:00:00", "1.10000"),
        ("2026-03-02 10:00:00", "1.10600"),
        ("2026-03-02 11:30:00", "1.08200"),
    ]
    after = [("2026-03-02 13:00:00", "1.07400"), ("2026-03-02 15:00:00", "1.11200")]
    hole = (at("2026-03-02 11:30:00"), at("2026-03-02 13:00:00"))
    events = merged(
        [
            opened("2026-03-02 08:00:00"),
            deal("2026-03-02 09:00:00", "P1", "buy", "in", "1.00", "1.10000"),
        ],
        list(prices(before)),
        [GapOpened(hole[0] + 1, "EURUSD", "silence"), GapClosed(hole[1], "EURUSD")],
        list(prices(after)),
    )
    found = judged(rule, events)
    (known,) = found.coverage.gaps
    canvas = Canvas(760, 300, "A gap in the quotes while a position is open", palette)
    plot = Plot(
        canvas,
        at("2026-03-02 09:00:00"),
        at("2026-03-02 15:00:00"),
        Decimal(94000),
        Decimal(102000),
    )
    plot.grid(range(95000, 102000, 2000))
    start, end = plot.x(known.start), plot.x(known.end or plot.end)
    canvas.area(
        (start, plot.top), (end - start, canvas.height - plot.top - plot.bottom), "mute", 0.22
    )
    canvas.text((start + end) / 2, plot.top + 18, "equity not known", "ink", 13, "middle")
    for each in (known.start, known.end):
        plot.moment(
            each or plot.end,
            f"{(each or 0) // 3_600_000_000 % 24:02d}:{(each or 0) // 60_000_000 % 60:02d}",
        )
    inside = [
        (s.at, None if known.start < s.at < (known.end or s.at) else s.equity_low)
        for s in found.samples
    ]
    plot.line([each for each in inside if each[0] >= plot.begin], "equity", "equity")
    plot.line([(plot.begin, Decimal(95000)), (plot.end, Decimal(95000))], "daily", "floor 95,000")
    canvas.text(
        canvas.width - plot.right + 8, plot.y(Decimal(98000)), f"status: {found.status}", "ink"
    )
    return canvas.svg()


# -- accounts judged together --------------------------------------------------------------------
def together(palette: dict[str, str]) -> str:
    """A hedge is found at the deal that makes it one, whichever account is asked."""
    short = replace(
        deal("2026-03-02 11:00:00", "Q1", "sell", "in", "1.00", "1.10000"), account=OTHER
    )
    events: list[Event] = [
        opened("2026-03-02 08:00:00"),
        AccountOpened(OTHER, at("2026-03-02 08:00:00"), "USD", LOT),
        GroupFormed(at("2026-03-02 08:00:00"), "g", (ACCOUNT, OTHER)),
        quote("2026-03-02 08:30:00", "EURUSD", "1.10000", "1.10000"),
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1.00", "1.10000"),
        short,
        deal("2026-03-02 14:00:00", "P1", "sell", "out", "1.00", "1.10000"),
    ]
    rule = Hedging(cross_account="banned")
    moments = [judged(rule, events, account).verdicts[0].at for account in (ACCOUNT, OTHER)]
    canvas = Canvas(760, 200, "Two accounts of one owner, one log, the same verdict", palette)
    plot = Plot(
        canvas,
        at("2026-03-02 08:00:00"),
        at("2026-03-02 16:00:00"),
        Decimal(0),
        Decimal(3),
        left=120,
    )
    lanes = (
        (ACCOUNT, "long EURUSD", "09:00", "14:00", "good"),
        (OTHER, "short EURUSD", "11:00", "16:00", "other"),
    )
    for number, (account, words, start, end, ink) in enumerate(lanes):
        y, x = 45 + 55 * number, plot.x(at(f"2026-03-02 {start}:00"))
        canvas.text(16, y + 21, f"account {account}")
        canvas.area((x, y), (plot.x(at(f"2026-03-02 {end}:00")) - x, 32), ink, 0.35)
        canvas.text(x + 10, y + 21, words)
        canvas.dot(plot.x(moments[number]), y + 16, "floor")
    plot.moment(moments[0], "11:00", "floor")
    canvas.text(canvas.width - plot.right + 8, 66, "both are told of", "floor")
    canvas.text(canvas.width - plot.right + 8, 84, "the hedge at 11:00", "floor")
    return canvas.svg()


PICTURES: dict[str, Callable[[dict[str, str]], str]] = {
    "day": day,
    "floors": floors,
    "span": span,
    "gap": gap,
    "together": together,
    "order": order,
    "evidence": evidence,
}


def pictures() -> dict[Path, str]:
    """Every picture for a light and for a dark page, by its file."""
    return {
        FOLDER / f"{name}-{shade}.svg": draw(palette)
        for name, draw in PICTURES.items()
        for shade, palette in PALETTES.items()
    }


def out_of_date() -> list[str]:
    """The files that are not what the evaluator says, and those nothing draws."""
    made = pictures()
    wrong = [p for p, text in made.items() if not p.is_file() or p.read_text("utf-8") != text]
    gone = set(FOLDER.glob("*.svg")) - made.keys()
    return sorted(str(path.relative_to(ROOT)) for path in {*wrong, *gone})


def main() -> int:
    """Exit status 1 where --check finds a picture out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        wrong = out_of_date()
        print("\n".join(f"{name} is out of date: run {COMMAND}" for name in wrong), end="")
        return 1 if wrong else 0
    FOLDER.mkdir(exist_ok=True)
    for path, text in pictures().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
