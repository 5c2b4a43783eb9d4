"""The desk's board: what the engine says of accounts beside what the firm knows of them.

The order is the engine's where it answers; without it, and for accounts that are over, the list is
the firm's own, the newest change first. It must not judge; a person is shown as the role sees him.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from propdesk.crm.accounts.board_facts import (
    Behind,
    Known,
    Wanted,
    known_by_name,
    newest_first,
    rulebooks_by_name,
)
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.domain.instants import micros_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.live import source
from propdesk.web.live.age import Age, age_of
from propdesk.web.live.words import (
    as_of,
    band_of,
    band_word,
    clock_of,
    percent_left,
    status_word,
    width_of,
)
from propdesk.web.room import ENDED
from propdesk.web.row_form import RowForm
from propdesk.web.templatetags.figures import UNKNOWN, amount_of, money, words
from propdesk.wire.live_state import BoardRow

ROWS = 50
LOOKED_AT_MAX = 500
"""So many of the nearest the engine looks at for one answer; what is further away is found by
narrowing the list to its programme."""
EXPORTED_MAX = 500
TEXT_LENGTH_MAX = 100
STATUSES = ("active", "paused", "unknown", "passed", "breached", "expired")
BANDS = ("critical", "caution", "watch", "safe", "unknown")
SHAPES = {
    "safe": "●", "watch": "▲", "caution": "◆", "critical": "■", "unknown": "?",
    "broken": "✕", "ended": "–",
}  # fmt: skip
"""Beside colour and word: whoever sees neither apart sees the shape."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. Parsed once, at the door."""

    q: str = ""
    programme: str = ""
    phase: str = ""
    status: str = ""
    band: str = ""
    after: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Asked":
        said = {
            name: fields.get(name, "").strip()[:TEXT_LENGTH_MAX]
            for name in cls.__dataclass_fields__
        }
        known = {"status": STATUSES, "band": BANDS}
        for name, values in known.items():
            if said[name] not in values:
                said[name] = ""
        return cls(**said)

    def query(self, **other: str) -> str:
        """The address's fields, with others in their place; those that are empty are left out."""
        return urlencode({name: value for name, value in (asdict(self) | other).items() if value})

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.programme or self.phase or self.status or self.band)

    @property
    def facts(self) -> Wanted:
        return Wanted(self.q, self.programme, self.phase, self.status)


@dataclass(frozen=True, slots=True)
class Row:
    """One account, every figure a text as it is shown."""

    name: str
    account: UUID | None
    person: UUID | None
    who: str
    programme: str
    phase: str
    size: str
    status: str
    status_word: str
    blocked: str
    band: str
    band_word: str
    left: str
    used: str
    room: str
    equity: str
    rule: str
    floor: str
    open: str
    at: str

    @property
    def shape(self) -> str:
        return SHAPES[self.band]

    @property
    def key(self) -> str:
        return str(self.account or self.name)

    @property
    def who_shown(self) -> str:
        return self.who or "–"

    @property
    def live_address(self) -> str:
        """Where an account is looked at that is not the firm's."""
        return reverse("live-account", args=[self.name]) if self.account is None else ""


DRAWN = RowForm(
    "web/desk/board_row.html",
    values=(
        "name", "key", "who_shown", "live_address", "programme", "phase", "size", "status_word",
        "blocked", "band", "band_word", "shape", "left", "used", "room", "equity", "rule", "floor",
        "open", "at",
    ),
    ids=("account", "person"),
    switches=("account", "person", "blocked"),
)  # fmt: skip
"""The rows as the table has them; ``may_act``: whether each can be chosen."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the board. ``age`` None: no live figures are in it; ``away`` says why not."""

    rows: Sequence[Row]
    after: str = ""
    """Where the following page begins; empty: there is none."""
    age: Age | None = None
    as_of: str = ""
    accounts: int | None = None
    away: str = ""


def listed(asked: Asked, roles: frozenset[str], now: datetime, *, page: int = ROWS) -> Listed:
    """The accounts the address asks for, as somebody in ``roles`` sees them."""
    if asked.status in ENDED:
        return _kept(asked, roles, page, "")
    try:
        return _live(asked, roles, now, page)
    except EngineAway as gone:
        return _kept(asked, roles, page, str(gone) or _("no engine answers"))


# --- by the engine ---------------------------------------------------------------------------
def _live(asked: Asked, roles: frozenset[str], now: datetime, page: int) -> Listed:
    """Raises ``EngineAway``."""
    most = LOOKED_AT_MAX if asked.is_narrowed or page > ROWS else page
    first = asked.after if not asked.is_narrowed else ""
    board = source.accounts().board(
        limit=most, after=first or None, search=asked.q or asked.programme
    )
    rulebooks = rulebooks_by_name(each.account for each in board.rows) if asked.programme else {}
    taken = [
        each
        for each in board.rows
        if _takes(asked, each, rulebooks.get(each.account, each.programme))
    ]
    begin = 0
    if asked.after and not first:
        names = [each.account for each in taken]
        begin = names.index(asked.after) + 1 if asked.after in names else 0
    shown_rows = taken[begin : begin + page]
    there_are_more = len(taken) > begin + page or (not asked.is_narrowed and board.next is not None)
    known = known_by_name(each.account for each in shown_rows)
    people = _people(known.values(), roles)
    moment = micros_of(now)
    return Listed(
        rows=[_live_row(each, known.get(each.account), people) for each in shown_rows],
        after=shown_rows[-1].account if shown_rows and there_are_more else "",
        age=age_of(board.at, moment, moment),
        as_of=as_of(board.at),
        accounts=board.accounts,
    )


def _takes(asked: Asked, row: BoardRow, rulebook: str) -> bool:
    return (
        (not asked.programme or asked.programme == rulebook)
        and (not asked.phase or asked.phase == row.phase)
        and (not asked.status or asked.status == row.status)
        and (not asked.band or asked.band == band_of(_left(row), row.status))
        and (not asked.q or not asked.programme or asked.q in row.account)
    )


def _left(row: BoardRow) -> Decimal | None:
    return None if row.nearest is None else amount_of(row.nearest.room_percent)


def _live_row(row: BoardRow, account: Known | None, people: Mapping[UUID, str]) -> Row:
    nearest, left = row.nearest, _left(row)
    over = nearest is None or row.status in ENDED
    band = band_of(left, row.status)
    return Row(
        name=row.account,
        account=None if account is None else account.id,
        person=None if account is None else account.person,
        who="" if account is None else people.get(account.person, ""),
        programme=row.programme,
        phase=row.phase,
        size=_size(row.size, row.currency),
        status=row.status,
        status_word=status_word(row.status),
        blocked="" if account is None else _blocked(account),
        band=band,
        band_word=band_word(band),
        left=UNKNOWN if over else percent_left(left),
        used=width_of(left),
        room=UNKNOWN if over or nearest is None else money(nearest.room),
        equity=money(row.equity),
        rule=UNKNOWN if nearest is None else words(nearest.rule),
        floor=UNKNOWN if nearest is None else money(nearest.floor),
        open=str(row.open_positions),
        at=clock_of(row.at).partition(".")[0],
    )


# --- by the firm's own tables ----------------------------------------------------------------
def _kept(asked: Asked, roles: frozenset[str], page: int, away: str) -> Listed:
    facts = asked.facts
    if not facts.status:
        facts = Wanted(facts.search, facts.programme, facts.phase, "active")
    rows = newest_first(facts, _behind(asked.after), page)
    people = _people(rows[:page], roles)
    last = rows[page - 1] if len(rows) > page else None
    after = "" if last is None else f"{last.status_at:%Y-%m-%dT%H:%M:%S.%f%z}~{last.pk}"
    return Listed(rows=[_kept_row(each, people) for each in rows[:page]], after=after, away=away)


def _behind(after: str) -> Behind | None:
    at, _tilde, account = after.partition("~")
    try:
        moment = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%f%z")
        return Behind(moment, UUID(account))
    except ValueError:
        return None


def _kept_row(account: TradingAccount, people: Mapping[UUID, str]) -> Row:
    band = "unknown" if account.status not in ENDED else band_of(None, account.status)
    since = account.status_at
    return Row(
        name=account.engine_account,
        account=account.pk,
        person=account.person,
        who=people.get(account.person, ""),
        programme=account.rulebook,
        phase=account.phase,
        size=_size(f"{account.size:.2f}", account.currency),
        status=account.status,
        status_word=status_word(account.status),
        blocked=_blocked(account),
        band=band,
        band_word=band_word(band),
        left=UNKNOWN,
        used="0",
        room=UNKNOWN,
        equity=UNKNOWN,
        rule=UNKNOWN,
        floor=UNKNOWN,
        open=UNKNOWN,
        at="" if since is None else f"{since.astimezone(UTC):%Y-%m-%d %H:%M}",
    )


# --- both ------------------------------------------------------------------------------------
def _people(accounts: Iterable[TradingAccount | Known], roles: frozenset[str]) -> dict[UUID, str]:
    ids = {each.person for each in accounts}
    named = Person.objects.filter(pk__in=ids).values_list("id", "display_name")
    return {found: shown(Field.NAME, name, roles) for found, name in named}


def _blocked(account: TradingAccount | Known) -> str:
    if not account.blocked_by or account.blocked_by == account.status:
        return ""
    why = f": {words(account.blocked_why)}" if account.blocked_why else ""
    return f"{words(account.blocked_by)}{why}"


def _size(size: str, currency: str) -> str:
    """Sizes are whole as a rule; digits that are zero are left out."""
    return f"{money(size).removesuffix('.00')} {currency}"
