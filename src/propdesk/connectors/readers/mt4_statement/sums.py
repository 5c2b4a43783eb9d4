"""The sums of a MetaTrader 4 statement, each recomputed from the rows above it.

It must not accept a difference of a single minor unit: it names the first row where they part.
"""

from collections.abc import Iterable
from decimal import Decimal

from propdesk.connectors import figures
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Sheet
from propdesk.domain.exact import ZERO, exactly

_MONEY_COLUMNS = ("commission", "taxes", "swap", "profit")


def check_sums(
    sheet: Sheet, closed: Iterable[Row], currency: str
) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Stated balance, equity and margin, after every sum of the page was found to agree.

    Raises ``Unreadable`` with the difference and the first row where rows and sums part.
    """
    moved, columns, credit = ZERO, [ZERO] * 4, ZERO
    with exactly():
        for row in closed:
            with at_row(sheet.name, row.number):
                if not row.cells[0].isdecimal():
                    _check_totals(sheet, row, columns, currency)
                elif row.cells[2] == "balance":
                    moved += figures.number(row.words()[-1])
                elif row.cells[2] == "credit":
                    credit += figures.number(row.words()[-1])
                elif row.cells[2] in {"buy", "sell"}:
                    columns = [
                        total + figures.money(cell)
                        for total, cell in zip(columns, row.cells[10:14], strict=True)
                    ]
        traded = sum(columns, ZERO)
        _agrees(sheet, "Deposit/Withdrawal:", "deposits and withdrawals", moved, currency)
        _agrees(sheet, "Credit Facility:", "credits", credit, currency, optional=True)
        _agrees(sheet, "Closed Trade P/L:", "closed trades", traded, currency)
        balance = _agrees(sheet, "Balance:", "all rows", moved + traded, currency)
        equity = _optional(sheet, "Equity:")
        floating = _optional(sheet, "Floating P/L:")
        if equity is not None and floating is not None and equity != balance + floating + credit:
            raise sheet.refuse(
                None,
                f"the stated equity {equity} {currency} is not balance plus floating profit "
                f"({balance + floating + credit})",
            )
    return balance, equity, _optional(sheet, "Margin:")


def _check_totals(sheet: Sheet, row: Row, columns: list[Decimal], currency: str) -> None:
    """The line under the closed trades: four sums, and below it their sum."""
    words = row.words()
    if not row.cells[0] and len(words) == len(_MONEY_COLUMNS):
        for name, cell, total in zip(_MONEY_COLUMNS, words, columns, strict=True):
            stated = figures.number(cell)
            if stated != total:
                raise sheet.refuse(
                    row.number,
                    f"the {name} of the rows above is {total} {currency}, this row says {stated} "
                    f"(difference {stated - total})",
                )


def _agrees(
    sheet: Sheet,
    label: str,
    what: str,
    total: Decimal,
    currency: str,
    *,
    optional: bool = False,
) -> Decimal:
    found = sheet.labelled(label)
    if found is None:
        if optional:
            return total
        raise sheet.refuse(None, f"the page breaks off: it has no {label.rstrip(':')!r}")
    row, text = found
    with at_row(sheet.name, row):
        stated = figures.number(text)
    if stated != total:
        raise sheet.refuse(
            row,
            f"does not reconcile: {label.rstrip(':')} is stated as {stated} {currency}, "
            f"{what} give {total} (difference {stated - total})",
        )
    return stated


def _optional(sheet: Sheet, label: str) -> Decimal | None:
    found = sheet.labelled(label)
    if found is None:
        return None
    with at_row(sheet.name, found[0]):
        return figures.number(found[1])
