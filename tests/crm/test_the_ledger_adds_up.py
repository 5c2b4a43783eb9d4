"""The ledger: every entry adds up to zero in each currency, is posted once, and stays as it is."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.ledger.actions.post_entry import (
    KeyUsedOtherwise,
    NotInTransaction,
    post_entry,
)
from propdesk.crm.ledger.balances import balance_of, sums_by_currency, trial_balance
from propdesk.crm.ledger.lines import Line, Unbalanced, credit, debit
from propdesk.crm.ledger.models import Account, Entry, Posting
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.minor_units import NotWholeMinorUnits, money_of, read_minor, to_minor
from propdesk.domain.money import Money, UnknownCurrency

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CASH, REVENUE = AccountKind.CASH_AT_PROVIDER, AccountKind.FEE_REVENUE
USD_155 = Money(Decimal("155.00"), "USD")
SALE = (debit(CASH, USD_155, "test"), credit(REVENUE, USD_155))


def post(key: str = "k", lines: tuple[Line, ...] = SALE, about: str = "O-2026-000001") -> Entry:
    with transaction.atomic():
        return post_entry(key=key, about=about, what="sale", lines=lines, at=NOW)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("155.00", "USD", 15500), ("155", "JPY", 155), ("1.234", "KWD", 1234), ("-0.01", "EUR", -1)],
)
def test_minor_units_are_exact(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Money(Decimal(amount), currency)) == minor
    assert money_of(minor, currency) == Money(Decimal(amount), currency)
    assert read_minor(f" {amount}", currency) == minor


def test_what_is_finer_than_the_currency_is_refused() -> None:
    with pytest.raises(NotWholeMinorUnits):
        to_minor(Money(Decimal("0.5"), "JPY"))
    with pytest.raises(NotWholeMinorUnits):
        read_minor("1.005", "USD")
    with pytest.raises(UnknownCurrency):
        money_of(1, "XXX")


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_named_and_its_balances_are_sums() -> None:
    first, second = post("one"), post("two")
    assert first.reference.startswith("L-2026-")
    assert first.reference < second.reference
    assert balance_of(CASH, "USD", "test") == 31000
    assert balance_of(REVENUE, "USD") == -31000
    assert balance_of(CASH, "EUR", "test") == 0
    cash, revenue = trial_balance()
    assert (str(cash.debit), cash.credit) == ("310.00 USD", None)
    assert (revenue.debit, str(revenue.credit)) == (None, "310.00 USD")
    assert str(revenue.usual) == str(cash.usual) == "310.00 USD"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_is_the_same_entry_and_no_other() -> None:
    first = post()
    assert post(lines=SALE[::-1]) == first
    for other in ({"about": "O-2026-000002"}, {"lines": tuple(reversed_signs(SALE))}):
        with pytest.raises(KeyUsedOtherwise):
            post(**other)
    assert Entry.objects.count() == 1
    assert Posting.objects.count() == 2


def reversed_signs(lines: tuple[Line, ...]) -> list[Line]:
    return [Line(each.kind, each.detail, each.currency, -each.amount_minor) for each in lines]


@pytest.mark.parametrize(
    "lines",
    [
        (debit(CASH, USD_155), credit(REVENUE, Money(Decimal("154.99"), "USD"))),
        (debit(CASH, USD_155), credit(REVENUE, Money(Decimal("155.00"), "EUR"))),
        (debit(CASH, Money(Decimal(0), "USD")), credit(REVENUE, Money(Decimal(0), "USD"))),
        (),
    ],
    ids=["a cent", "another currency", "nothing moves", "no lines"],
)
@pytest.mark.django_db
def test_what_does_not_add_up_is_not_posted(lines: tuple[Line, ...]) -> None:
    with pytest.raises(Unbalanced):
        post(lines=lines)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_needs_the_transaction_of_what_it_is_about() -> None:
    with pytest.raises(NotInTransaction):
        post_entry(key="k", about="O", what="sale", lines=SALE, at=NOW)


def account(currency: str = "USD", kind: str = "cash_at_provider") -> Account:
    return Account.objects.create(id=uuid7(NOW), kind=kind, detail="raw", currency=currency)


def entry(postings: int = 2) -> Entry:
    return Entry.objects.create(
        id=uuid7(NOW),
        key="raw",
        content_sha256="0" * 64,
        reference="L-raw",
        about="O",
        what="sale",
        at=NOW,
        postings=postings,
    )


def line(of: Entry, amount: int, currency: str = "USD", to: Account | None = None) -> Posting:
    return Posting.objects.create(
        entry=of, account=to or account(currency), currency=currency, amount_minor=amount
    )


def over_by_a_cent() -> None:
    written, to = entry(), account()
    line(written, 100, to=to)
    line(written, -99, to=to)


def over_in_one_of_two_currencies() -> None:
    written, dollars, euros = entry(), account(), account("EUR")
    line(written, 100, to=dollars)
    line(written, -100, "EUR", to=euros)


def without_postings() -> None:
    entry()


def with_two_more_postings_later() -> None:
    made = post()
    to = account()
    line(made, 5, to=to)
    line(made, -5, to=to)


def with_one_side() -> None:
    entry(postings=1)


def posting_in_another_currency_than_its_account() -> None:
    written, to = entry(), account("EUR")
    line(written, 100, to=to)
    line(written, -100, to=to)


def posting_of_nothing() -> None:
    line(entry(), 0)


def account_of_an_unknown_kind() -> None:
    account(kind="pocket")


def account_twice() -> None:
    account()
    account()


def changed_posting() -> None:
    post()
    Posting.objects.update(amount_minor=1)


def deleted_posting() -> None:
    post()
    Posting.objects.all()._raw_delete(Posting.objects.db)


def changed_entry() -> None:
    post()
    Entry.objects.update(about="O-2026-000009")


def changed_account() -> None:
    post()
    Account.objects.update(detail="elsewhere")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("deed", "guard"),
    [
        (over_by_a_cent, "does not add up to zero"),
        (over_in_one_of_two_currencies, "does not add up to zero"),
        (without_postings, "does not have the postings"),
        (with_two_more_postings_later, "does not have the postings"),
        (with_one_side, "ledger_entry_has_two_sides"),
        (posting_in_another_currency_than_its_account, "currency_is_the_accounts"),
        (posting_of_nothing, "ledger_posting_moves_money"),
        (account_of_an_unknown_kind, "ledger_account_kind_is_known"),
        (account_twice, "ledger_account_is_one"),
        (changed_posting, "ledger_posting is written once"),
        (deleted_posting, "ledger_posting is written once"),
        (changed_entry, "ledger_entry is written once"),
        (changed_account, "ledger_account is written once"),
    ],
)
def test_the_database_itself_refuses(deed, guard: str) -> None:
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        deed()


AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12).filter(bool)
KINDS = st.sampled_from(list(AccountKind))
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY"])


@st.composite
def adding_up(draw: st.DrawFn) -> tuple[Line, ...]:
    """Lines of one to three currencies that add up in each."""
    found: list[Line] = []
    for currency in draw(st.lists(CURRENCIES, min_size=1, max_size=3, unique=True)):
        amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=4))
        amounts.append(-sum(amounts))
        found += [Line(draw(KINDS), draw(st.sampled_from("ab")), currency, a) for a in amounts if a]
    return tuple(found)


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(entries=st.lists(adding_up().filter(lambda e: len(e) > 1), min_size=3, max_size=6))
def test_writers_at_once_leave_a_trial_balance_of_zero(entries: list[tuple[Line, ...]]) -> None:
    """Three writers post the same entries in different orders, each key twice over."""
    before, known = {b: b.amount_minor for b in trial_balance()}, Entry.objects.count()
    run = uuid7(NOW).hex
    faults: list[BaseException] = []

    def write(order: list[int]) -> None:
        try:
            for number in order:
                post(f"{run}:{number}", entries[number])
        except BaseException as fault:  # noqa: BLE001 - told to the test's own thread
            faults.append(fault)
        finally:
            connections.close_all()

    numbers = list(range(len(entries)))
    orders = (numbers, numbers[::-1], numbers[1:] + numbers[:1])
    writers = [threading.Thread(target=write, args=(order,)) for order in orders]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert not faults
    assert Entry.objects.count() == known + len(entries)
    assert set(sums_by_currency(trial_balance()).values()) <= {0}
    expected: dict[tuple[str, str, str], int] = {
        (b.kind, b.detail, b.currency): amount for b, amount in before.items()
    }
    for one in (one for lines in entries for one in lines):
        name = (one.kind, one.detail, one.currency)
        expected[name] = expected.get(name, 0) + one.amount_minor
    assert {(b.kind, b.detail, b.currency): b.amount_minor for b in trial_balance()} == expected


@pytest.mark.django_db(transaction=True)
def test_the_sum_of_a_broken_ledger_is_seen() -> None:
    """What the page shows is measured, not asserted: with the guard off, the sum is not zero."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
    try:
        line(entry(), 7)
        assert sums_by_currency(trial_balance()) == {"USD": 7}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_posting ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
