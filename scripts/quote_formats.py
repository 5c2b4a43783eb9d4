"""Writes docs/reference/quotes.md: every format of quotes, as it describes itself.

With --check it writes nothing and fails when the page is out of date.
"""

import argparse
import sys
from pathlib import Path

from propdesk.connectors.quotes.registry import all_formats

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "quotes.md"
HEAD = """\
# Quotes that are read

`--quotes` takes a file or a folder, and may be given more than once. A file is known by its
content; the table is written by `scripts/quote_formats.py` from the formats themselves. Each is one
file in `connectors/quotes/formats`. `--quotes-zone` names the clock of times without a zone.

| format | what it is | its clock |
|---|---|---|
"""
REST = """
## Which symbol

A table with a column `symbol` (or `instrument`, `ticker`, `pair`) may hold several. Any other file
is of the one instrument its name names, whatever suffix a broker puts behind it: `EURUSD.pro.csv`,
`DAT_ASCII_EURUSD_T_202001.zip`. Two files of one symbol follow one another in time; where they
overlap they are refused, so that two brokers are never mixed.

## The columns of tables

A time (`time`, `timestamp`, `datetime`, `date`, `at`) and `bid` and `ask`; or for bars `bid_open`,
`bid_high`, `bid_low`, `bid_close` and the same of `ask`; or `open`, `high`, `low`, `close` of one
side, which the file's name says: `EURUSD-bid.csv`. Two such files, one of each side, are read as
one; a bar that only one of them has is refused. The length of a bar is told by its rows.

In Parquet decimal columns are exact. A binary float is taken only where it prints with no more
decimals than its instrument has; anything longer was computed, and is refused.

## What a price proves

- A tick is the bid and the ask at its moment. An empty side of a MetaTrader tick is unchanged;
  there is no price before both sides were told once.
- A bar tells extremes and not their order: equity is a span. A loss is proven only where the best
  end of the span is one, and *possible* where the worst end is.
- Bars of MetaTrader 5 are of the bid. The spread beside them is the
  [least of the bar](https://www.mql5.com/en/book/applications/timeseries/timeseries_mqlrates): how
  high the ask rose is not in them, and at news it rises far. Export ticks to judge shorts.
- Bars of one side alone, such as these and HistData's minutes, are enough while every open position
  closes at that side. While one closes at the other, or a profit is converted by that symbol, its
  quotes are a gap with the reason `the quotes tell only the bid`, and the verdict is unknown as in
  any gap.

## Crossed quotes

In some feeds the bid is now and then above the ask. One of the two is stale and nobody can tell
which, so a crossed quote proves only that the price lay between them: both sides are told as a span
from the ask to the bid. It follows that

- a loss is proven where it is one at either end. That is the same moment at which the sides as
  printed would prove it, because as printed both sides flatter the trader: the bid a long closes
  at is the higher end, the ask a short closes at the lower;
- where only the other end would be a loss, the loss is *possible*, and what hangs on it is unknown;
- a target is met only where it is met at either end: no account passes on a stale side;
- no quote is dropped, so a feed is not made to look silent; coverage says `bars` from the first
  crossed quote that a position was valued at, because from then on some prices are spans.

A bar whose sides are crossed at its ends or extremes is widened in the same way. Quotes inside an
event file are taken as they are written: they are the platform's own statement.
"""


def page() -> str:
    """The whole page."""
    rows = (f"| `{each.name}` | {each.title} | {each.zone} |\n" for each in all_formats())
    return HEAD + "".join(rows) + REST


def main() -> int:
    """Exit status 1 where --check finds the page out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/reference/quotes.md is out of date: run python scripts/quote_formats.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
