"""The built-in catalogue agrees with independent sources; a firm's own file replaces its rows."""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.domain.instruments import CalculationMode
from propdesk.domain.money import minor_digits
from propdesk.domain.valuation import ARITHMETIC, Platform, conversion_for, floating_profit
from propdesk.wire.catalogue import COLUMNS, CatalogueFileError, load_catalogue, parse_catalogue

CATALOGUE = load_catalogue()
SHARED = Path(os.environ.get("PROPDESK_SHARED") or Path(__file__).parents[3] / "shared")
HEADER = ",".join(COLUMNS)
GOOD = "US30,cfd_index,indices,1,5,USD,USD,USD,,,0.1,1,,20,WALLSTREET|DJ30"


def shared(path):
    found = SHARED / "data" / path
    if not found.exists():
        pytest.skip(f"the shared data folder is not here: no {path}")
    return found


def test_every_future_has_the_published_multiplier_and_tick():
    path = shared("specs/lean_symbol-properties-database.csv")
    exchanges = {"cme", "cbot", "nymex", "comex", "cfe", "eurex"}
    with path.open(encoding="utf-8") as lines:
        published = {
            row[1]: (Decimal(row[5]), Decimal(row[6]))
            for row in csv.reader(lines)
            if len(row) > 6 and row[0] in exchanges and row[2] == "future"
        }
    # The source quotes grains and livestock in dollars, the exchange and its platforms in cents.
    in_cents = {"ZC", "ZO", "ZW", "ZS", "ZL", "KE", "LE", "HE", "GF"}
    # Not in the source; their figures are the exchange's contract specifications.
    absent = {"MHG", "MNG", "QM", "QG"}
    # The source has tick and multiplier of the micro DAX swapped with the standard contract's.
    doubtful = {"FDXS"}
    compared = 0
    for instrument in CATALOGUE:
        if instrument.mode is not CalculationMode.FUTURES:
            continue
        symbol = instrument.symbol
        if symbol in absent | doubtful:
            continue
        multiplier, tick = published[symbol]
        cents = 100 if symbol in in_cents else 1
        assert instrument.point_value() * cents == multiplier, symbol
        assert instrument.tick_size == tick * cents, symbol
        compared += 1
    assert compared > 50


def test_real_futures_round_trips_are_recomputed_to_the_cent():
    arithmetic = ARITHMETIC[Platform.FUTURES]
    rows = 0
    with shared("tradovate/Performance.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            booked = row["pnl"].replace("$", "").replace(",", "")
            booked = "-" + booked.strip("()") if booked.startswith("(") else booked
            profit = floating_profit(
                CATALOGUE.get(row["symbol"]),
                "buy",
                Decimal(row["qty"]),
                Decimal(row["buyPrice"]),
                Decimal(row["sellPrice"]),
                account_currency="USD",
                arithmetic=arithmetic,
            )
            assert profit == Decimal(booked), row
            rows += 1
    assert rows == 221


@pytest.mark.parametrize(
    "symbol",
    [
        "eurusd.",
        "audjpy.",
        "usdcnh.",
        "xauusd.",
        "xagusd.",
        "jp225",
        "spx500",
        "us_oil",
        "oilusd.",
        "eurgbp-2",
        "usdtry",
        "MESZ5",
        "gbpaud",
        "euraud",
        "nzdusd",
        "GOLD",
        "US30.cash",
        "USTEC",
        "GER40",
        "BTCUSD",
    ],
)
def test_the_symbols_of_real_statements_are_known(symbol):
    assert CATALOGUE.find(symbol) is not None


@pytest.mark.parametrize(
    ("symbol", "side", "lots", "opened", "closed", "account", "profit"),
    [
        # Facts of single published trades: the contract sizes brokers' own bookings prove.
        ("jp225", "buy", "0.01", "21719", "21723", "JPY", "40"),
        ("usdjpy.", "sell", "0.01", "111.391", "111.300", "JPY", "91"),
        ("xauusd", "buy", "0.15", "1286.500", "1286.440", "USD", "-0.90"),
        ("USDCHF", "buy", "1.00", "0.97394", "0.98062", "USD", "681.20"),
        ("GBPUSD", "sell", "4", "1.35729", "1.35746", "USD", "-68.00"),
    ],
)
def test_contract_sizes_are_those_real_bookings_prove(
    symbol, side, lots, opened, closed, account, profit
):
    instrument = CATALOGUE.get(symbol)
    assert floating_profit(
        instrument,
        side,
        Decimal(lots),
        Decimal(opened),
        Decimal(closed),
        account_currency=account,
        arithmetic=ARITHMETIC[Platform.MT5],
        conversion=conversion_for(instrument.profit_currency, account, CATALOGUE),
    ) == Decimal(profit)


def test_every_profit_has_a_minor_unit_and_a_way_into_the_common_accounts():
    majors = {"USD", "EUR", "GBP", "AUD", "NZD", "CAD", "CHF", "JPY"}
    for instrument in CATALOGUE:
        earned = instrument.profit_currency
        minor_digits(earned)
        # A dollar token has no pair here: what it is worth in dollars is the firm's to state.
        accounts = majors if earned in majors else {"USD"} - {earned.removesuffix("T")}
        for account in accounts:
            conversion_for(earned, account, CATALOGUE)


def test_micros_count_a_tenth_of_their_family():
    for micro in ("MES", "MNQ", "M2K", "MYM", "MGC", "SIL", "MCL", "M6E", "MBT"):
        instrument = CATALOGUE.get(micro)
        assert instrument.mini_equivalent == Decimal("0.1")
        assert instrument.correlated
        assert CATALOGUE.get(instrument.correlated).mini_equivalent == 1


def test_a_firms_own_file_replaces_rows_and_adds_names(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        f"# our broker\n{HEADER}\n{GOOD}\nFOO,cfd,stocks,2,1,USD,USD,USD,,,1,1,,,\n",
        encoding="utf-8",
    )
    catalogue = load_catalogue(path)
    assert len(catalogue) == len(CATALOGUE) + 1
    us30 = catalogue.get("WALLSTREET")
    assert (us30.symbol, us30.contract_size, us30.leverage_cap) == (
        "US30",
        Decimal(5),
        Decimal(20),
    )
    assert catalogue.get("DJ30") is us30
    assert catalogue.get("FOO").asset_class == "stocks"
    assert CATALOGUE.get("US30").contract_size == 1


def test_a_symbol_of_the_firms_takes_the_place_of_a_built_in_alias(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\nGOLD,cfd,metals,2,1,XAU,USD,USD,,,1,1,,,\n", encoding="utf-8")
    catalogue = load_catalogue(path)
    assert catalogue.get("GOLD").contract_size == 1
    assert catalogue.get("XAUUSD").contract_size == 100


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        ([], ["no rows"]),
        (["# only a comment", ""], ["no rows"]),
        (["symbol,mode"], ["columns lack asset_class"]),
        ([HEADER, "US30,cfd"], ["line 2: 2 fields where 15"]),
        (
            [HEADER, GOOD.replace(",5,", ",-5,"), GOOD.replace("indices", "spices"), GOOD, GOOD],
            ["line 2: US30: contract_size", "line 3: asset_class", "line 5: US30 is on line 4"],
        ),
        ([HEADER, GOOD.replace(",5,", ",NaN,")], ["line 2: 'NaN'"]),
        ([HEADER, GOOD.replace(",5,", ",1e400,")], ["line 2: '1e400'"]),
        ([HEADER, GOOD.replace("cfd_index", "swap")], ["line 2: 'swap'"]),
        ([HEADER, GOOD.replace(",1,5,", ",13,5,")], ["line 2: digits '13'"]),
        ([HEADER, GOOD.replace(",1,5,", ",x,5,")], ["line 2: digits 'x'"]),
        ([HEADER, GOOD.replace(",1,5,", ",²,5,")], ["line 2: digits '²'"]),
        ([HEADER, GOOD.replace("cfd_index", "futures")], ["line 2: US30: a future needs"]),
    ],
)
def test_a_bad_file_is_refused_with_every_fault_and_its_line(rows, faults):
    with pytest.raises(CatalogueFileError) as raised:
        parse_catalogue("\n".join(rows), "own.csv")
    assert len(raised.value.faults) == len(faults)
    for found, expected in zip(raised.value.faults, faults, strict=True):
        assert expected in found
    assert str(raised.value).startswith("own.csv: ")


def test_a_file_that_is_not_text_or_names_an_alias_twice_is_refused(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(b"\xff\xfe\x00symbol")
    with pytest.raises(CatalogueFileError, match="UTF-8"):
        load_catalogue(path)
    path.write_text(f"{HEADER}\n{GOOD.replace('WALLSTREET', 'EURUSD')}\n", encoding="utf-8")
    with pytest.raises(CatalogueFileError, match="alias EURUSD"):
        load_catalogue(path)
