"""What somebody looks at live: a page of the board, or one account. Parsed once, at the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from propdesk.ports.live_accounts import LiveAccounts
from propdesk.web.live.account_picture import account_picture
from propdesk.web.live.board_picture import board_picture
from propdesk.web.live.picture import Picture

ROWS = 50
NAME_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True)
class Topic:
    """``account`` is None for the board; equal topics are asked for once, however many look."""

    account: str | None
    search: str = ""
    after: str | None = None

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Topic":
        """From the fields of an address; what is too long to be a name is cut."""
        account = asked.get("account", "")[:NAME_LENGTH_MAX]
        if account:
            return cls(account)
        after = asked.get("after", "")[:NAME_LENGTH_MAX]
        return cls(None, asked.get("q", "").strip()[:NAME_LENGTH_MAX], after or None)

    @property
    def query(self) -> str:
        fields = {"account": self.account, "q": self.search, "after": self.after}
        return urlencode({name: value for name, value in fields.items() if value})

    def picture(self, accounts: LiveAccounts) -> Picture | None:
        """Asks once. None where there is no such account; raises ``EngineAway``."""
        if self.account is None:
            return board_picture(accounts.board(limit=ROWS, after=self.after, search=self.search))
        found = accounts.account(self.account)
        return None if found is None else account_picture(found)
