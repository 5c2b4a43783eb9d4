"""The whole way round: purchase, simulated platform, bridge, log, engine, projector, courier."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from propdesk.boot.courier import Courier
from propdesk.boot.courier_to_platforms import CourierToPlatforms
from propdesk.connectors.simulated_platform.bridge import Bridge, PointFile
from propdesk.crm.accounts.actions.show_credentials import show_credentials
from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.audit.actor import Actor
from propdesk.domain.instants import DAY, HOUR, datetime_of
from propdesk.ports.intake import Accepted, FeedQuote
from propdesk.ports.platform import Rights
from propdesk.wire.log_records import Mark, Ticks
from tests.connectors.platforms.simulated_stage import SimulatedStage
from tests.crm.accounts.fake_platform import AT
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.challenges.judged import JudgedFirm, LogIntake
from tests.live.recovery.firm_on_a_log import judge_all

pytestmark = pytest.mark.django_db


class TickingIntake(LogIntake):
    """Takes a feed's quotes too, each with its mark."""

    _ticks = 0

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        for quote in quotes:
            self._ticks += 1
            bid, ask = (int(each.scaleb(5)) for each in (quote.bid, quote.ask))
            ticks = Ticks(
                self._ticks, feed, quote.sequence, np.array([1], np.int32),
                np.array([quote.at], np.int64), np.array([bid], np.int64),
                np.array([ask], np.int64),
            )  # fmt: skip
            self.write_market(f"{feed}/{quote.sequence}", ticks)
            self.write(f"{feed}/{quote.sequence}", Mark(self._ticks))
        return Accepted(quotes=len(quotes))

    def back_fill(
        self,
        feed: str,  # noqa: ARG002
        quotes: Sequence[FeedQuote],
        *,
        whole: Sequence[tuple[str, int]] = (),  # noqa: ARG002
    ) -> Accepted:
        assert not quotes, "nothing was missing"
        return Accepted()


class StagedFirm(JudgedFirm):
    """A firm whose platform is the one that ships."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.stage = SimulatedStage(home)
        self.stage.clock.now = AT
        self.stage.price("1.08000", "1.08010")
        self.staged = TickingIntake(self.log)
        self.bridge = Bridge(self.stage.platform, self.staged, PointFile(home / "point"), "stage")

    def settle(self) -> None:
        for _ in range(5):
            self.now = datetime_of(self.stage.clock.step())
            courier = Courier("c1", self.staged, self.alarms.append, lambda: self.now)
            while courier.deliver_next():
                pass
            with ThreadPoolExecutor(1) as executor:
                carrier = CourierToPlatforms(
                    "c1", {SERVER: self.stage.platform}, executor, self.alarms.append,
                    lambda: self.now,
                )  # fmt: skip
                while carrier.deliver():
                    pass
            while not self.bridge.forward():
                pass
            judge_all(self.worker)
            self.project()

    def deliver(self) -> None:
        """Everything is delivered where everything settles."""


@pytest.fixture
def firm(db: None, tmp_path: Path) -> Iterator[StagedFirm]:
    firm = StagedFirm(tmp_path)
    yield firm
    firm.stage.end()


def test_who_buys_trades_and_breaches_is_closed_and_disabled(firm: StagedFirm) -> None:
    enrolment = firm.enrolled()
    firm.settle()
    account = firm.running(enrolment).account
    assert (account.status, account.login) == ("active", account.engine_account)
    me = Actor(firm.person.pk, "trader")
    shown = show_credentials(account.pk, by=me, at=firm.now)
    assert shown.password
    position = firm.stage.buy(account.login, "10.00")
    assert position is not None
    firm.settle()
    assert firm.running(enrolment).account.status == "active"
    firm.stage.price("1.07450", "1.07460")
    firm.settle()
    account.refresh_from_db()
    held = firm.stage.platform.snapshot(account.login)
    assert (account.status, held.positions) == ("breached", ())
    assert (held.card.rights, account.rights) == (Rights.READ_ONLY, Rights.READ_ONLY)
    assert AccountVerdict.objects.get(account=account).rule == "daily_loss"
    assert firm.stage.place(account.login).is_done is False
    assert firm.bridge.refused == []
    assert firm.alarms == []


def test_where_the_market_is_shut_the_close_waits_for_the_open(firm: StagedFirm) -> None:
    enrolment = firm.enrolled()
    firm.settle()
    account = firm.running(enrolment).account
    firm.stage.buy(account.login, "10.00")
    firm.stage.price("1.07450", "1.07460")
    while not firm.bridge.forward():
        pass
    judge_all(firm.worker)
    firm.stage.clock.now = AT + 5 * DAY  # Saturday
    firm.settle()
    held = firm.stage.platform.snapshot(account.login)
    assert (held.card.rights, len(held.positions)) == (Rights.READ_ONLY, 1)
    firm.stage.clock.now = AT + 7 * DAY - 9 * HOUR
    firm.stage.price("1.07450", "1.07460")
    firm.settle()
    assert firm.stage.platform.snapshot(account.login).positions == ()
    account.refresh_from_db()
    assert account.status == "breached"
