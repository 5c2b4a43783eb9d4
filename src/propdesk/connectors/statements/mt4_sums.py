"""The sums of a MetaTrader 4 statement, each recomputed from the rows above it.

It must not accept a difference of a single minor unit: it names the first row where they part.
"""

from collections.abc import Iterable
from decimal import Decimal

from propdesk.connectors.refusal import at_row
from propdesk.connectors.statements import figures
from propdesk.connectors.statements.page import Page, Row
from propdesk.domain.exact import ZERO, exactly

_MONEY_COLUMNS = ("commission", "taxes", "swap", "profit")


def check_sums(
    page: Page, closed: Iterable[Row], currency: str
) -> tuple[Decimal, Decimal | None, Decimal | None]:
    """Stated balance, equity and margin, after every sum of the page was found to agree.

    Raises ``Unreadable`` with the difference and the first row where rows and sums part.
    """
    moved, columns, credit = ZERO, [ZERO] * 4, ZERO
    with exactly():
        for row in closed:
            with at_row(page.name, row.number):
                if not row.cells[0].isdigit():
                    _check_totals(page, row, columns, currency)
                elif row.cells[2] == "balance":
                    moved += figures.number(row.cells[-1])
                elif row.cells[2] == "credit":
                    credit += figures.number(row.cells[-1])
                elif row.cells[2] in {"buy", "sell"}:
                    columns = [
                        total + figures.money(cell)
                        for total, cell in zip(columns, row.cells[10:14], strict=True)
                    ]
        traded = sum(columns, ZERO)
        _agrees(page, "Deposit/Withdrawal:", "deposits and withdrawals", moved, currency)
        _agrees(page, "Credit Facility:", "credits", credit, currency, optional=True)
        _agrees(page, "Closed Trade P/L:", "closed trades", traded, currency)
        balance = _agrees(page, "Balance:", "all rows", moved + traded, currency)
        equity = _optional(page, "Equity:")
        floating = _optional(page, "Floating P/L:")
        if equity is not None and floating is not None and equity != balance + floating + credit:
            raise page.refuse(
                None,
                f"the stated equity {equity} {currency} is not balance plus floating profit "
                f"({balance + floating + credit})",
            )
    return balance, equity, _optional(page, "Margin:")


def _check_totals(page: Page, row: Row, columns: list[Decimal], currency: str) -> None:
    """The line under the closed trades: four sums, and below it their sum."""
    if len(row.cells) == 5 and not row.cells[0] and all(row.cells[1:]):
        for name, cell, total in zip(_MONEY_COLUMNS, row.cells[1:], columns, strict=True):
            stated = figures.number(cell)
            if stated != total:
                raise page.refuse(
                    row.number,
                    f"the {name} of the rows above is {total} {currency}, this row says {stated} "
                    f"(difference {stated - total})",
                )


def _agrees(
    page: Page,
    label: str,
    what: str,
    total: Decimal,
    currency: str,
    *,
    optional: bool = False,
) -> Decimal:
    found = page.labelled(label)
    if found is None:
        if optional:
            return total
        raise page.refuse(None, f"the page breaks off: it has no {label.rstrip(':')!r}")
    row, text = found
    with at_row(page.name, row):
        stated = figures.number(text)
    if stated != total:
        raise page.refuse(
            row,
            f"does not reconcile: {label.rstrip(':')} is stated as {stated} {currency}, "
            f"{what} give {total} (difference {stated - total})",
        )
    return stated


def _optional(page: Page, label: str) -> Decimal | None:
    found = page.labelled(label)
    if found is None:
        return None
    with at_row(page.name, found[0]):
        return figures.number(found[1])
