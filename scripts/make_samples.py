"""Writes the sample statements and their quotes that the web page offers, always the same.

Made-up trades on a made-up market, in the forms the platforms export: nobody's account.
Run from the repository: ``.venv/bin/python -m scripts.make_samples``.
"""

import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random

from scripts.statement_pages import Head, Trade, mt4_page, mt5_page

from propdesk.domain.clock import zone_of
from propdesk.domain.instants import SECOND, datetime_of, format_instant, micros_of

FOLDER = Path(__file__).parents[1] / "src" / "propdesk" / "web" / "samples"
SEED = 20260309
POINT = Decimal("0.00001")
LOT = 100_000
STEP_S = 15
COMMISSION = Decimal(-7)  # a lot and round trip
SERVER = zone_of("server")


@dataclass(frozen=True)
class Plan:
    """One trade to be: how far the price is from the opening, in points, after so many minutes.

    The last waypoint closes the trade; ``closed`` False leaves it open there.
    """

    day: str
    clock: str
    symbol: str
    side: str
    lots: str
    price: int
    path: tuple[tuple[int, int], ...]
    spread: int = 8
    stop: int | None = None
    closed: bool = True
    swap: str = "0.00"
    comment: str = ""


@dataclass(frozen=True)
class Tick:
    at: int
    symbol: str
    bid: Decimal
    ask: Decimal


@dataclass(frozen=True)
class Sample:
    """What the web page says of a sample, and what it is made of."""

    name: str
    title: str
    says: str
    platform: str
    plans: tuple[Plan, ...]
    made: str
    account: str


def local(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SERVER)


def printed(at: int) -> str:
    return datetime_of(at).astimezone(SERVER).strftime("%Y.%m.%d %H:%M:%S")


def walked(plan: Plan, random: Random) -> list[Tick]:
    """Ticks from a quarter of an hour before the opening to some minutes after the end.

    Between two waypoints the price wanders but arrives; all in whole points.
    """
    opened = micros_of(local(plan.day, plan.clock))
    marks = [(-15, 0), (0, 0), *plan.path]
    if plan.closed:
        marks.append((plan.path[-1][0] + 5, plan.path[-1][1]))
    ticks = []
    for (start, low), (end, high) in pairwise(marks):
        count = (end - start) * 60 // STEP_S
        noise = [0]
        for _ in range(count):
            noise.append(noise[-1] + random.randint(-6, 6))
        for step in range(count):
            wander = noise[step] - noise[count] * step // count
            points = plan.price + low + (high - low) * step // count + wander
            spread = plan.spread + random.randint(0, 3) * (step > 0)
            at = opened + (start * 60 + step * STEP_S) * SECOND
            # Quotes arrive at odd milliseconds, but for those a deal was made on.
            at += random.randint(0, 9_000) * 1000 if step else 0
            ticks.append(Tick(at, plan.symbol, points * POINT, (points + spread) * POINT))
    last = opened + marks[-1][0] * 60 * SECOND
    points = plan.price + marks[-1][1]
    ticks.append(Tick(last, plan.symbol, points * POINT, (points + plan.spread) * POINT))
    return ticks


def traded(ticket: int, plan: Plan, ticks: Sequence[Tick]) -> Trade:
    """The trade at the very ticks of its opening and its end: ask to bid, or bid to ask."""
    opened = micros_of(local(plan.day, plan.clock))
    ended = opened + plan.path[-1][0] * 60 * SECOND
    first = next(tick for tick in ticks if tick.at == opened)
    last = next(tick for tick in ticks if tick.at == ended)
    buy, lots = plan.side == "buy", Decimal(plan.lots)
    open_price, close_price = (first.ask, last.bid) if buy else (first.bid, last.ask)
    profit = (close_price - open_price) * lots * LOT * (1 if buy else -1)
    sign = -1 if buy else 1
    return Trade(
        ticket=ticket,
        symbol=plan.symbol,
        side=plan.side,
        lots=lots,
        opened=printed(opened),
        open_price=open_price,
        closed=printed(ended) if plan.closed else "",
        close_price=close_price,
        profit=profit.quantize(Decimal("0.01")),
        commission=COMMISSION * lots,
        swap=Decimal(plan.swap),
        stop=None if plan.stop is None else open_price + sign * plan.stop * POINT,
        comment=plan.comment,
    )


DAYS = ("2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13")
PASSING = (
    Plan(DAYS[0], "10:05:00", "EURUSD", "buy", "6.00", 108_400, ((40, -90), (150, 420)), stop=300),
    Plan(DAYS[0], "16:10:00", "GBPUSD", "sell", "4.00", 127_050, ((60, 110), (95, 160)), stop=250),
    Plan(DAYS[1], "11:00:00", "EURUSD", "sell", "6.00", 108_900, ((90, -260), (170, -480)),
         stop=300),
    Plan(DAYS[2], "09:45:00", "GBPUSD", "buy", "5.00", 126_600, ((35, -210), (120, 390)), stop=300),
    Plan(DAYS[3], "15:20:00", "EURUSD", "buy", "6.00", 108_100, ((50, 130), (80, -120)), stop=300),
    Plan(DAYS[4], "10:30:00", "EURUSD", "sell", "8.00", 108_650, ((45, 80), (160, -640)), stop=300),
)  # fmt: skip
BREACHING = (
    Plan(DAYS[0], "10:20:00", "EURUSD", "buy", "5.00", 108_350, ((70, -60), (130, 260)), stop=400),
    Plan(DAYS[1], "09:30:00", "GBPUSD", "sell", "4.00", 127_200, ((50, 90), (110, -210)), stop=400),
    # The day's limit is crossed while the position is open; it is closed at a small loss.
    Plan(DAYS[2], "11:10:00", "EURUSD", "buy", "10.00", 108_800,
         ((40, -180), (75, -470), (96, -560), (110, -430), (180, -90))),
    Plan(DAYS[3], "10:00:00", "EURUSD", "sell", "3.00", 108_500, ((60, 40), (100, -230)), stop=300),
)  # fmt: skip
RUNNING = (
    Plan(DAYS[0], "12:00:00", "EURUSD", "buy", "2.00", 108_420, ((60, -80), (140, 310)), stop=300),
    Plan(DAYS[1], "10:15:00", "GBPUSD", "buy", "1.50", 126_900, ((45, 60), (120, -240)), stop=240,
         comment="[sl]"),
    Plan(DAYS[2], "14:30:00", "EURUSD", "sell", "2.50", 108_760, ((80, -150), (130, -350)),
         stop=300),
    Plan(DAYS[3], "16:00:00", "EURUSD", "buy", "2.00", 108_300, ((60, 40), (120, 170)), stop=300,
         closed=False),
)  # fmt: skip
SAMPLES = (
    Sample(
        "mt5-passes-challenge",
        "MT5 report: passes the challenge",
        "Six trades on five days; the last one takes the account over its profit target.",
        "mt5",
        PASSING,
        "2026-03-13 20:00:00",
        "50001001",
    ),
    Sample(
        "mt5-breaches-daily-loss",
        "MT5 report: breaches the daily loss at a tick",
        "A position falls through the day's floor and recovers. Only the quotes can prove it.",
        "mt5",
        BREACHING,
        "2026-03-12 20:00:00",
        "50001002",
    ),
    Sample(
        "mt4-still-running",
        "MT4 detailed statement: still running",
        "Three closed trades and an open one; nothing is decided yet.",
        "mt4",
        RUNNING,
        "2026-03-12 18:00:00",
        "70001003",
    ),
)
DEPOSIT = Decimal(100_000)


def made(sample: Sample) -> tuple[bytes, bytes]:
    """The statement's and the packed quotes' bytes."""
    random = Random(f"{SEED}/{sample.name}")
    ticks: list[Tick] = []
    trades = []
    for number, plan in enumerate(sample.plans):
        path = walked(plan, random)
        trades.append(traded(8_100_100 + 10 * number, plan, path))
        ticks += path
    day, clock = sample.made.split(" ")
    at = local(day, clock)
    deposited = printed(micros_of(local(DAYS[0], "09:00:00") - timedelta(days=3)))
    head = Head(sample.account, "USD", DEPOSIT, deposited, at.strftime("%Y.%m.%d %H:%M"))
    if sample.platform == "mt4":
        head = replace(head, made=f"{at:%Y %B} {at.day}, {at:%H:%M}")
        page = mt4_page(head, trades).encode("ascii")
    else:
        page = b"\xff\xfe" + mt5_page(head, trades).encode("utf-16-le")
    return page, packed(sorted(ticks, key=lambda tick: (tick.at, tick.symbol)))


def packed(ticks: Sequence[Tick]) -> bytes:
    rows = [f"{format_instant(t.at)},{t.symbol},{t.bid},{t.ask}\n" for t in ticks]
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, compresslevel=9) as out:
        out.write(("time,symbol,bid,ask\n" + "".join(rows)).encode())
    return buffer.getvalue()


def described(sample: Sample) -> dict[str, str]:
    suffix = "htm" if sample.platform == "mt4" else "html"
    return {
        "name": sample.name,
        "title": sample.title,
        "says": sample.says,
        "statement": f"{sample.name}.{suffix}",
        "quotes": f"{sample.name}.quotes.csv.gz",
        "source_zone": "server",
        "rulebook": "ftmo-2-step",
        "phase": "challenge",
        "size": "100000",
    }


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    listed = [described(sample) for sample in SAMPLES]
    for sample, words in zip(SAMPLES, listed, strict=True):
        page, quotes = made(sample)
        (FOLDER / words["statement"]).write_bytes(page)
        (FOLDER / words["quotes"]).write_bytes(quotes)
    text = json.dumps(listed, indent=2) + "\n"
    (FOLDER / "samples.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
