"""People who buy a challenge and trade it, through whatever of the firm is there just then.

They do what people do when a page does not answer: the same again. They must not look into the
firm's tables.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx

from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.connectors.test_payments.provider import TestPayments
from propdesk.ports.payments import NoticeKind, PaymentNotice
from propdesk.ports.platform import AccountSnapshot, PlatformAway, Reason, Rights
from propdesk.ports.platform_trading import ClosePosition, PlaceOrder, TradeRequest
from tests.live.recovery.processes import wait_until
from tests.web.life.firm import SLUG
from tests.web.life.house import SYMBOL

Found = TypeVar("Found")
AGAIN_S = 0.4
PRICE_MINOR = 54_900
LOTS = Decimal(20)
WON = Decimal(1_100)
"""More than the thousand that the target asks."""
NOT_NOW = frozenset({429, 500, 502, 503, 504})


@dataclass
class Customer:
    """One of them; ``wins`` buys a market that only rises. Everything within ``patience_s``."""

    number: int
    key: str
    address: str
    home: Path
    secret: str
    wins: bool
    patience_s: float
    told: list[str] = field(default_factory=list)
    """How far they have come."""

    def live(self) -> None:
        """From the order to the end of what was bought."""
        with self._at_work():
            self._pay(self._order())
            self._trade()

    def hold(self, lots: Decimal) -> str:
        """From the order to an open position; the address of the account's page."""
        with self._at_work():
            self._pay(self._order())
            login = self._again(partial(self._login_of, 0))
            self._order_at(PlaceOrder(login, SYMBOL, "buy", lots, key=f"{login}-open"))
            return f"/me/accounts/{self._challenge()['phases'][0]['account']}/"

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        with httpx.Client(
            base_url=self.address, headers={"Authorization": f"Bearer {self.key}"}, timeout=20
        ) as self._pages:
            self._platform = PlatformClient(self.home / SOCKET_NAME, timeout_s=5)
            self._until = time.monotonic() + self.patience_s
            try:
                yield
            finally:
                self._platform.close()

    # -- buying
    def _order(self) -> str:
        wish = {"programme": SLUG, "size": "100000", "currency": "USD"}
        texts = self._get("/legal-texts")["items"]
        quoted = self._post("/quotes", wish)
        said = {
            **wish, "total": quoted["total"]["amount"], "key": f"basket-{self.number}",
            "country": "CH", "born_on": "1990-01-01", "accepted": [each["id"] for each in texts],
        }  # fmt: skip
        twice: list[str] = []
        clicks = [
            threading.Thread(target=lambda: twice.append(self._post("/orders", said)["reference"]))
            for _ in range(2)
        ]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()
        assert len(twice) == 2
        assert len(set(twice)) == 1, "a double click orders once"
        self.told.append(f"ordered {twice[0]}")
        return twice[0]

    def _pay(self, order: str) -> None:
        begun = self._post(f"/orders/{order}/payments", {})
        assert self._post(f"/orders/{order}/payments", {})["id"] == begun["id"]
        payment = begun["address"].strip("/").rpartition("/")[2]
        pending = PaymentNotice(
            id=f"{payment}-pending",
            kind=NoticeKind.PENDING,
            payment=payment,
            key=begun["id"],
            currency="USD",
            amount_minor=PRICE_MINOR,
            at=datetime.fromisoformat(begun["created_at"]),
        )
        key = hashlib.sha256(f"test payments: {self.secret}".encode()).digest()
        for told in messages(Course.REPEATS, pending):  # each five times, the last first
            self._again(partial(self._notice, TestPayments(key), told))
        self.told.append("paid")

    def _notice(self, provider: TestPayments, told: PaymentNotice) -> bool | None:
        body, headers = provider.signed(told, datetime.now(UTC))
        answer = self._asked("POST", "/payments/test/notices", content=body, headers=headers)
        return None if answer is None else True

    # -- trading
    def _trade(self) -> None:
        for number in range(2 if self.wins else 1):
            login = self._again(partial(self._login_of, number))
            self.told.append(f"phase {number + 1} on {login}")
            opened = PlaceOrder(
                login, SYMBOL, "buy" if self.wins else "sell", LOTS, key=f"{login}-open"
            )
            self._order_at(opened)
            if not self.wins:
                self._again(partial(self._is_stopped, login))
                self.told.append("stopped")
                return
            self._again(partial(self._has_won, login))
            for held in self._snapshot(login).positions:
                self._order_at(ClosePosition(login, held.position, key=f"{held.position}-close"))
        self._again(lambda: self._challenge()["state"].startswith("awaiting") or None)
        self.told.append("passed")

    def _challenge(self) -> dict[str, Any]:
        found = self._get("/challenges")["items"]
        assert len(found) <= 1
        return found[0] if found else {"phases": [], "state": ""}

    def _login_of(self, phase: int) -> str | None:
        """The login of one's n-th phase, once it is open and may be traded."""
        phases = self._challenge()["phases"]
        if len(phases) <= phase:
            return None
        account = self._get(f"/accounts/{phases[phase]['account']}")
        is_open = account["opened_at"] and account["status"] == "active"
        return str(account["login"]) if is_open else None

    def _order_at(self, request: TradeRequest) -> None:
        """Done on the platform, once: the same key is the same order."""

        def asked() -> bool | None:
            answer = self._platform.trade(request)
            if answer.reason is Reason.NO_PRICE:  # the platform has begun anew this moment
                return None
            assert answer.is_done, answer
            return True

        self._again(asked)

    def _snapshot(self, login: str) -> AccountSnapshot:
        return self._again(lambda: self._platform.snapshot(login))

    def _has_won(self, login: str) -> bool | None:
        held = self._snapshot(login)
        return True if held.equity is not None and held.equity - held.balance > WON else None

    def _is_stopped(self, login: str) -> bool | None:
        held = self._snapshot(login)
        return True if not held.positions and held.card.rights is Rights.READ_ONLY else None

    # -- again and again
    def _get(self, path: str) -> dict[str, Any]:
        return self._again(lambda: self._asked("GET", f"/api/v1{path}"))

    def _post(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        key = hashlib.sha256(f"{self.number}{path}{said}".encode()).hexdigest()
        return self._again(
            lambda: self._asked(
                "POST", f"/api/v1{path}", json=said, headers={"Idempotency-Key": key}
            )
        )

    def _asked(self, verb: str, path: str, **said: Any) -> dict[str, Any] | None:
        """The answer; None: not now."""
        try:
            answer = self._pages.request(verb, path, **said)
        except httpx.TransportError:
            return None
        if answer.status_code in NOT_NOW or "in_progress" in answer.text:
            return None
        assert answer.status_code < 400, f"{verb} {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found

    def _again(self, ask: Callable[[], Found | None]) -> Found:
        found: list[Found] = []

        def is_there() -> bool:
            try:
                answer = ask()
            except PlatformAway:
                answer = None
            if answer is None:
                time.sleep(AGAIN_S)
                return False
            found.append(answer)
            return True

        wait_until(is_there, max(0.0, self._until - time.monotonic()))
        return found[0]


def lived(customers: Sequence[Customer]) -> None:
    """All of them at once, to their ends."""
    failed: list[str] = []

    def live(customer: Customer) -> None:
        try:
            customer.live()
        except BaseException as error:
            failed.append(f"{customer.number}, {customer.told}: {error!r}")
            raise

    threads = [threading.Thread(target=live, args=(each,)) for each in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed
