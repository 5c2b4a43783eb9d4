"""The order ticket: checked before it is sent, sent once, and closed, moved or taken away."""

from uuid import uuid4

import pytest

from propdesk.crm.accounts.models import AccountEvent, EventKind
from propdesk.crm.audit.models import AuditRow
from propdesk.ports.platform import PlatformAway
from propdesk.ports.platform_trading import TradeAnswer, TradeRequest
from propdesk.web.live import source
from tests.web.portal.portal_stage import Portal, text_of

pytestmark = pytest.mark.django_db


def test_a_check_says_what_an_order_would_do_and_sends_nothing(stage: Portal) -> None:
    answer = stage.post("trade/check", **stage.order(stop="1.07900"))
    text = text_of(answer)
    assert answer.status_code == 200
    assert "At the stop every limit is kept" in text
    # 110 points of one lot, and 3.00 paid twice.
    assert "with all you hold in it, your equity falls by 116.00 USD" in text
    assert "Daily loss: 5,000.00 room now, 4,884.00 at the worst" in text
    assert stage.held() == []
    assert not AccountEvent.objects.filter(word="accounts.place_order").exists()


def test_an_order_that_would_breach_says_by_how_much_and_must_be_accepted(stage: Portal) -> None:
    order = stage.order(lots="10.00", stop="1.07500")
    text = text_of(stage.post("trade/check", **order))
    assert "This would breach Daily loss by 160.00." in text
    refused = stage.post("trade/place", **order)
    assert refused.status_code == 409
    assert stage.held() == []
    assert stage.post("trade/place", **order, accepted="yes").status_code == 302
    assert len(stage.held()) == 1


def test_without_a_stop_the_failing_price_is_told(stage: Portal) -> None:
    text = text_of(stage.post("trade/check", **stage.order(lots="10.00")))
    assert "Without a stop the loss has no bound" in text
    assert "Daily loss then fails at EURUSD ≤ 1.07512" in text


def test_what_cannot_be_checked_is_not_called_safe(stage: Portal) -> None:
    source.provide(source.NoEngine())
    order = stage.order(stop="1.07900")
    text = text_of(stage.post("trade/check", **order))
    assert "What it would do cannot be said" in text
    assert stage.post("trade/place", **order).status_code == 409
    assert stage.held() == []


def test_a_double_click_sends_one_order(stage: Portal) -> None:
    order = stage.order(stop="1.07900", key=str(uuid4()))
    assert stage.post("trade/place", **order).status_code == 302
    assert stage.post("trade/place", **order).status_code == 302
    assert len(stage.held()) == 1
    assert AuditRow.objects.filter(action="accounts.place_order").count() == 1
    lines = AccountEvent.objects.filter(source=order["key"]).order_by("id")
    assert [each.kind for each in lines] == [EventKind.ACTION, EventKind.ANSWER]


def test_the_same_key_with_another_order_is_refused(stage: Portal) -> None:
    order = stage.order(stop="1.07900", key=str(uuid4()))
    stage.post("trade/place", **order)
    answer = stage.post("trade/place", **{**order, "lots": "2.00"})
    assert answer.status_code == 409
    assert "has sent something else already" in text_of(answer)
    assert len(stage.held()) == 1


def test_an_answer_that_is_lost_may_be_asked_for_again(
    stage: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = stage.firm.stage.core
    trade = platform.trade

    def lost(request: TradeRequest) -> TradeAnswer:
        trade(request)
        raise PlatformAway("the answer did not come")

    order = stage.order(stop="1.07900", key=str(uuid4()))
    with monkeypatch.context() as patched:
        patched.setattr(platform, "trade", lost)
        answer = stage.post("trade/place", **order)
    assert answer.status_code == 503
    assert f'value="{order["key"]}"' in answer.content.decode()
    assert stage.post("trade/place", **order).status_code == 302
    assert len(stage.held()) == 1


def test_a_position_is_protected_and_closed(stage: Portal) -> None:
    stage.post("trade/place", **stage.order(stop="1.07900"))
    (name,) = stage.held()
    assert stage.post("trade/protect", position=name, stop="1.07950").status_code == 302
    (held,) = stage.firm.stage.platform.snapshot(stage.login).positions
    assert (str(held.stop), held.target) == ("1.07950", None)
    assert stage.post("trade/close", position=name, lots="0.40").status_code == 302
    assert len(stage.held()) == 1
    assert stage.post("trade/close", position=name, lots="").status_code == 302
    assert stage.held() == []
    text = text_of(stage.get("history/"))
    assert "You sent an order: buy 1.00 EURUSD (market)." in text
    assert f"You closed position {name}." in text


def test_a_pending_order_is_moved_and_taken_away(stage: Portal) -> None:
    order = stage.order(kind="limit", price="1.07000", stop="1.06900")
    assert stage.post("trade/place", **order).status_code == 302
    (waits,) = stage.firm.stage.platform.snapshot(stage.login).orders
    assert stage.post("trade/change", order=waits.order, price="1.06950").status_code == 302
    (waits,) = stage.firm.stage.platform.snapshot(stage.login).orders
    assert str(waits.price) == "1.06950"
    assert "limit 1.00 at 1.06950" in text_of(stage.get("trade/"))
    assert stage.post("trade/cancel", order=waits.order).status_code == 302
    assert stage.firm.stage.platform.snapshot(stage.login).orders == ()


def test_a_refusal_of_the_platform_is_shown(stage: Portal) -> None:
    answer = stage.post("trade/close", position="nothing")
    assert answer.status_code == 409
    assert "The platform refused: unknown position" in text_of(answer)


def test_what_is_no_figure_is_said_at_its_field(stage: Portal) -> None:
    answer = stage.post("trade/check", **stage.order(lots="many", kind="limit"))
    assert answer.status_code == 422
    assert "A pending order needs a price." in text_of(answer)
    assert stage.post("trade/close", position="1", lots="-1").status_code == 422


def test_an_ended_account_does_not_trade(stage: Portal) -> None:
    stage.firm.stage.buy(stage.login, "10.00")
    stage.price("1.07450", "1.07460")
    answer = stage.post("trade/place", **stage.order(stop="1.07000"), accepted="yes")
    assert answer.status_code == 409
    assert "does not trade" in text_of(answer)
