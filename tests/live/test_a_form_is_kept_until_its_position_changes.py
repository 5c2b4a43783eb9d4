"""An account that is asked keeps the forms of its positions; another position has another form."""

from decimal import Decimal

from propdesk.domain.events import AccountOpened, Deal, Event, Quote
from propdesk.engine.fixed_point import LinearForm
from propdesk.wire.log_records import Mark, Moment, SymbolDefined
from propdesk.wire.rulebook_file import load_rulebook
from tests.live.engine_drive import DIGITS, FEED, NUMBERS, Driven, batch_of

AT = 1_772_445_600_000_000


def deal(name: str, position: str, at: int, lots: str = "1") -> Deal:
    return Deal("A1", at, name, position, "EURUSD", "buy", "in", Decimal(lots), Decimal("1.1"))


class Account(Driven):
    """One account of a hundred thousand in the first quotes of EURUSD."""

    def __init__(self) -> None:
        super().__init__(load_rulebook("ftmo-2-step"))
        self.enrol("A1", "challenge", 100_000)
        self.take(SymbolDefined(NUMBERS["EURUSD"], FEED, "EURUSD", DIGITS["EURUSD"]))
        self.take(batch_of([Quote(AT, "EURUSD", Decimal("1.1"), Decimal("1.1001"))], 1))
        self.take(Mark(1))
        self.happened(AccountOpened("A1", AT, "USD", Decimal(100_000)))

    def happened(self, event: Event) -> None:
        self.take(Moment("A1", (event,)))

    def forms(self) -> dict[str, LinearForm | None]:
        shape = self.desk.seats["A1"].shape
        assert shape is not None
        return dict(zip(shape.positions, (e.form for e in shape.shape.terms), strict=True))


def test_a_form_stays_while_its_position_does() -> None:
    account = Account()
    account.happened(deal("D1", "P1", AT + 1))
    kept = account.forms()["P1"]
    assert kept is not None
    account.desk.touched((account.desk.seats["A1"].slot,), AT + 2, "EURUSD")
    assert account.forms()["P1"] is kept
    account.happened(deal("D2", "P2", AT + 3))
    forms = account.forms()
    assert forms["P1"] is kept
    assert forms["P2"] == kept
    assert forms["P2"] is not kept


def test_a_position_that_grew_has_another_form() -> None:
    account = Account()
    account.happened(deal("D1", "P1", AT + 1))
    small = account.forms()["P1"]
    account.happened(deal("D2", "P1", AT + 2, lots="2"))
    large = account.forms()["P1"]
    assert small is not None
    assert large is not None
    assert Decimal(large.a) / large.d == 3 * Decimal(small.a) / small.d


def test_finer_prices_make_another_form() -> None:
    account = Account()
    account.happened(deal("D1", "P1", AT + 1))
    account.take(SymbolDefined(NUMBERS["EURUSD"], FEED, "EURUSD", DIGITS["EURUSD"] + 2))
    account.take(batch_of([Quote(AT + 2, "EURUSD", Decimal("1.1"), Decimal("1.1001"))], 2))
    account.take(Mark(2))
    finer = account.forms()["P1"]
    assert finer is not None
    assert finer.price_digits == DIGITS["EURUSD"] + 2
