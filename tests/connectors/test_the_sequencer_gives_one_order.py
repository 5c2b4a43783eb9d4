"""Numbers without holes, marks between events, moments, time, gaps, and starting again."""

import random
import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from propdesk.connectors.feeds.deliveries import EventsCame, FeedLost, QuotesCame
from propdesk.connectors.feeds.quote_policy import QuotePolicy, SymbolPolicy
from propdesk.connectors.feeds.standing import StandingLost, recover, streams_of
from propdesk.domain import events as domain
from propdesk.domain.events import (
    AccountOpened,
    Deal,
    GapClosed,
    GapOpened,
    TimePassed,
)
from propdesk.domain.instants import HOUR, MINUTE, SECOND, parse_instant
from propdesk.ports.event_log import Entry, KeyReused
from propdesk.ports.memory_log import MemoryLog
from propdesk.wire.log_codec import decode, encode
from propdesk.wire.log_records import (
    MARKET,
    SEQUENCER,
    AccountEnrolled,
    Delivered,
    Mark,
    Moment,
    RulebookPublished,
    SymbolDefined,
    Ticks,
    events_of,
)
from propdesk.wire.shards import partition_of, shard_of
from tests.connectors.sequenced import NOW, Desk, quote

ENROLLED = AccountEnrolled("A", "ftmo-2-step", "1", "00" * 32, "challenge", "100000")


def opened(account: str, at: int = NOW) -> AccountOpened:
    return AccountOpened(account, at, "USD", Decimal(100_000))


def deal(account: str, number: int, at: int = NOW) -> Deal:
    return Deal(account, at, f"D{number}", "P1", "EURUSD", "buy", "in", Decimal(1), Decimal("1.08"))


def came(*events: Delivered, key: str = "1", now: int = NOW) -> EventsCame:
    return EventsCame("mt5", key, events, now)


def ticked(*sequences: int, feed: str = "lp") -> QuotesCame:
    return QuotesCame(feed, [quote(each, "1.08", "1.09") for each in sequences], NOW)


# --- order -----------------------------------------------------------------------------------
def test_marks_say_which_ticks_precede_which_event() -> None:
    desk = Desk()
    desk.take(ticked(1, 2), came(opened("A")), ticked(3), came(deal("A", 1), key="2"), ticked(4))
    assert desk.events() == [
        Mark(2),
        Moment("A", (opened("A"),)),
        Mark(3),
        Moment("A", (deal("A", 1),)),
        Mark(4),
    ]
    market = desk.records(MARKET)
    assert isinstance(market[0], SymbolDefined)
    assert [(r.first, r.last, r.sequence) for r in market[1:] if isinstance(r, Ticks)] == [
        (1, 4, 1)
    ]


def test_ticks_are_appended_before_the_marks_that_name_them() -> None:
    desk = Desk(partitions=2)
    plan = desk.sequencer.plan([ticked(1), came(opened("A")), ticked(2)], NOW + MINUTE)
    streams = [entry.stream for entry in plan.entries]
    assert streams == sorted(streams, key=lambda each: each.startswith("events/"))


def test_an_event_without_new_ticks_needs_no_mark() -> None:
    desk = Desk()
    desk.take(ticked(1))
    desk.take(came(opened("A")))
    assert desk.events() == [Mark(1), Moment("A", (opened("A"),))]


def test_batches_end_where_feed_or_sequence_breaks_and_numbers_do_not() -> None:
    desk = Desk()
    desk.take(ticked(1, 2, 9), ticked(10, feed="other"), ticked(11, 12))
    batches = [r for r in desk.records(MARKET) if isinstance(r, Ticks)]
    assert [(b.feed, b.first, b.sequence, len(b.at)) for b in batches] == [
        ("lp", 1, 1, 2),
        ("lp", 3, 9, 1),
        ("other", 4, 10, 1),
        ("lp", 5, 11, 2),
    ]


def test_symbols_of_two_feeds_have_numbers_of_their_own() -> None:
    desk = Desk()
    desk.take(ticked(1), ticked(1, feed="other"))
    desk.quotes(quote(2, "150.1", "150.2", symbol="USDJPY"))
    assert [r for r in desk.records(MARKET) if isinstance(r, SymbolDefined)] == [
        SymbolDefined(1, "lp", "EURUSD", 5),
        SymbolDefined(2, "other", "EURUSD", 5),
        SymbolDefined(3, "lp", "USDJPY", 3),
    ]


def test_a_feeds_name_for_a_symbol_becomes_the_catalogues() -> None:
    desk = Desk()
    desk.quotes(quote(1, "1.08", "1.09", symbol="EURUSD.pro"))
    assert desk.ticks()[0][1] == "EURUSD"


def test_events_of_one_account_and_stamp_are_one_moment() -> None:
    desk = Desk()
    accepted = desk.take(
        came(
            ENROLLED,
            opened("A"),
            deal("B", 1),
            deal("A", 2),
            deal("A", 3, NOW + 1),
            deal("B", 4),
            deal("A", 5),
        )
    )
    assert desk.events() == [
        ENROLLED,
        Moment("A", (opened("A"), deal("A", 2))),
        Moment("B", (deal("B", 1), deal("B", 4))),
        Moment("A", (deal("A", 3, NOW + 1),)),
        Moment("A", (deal("A", 5),)),
    ]
    assert accepted[0].events == 7


def test_an_event_of_everybody_parts_the_moments_around_it() -> None:
    desk = Desk()
    defined = domain.InstrumentDefined(NOW, "X", 2, Decimal(1), "USD", "USD", "USD")
    desk.take(came(deal("A", 1), defined, deal("A", 2)))
    assert desk.events() == [Moment("A", (deal("A", 1),)), defined, Moment("A", (deal("A", 2),))]


# --- partitions ------------------------------------------------------------------------------
def test_shards_are_those_of_the_first_day() -> None:
    """The remainders of what b2sum prints; the log is laid out by them."""
    assert [shard_of(each) for each in ("", "A", "B", "12345678", "é")] == [692, 70, 626, 724, 303]


def test_accounts_are_spread_over_partitions_and_general_events_are_in_all() -> None:
    desk = Desk(partitions=4)
    names = [f"A{n}" for n in range(40)]
    news = domain.NewsScheduled(NOW, "N", NOW + HOUR, "Payrolls")
    ours = RulebookPublished("00" * 32, '{"name":"ours"}', NOW)
    desk.take(ticked(1), came(*(opened(each) for each in names), news, ours), ticked(2))
    for partition in range(4):
        own = [Moment(n, (opened(n),)) for n in names if partition_of(n, 4) == partition]
        assert own
        assert desk.events(partition) == [Mark(1), *own, news, ours, Mark(2)]
    assert {partition_of(each, 1) for each in names} == {0}


# --- what is refused -------------------------------------------------------------------------
REFUSED = [
    ("ahead of its arrival", deal("A", 2, NOW + 2 * SECOND + 1), "account A: .* ahead of its arr"),
    ("a price", domain.Quote(NOW, "EURUSD", Decimal(1), Decimal(2)), "price of EURUSD is no event"),
    ("no lots", replace(deal("A", 2), at=NOW + 1, lots=Decimal(0)), "account A: .*more than zero"),
    ("no account", deal("", 2), "account : .*must not be empty"),
    ("a rulebook of tomorrow", RulebookPublished("0", "{}", NOW + HOUR), "RulebookPub.* ahead of"),
    ("a clock ahead", TimePassed(NOW + 3 * SECOND), "TimePassed: .* ahead of its arrival"),
]


@pytest.mark.parametrize(
    ("bad", "says"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_cannot_be_is_refused_by_name_and_the_rest_stands(
    bad: domain.Event, says: str
) -> None:
    desk = Desk()
    accepted = desk.take(came(deal("A", 1), bad, deal("B", 1)))[0]
    assert desk.events() == [Moment("A", (deal("A", 1),)), Moment("B", (deal("B", 1),))]
    assert accepted.events == 2
    (sentence,) = accepted.refused
    assert re.search(says, sentence), sentence


def test_an_event_two_seconds_ahead_is_taken() -> None:
    desk = Desk()
    assert desk.take(came(deal("A", 1, NOW + 2 * SECOND)))[0].events == 1


@pytest.mark.parametrize(
    ("source", "key"),
    [("", "1"), ("s", ""), ("s", "k" * 127), ("s", "\0"), ("a\nb", "1"), ("a/b", "1")],
)
def test_a_delivery_needs_a_source_and_a_key(source: str, key: str) -> None:
    desk = Desk()
    accepted = desk.take(EventsCame(source, key, [deal("A", 1)], NOW))[0]
    assert "no key of a delivery" in accepted.refused[0]
    assert desk.events() == []


# --- time ------------------------------------------------------------------------------------
def test_each_full_minute_is_written_with_no_tick_and_no_event() -> None:
    desk = Desk()
    for second in range(0, 150, 7):
        desk.take(ticked(second + 1), now=NOW + second * SECOND)
    times = [r.at for r in desk.events() if isinstance(r, TimePassed)]
    assert times == [NOW + MINUTE, NOW + 2 * MINUTE]


def test_the_minute_comes_before_what_arrives_in_it() -> None:
    desk = Desk()
    desk.take(came(opened("A")), now=NOW + MINUTE)
    assert desk.events() == [TimePassed(NOW + MINUTE), Moment("A", (opened("A"),))]


def test_a_start_with_a_clock_set_back_writes_no_earlier_time() -> None:
    desk = Desk()
    desk.take(now=NOW + 5 * MINUTE)
    desk.restart(NOW)
    desk.take(now=NOW + MINUTE)
    assert desk.events() == [TimePassed(NOW + 5 * MINUTE)]


def test_each_second_of_quiet_is_written() -> None:
    desk = Desk()
    desk.take(ticked(1))
    for quarter in range(1, 14):
        desk.take(now=NOW + quarter * SECOND // 4)
    times = [r.at - NOW for r in desk.events() if isinstance(r, TimePassed)]
    assert times == [SECOND, 2 * SECOND, 3 * SECOND]


def test_a_clock_set_back_writes_no_earlier_time() -> None:
    desk = Desk()
    desk.take(now=NOW + MINUTE)
    desk.take(now=NOW - HOUR)
    desk.take(now=NOW + 30 * SECOND)
    assert desk.events() == [TimePassed(NOW + MINUTE)]


# --- gaps ------------------------------------------------------------------------------------
FRIDAY = parse_instant("2026-03-06T21:59:00Z")  # a minute before the week's close in New York
SUNDAY = parse_instant("2026-03-08T21:00:00Z")  # its opening, an hour earlier by then


def gaps_of(desk: Desk) -> list[GapOpened | GapClosed]:
    return [r for r in desk.events() if isinstance(r, GapOpened | GapClosed)]


@pytest.mark.parametrize(
    ("last", "now", "gap"),
    [
        (NOW, NOW + 300 * SECOND, False),
        (NOW, NOW + 300 * SECOND + 1, True),
        (FRIDAY, FRIDAY + 10 * MINUTE, False),
        (FRIDAY, SUNDAY + 3 * MINUTE, False),
        (FRIDAY, SUNDAY + 4 * MINUTE, False),
        (FRIDAY, SUNDAY + 4 * MINUTE + 1, True),
    ],
)
def test_only_silence_while_the_market_is_open_is_a_gap(last: int, now: int, gap: bool) -> None:
    desk = Desk()
    desk.quotes(quote(1, "1.08", "1.09", at=last), now=last)
    desk.take(now=now)
    desk.take(now=now)
    assert gaps_of(desk) == ([GapOpened(last, "EURUSD", "silence")] if gap else [])


def test_a_gap_ends_before_the_tick_that_ends_it() -> None:
    desk = Desk(QuotePolicy({"EURUSD": SymbolPolicy(silence_s_max=10)}))
    desk.quotes(quote(1, "1.08", "1.09", at=NOW - 5))
    desk.take(now=NOW + 11 * SECOND)
    late = NOW + 20 * SECOND
    desk.quotes(quote(2, "1.08", "1.09", at=late), quote(3, "1.08", "1.09", at=late), now=late)
    assert desk.events() == [
        Mark(1),
        GapOpened(NOW - 5, "EURUSD", "silence"),
        GapClosed(late, "EURUSD"),
        Mark(3),
    ]


def test_a_late_delivery_of_what_was_kept_is_no_silence() -> None:
    desk = Desk()
    desk.quotes(quote(1, "1.08", "1.09", at=NOW - HOUR))
    desk.quotes(quote(2, "1.08", "1.09", at=NOW - HOUR + 1), now=NOW + MINUTE)
    desk.take(now=NOW + 5 * MINUTE)
    assert gaps_of(desk) == []


def test_a_lost_feed_is_a_gap_of_all_its_symbols_at_once() -> None:
    desk = Desk()
    desk.quotes(quote(1, "1.08", "1.09"), quote(2, "150.1", "150.2", symbol="USDJPY", at=NOW + 5))
    desk.quotes(quote(1, "1.3", "1.4", symbol="GBPUSD"), feed="other")
    desk.take(FeedLost("lp", NOW + 9), FeedLost("lp", NOW + 9))
    assert gaps_of(desk) == [
        GapOpened(NOW, "EURUSD", "disconnected"),
        GapOpened(NOW + 5, "USDJPY", "disconnected"),
    ]


def test_two_gaps_from_the_same_quote_time_on_are_two_records() -> None:
    desk = Desk()
    for sequence in (1, 2):
        desk.quotes(quote(sequence, "1.08", "1.09"))
        desk.take(FeedLost("lp", NOW))
    assert len(gaps_of(desk)) == 3


# --- sending again, and starting again -------------------------------------------------------
def test_the_same_delivery_again_is_written_once_across_a_restart() -> None:
    desk = Desk(partitions=2)
    sent = came(*(opened(f"A{n}") for n in range(8)), TimePassed(NOW))
    first = desk.take(sent, ticked(1, 2))
    before = [desk.records(stream) for stream in streams_of(2)]
    again = desk.take(sent, ticked(1, 2))
    desk.restart(NOW)
    after = desk.take(sent, ticked(1, 2))
    assert first == again == after
    assert [desk.records(stream) for stream in streams_of(2)[2:]] == before[2:]
    assert desk.ticks() == [(n, "EURUSD", 0, "1.08000", "1.09000") for n in (1, 2)]


def test_what_was_refused_for_its_time_is_taken_when_it_is_sent_again() -> None:
    desk = Desk()
    sent = came(deal("A", 1), deal("B", 2, NOW + MINUTE), deal("C", 3))
    assert desk.take(sent)[0].events == 2
    assert desk.take(replace(sent, arrival=NOW + MINUTE), now=NOW)[0].events == 3
    assert [r.account for r in desk.events() if isinstance(r, Moment)] == ["A", "C", "B"]


def test_a_key_used_for_other_events_is_the_logs_refusal() -> None:
    desk = Desk()
    desk.take(came(deal("A", 1)))
    with pytest.raises(KeyReused):
        desk.take(came(deal("A", 2)))


def test_a_restart_goes_on_with_numbers_symbols_sequences_gaps_and_time() -> None:
    desk = Desk(partitions=2)
    desk.quotes(quote(6, "1.080001", "1.09", at=NOW), quote(7, "1.08", "1.09", at=NOW + 5))
    desk.quotes(quote(8, "150.1", "150.2", symbol="USDJPY"))
    desk.take(FeedLost("lp", NOW), now=NOW + MINUTE)
    desk.quotes(quote(9, "150.1", "150.2", symbol="USDJPY", at=NOW + MINUTE), now=NOW + MINUTE)
    desk.restart(NOW + MINUTE)
    late = quote(10, "1.08", "1.09", at=NOW + 4)
    assert desk.quotes(late, now=NOW + MINUTE).refused == ("quote 10 of EURUSD: out_of_order",)
    assert desk.quotes(quote(9, "1.08", "1.09", at=NOW + 6), now=NOW + MINUTE).quotes == 1
    desk.quotes(quote(11, "1.1", "1.2", at=NOW + 6), now=NOW + MINUTE)
    assert [row[0] for row in desk.ticks()] == [1, 2, 3, 4, 5]
    assert desk.ticks()[-1] == (5, "EURUSD", 6, "1.100000", "1.200000")
    for partition in (0, 1):
        assert desk.events(partition)[-2:] == [GapClosed(NOW + 6, "EURUSD"), Mark(5)]
        assert desk.events(partition).count(TimePassed(NOW + MINUTE)) == 1


def test_the_last_time_of_a_batch_is_known_after_the_restart() -> None:
    desk = Desk()
    desk.quotes(quote(1, "1.08", "1.09", at=NOW), quote(2, "1.08", "1.09", at=NOW + 5))
    desk.restart(NOW)
    late = quote(3, "1.08", "1.09", at=NOW + 4)
    assert desk.quotes(late).refused == ("quote 3 of EURUSD: out_of_order",)


def test_silence_counts_from_the_restart() -> None:
    desk = Desk()
    desk.quotes(quote(1, "1.08", "1.09"))
    desk.restart(NOW + HOUR)
    desk.take(now=NOW + HOUR + 300 * SECOND)
    assert gaps_of(desk) == []
    desk.take(now=NOW + HOUR + 300 * SECOND + 1)
    assert gaps_of(desk) == [GapOpened(NOW, "EURUSD", "silence")]


def test_a_gap_only_one_partition_was_told_of_is_told_to_all_after_the_restart() -> None:
    desk = Desk(partitions=2)
    desk.quotes(quote(1, "1.08", "1.09"))
    gap = GapOpened(NOW, "EURUSD", "silence")
    desk.writer.append([Entry(events_of(0), "gap/torn", encode(gap))])
    desk.restart(NOW)
    desk.take()
    assert desk.events(0)[-1] == desk.events(1)[-1] == GapOpened(NOW, "EURUSD", "restarted")


def test_ticks_that_no_mark_names_are_marked_after_the_restart() -> None:
    desk = Desk()
    plan = desk.sequencer.plan([ticked(1, 2)], NOW)
    desk.writer.append([each for each in plan.entries if each.stream == MARKET])
    desk.restart(NOW)
    desk.take()
    assert desk.events() == [Mark(2)]


def test_a_start_reads_only_behind_the_newest_standing() -> None:
    desk = Desk()
    for minute in range(5):
        at = NOW + minute * MINUTE
        desk.quotes(quote(minute, "1.08", "1.09", at=at), now=at)
        desk.take(came(deal("A", minute), key=str(minute)), now=at + SECOND)
    assert len(desk.records(SEQUENCER)) == 4
    reads: list[tuple[str, int]] = []
    reader = desk.log.reader()

    class Watched:
        def read(self, stream: str, after: int) -> object:
            reads.append((stream, after))
            return reader.read(stream, after)

        def last(self, stream: str) -> int:
            return reader.last(stream)

    standing = recover(Watched(), 1)  # type: ignore[arg-type]
    assert standing.stood.tick == 5
    assert standing.stood.symbols[0].at == NOW + 4 * MINUTE
    assert min(after for stream, after in reads if stream == MARKET) == 5


def test_symbols_that_retention_removed_are_defined_again_at_the_start() -> None:
    desk = Desk(log=MemoryLog(segment_records=1))
    desk.quotes(quote(1, "1.080001", "1.09"))
    desk.quotes(quote(2, "1.08", "1.09"))
    desk.take(now=NOW + MINUTE)
    before = desk.records(MARKET)
    desk.restart(NOW + MINUTE)
    desk.take(now=NOW + MINUTE)
    assert len(desk.records(MARKET)) == len(before)  # they were there
    desk.log.retain(MARKET, len(before))
    desk.restart(NOW + MINUTE)
    desk.take(now=NOW + MINUTE)
    last = decode(desk.log.reader().read(MARKET, len(before))[-1].body)
    assert last == SymbolDefined(1, "lp", "EURUSD", 6)


def test_a_record_of_its_own_that_cannot_be_read_stops_the_start() -> None:
    log = MemoryLog()
    log.writer([MARKET], "x").append([Entry(MARKET, "k", b"PD broken")])
    with pytest.raises(StandingLost, match="market, record 1"):
        recover(log.reader(), 1)


def test_another_number_of_partitions_stops_the_start() -> None:
    desk = Desk(partitions=2)
    desk.take(ticked(1), now=NOW + MINUTE)
    with pytest.raises(StandingLost, match="2 partitions, not 3"):
        recover(desk.log.reader(), 3)


@pytest.mark.parametrize("seed", range(12))
def test_the_log_is_the_same_however_often_it_was_interrupted(seed: int) -> None:
    """Any append may be cut anywhere, and the senders send everything again."""
    chance = random.Random(seed)
    deliveries = [
        ticked(*range(n * 3, n * 3 + 3), feed=chance.choice("ab"))
        if chance.random() < 0.6
        else came(deal(chance.choice("ABCD"), n), key=str(n))
        for n in range(30)
    ]
    calm, cut = Desk(partitions=2), Desk(partitions=2)
    for each in deliveries:
        calm.take(each)
        while chance.random() < 0.4:
            plan = cut.sequencer.plan([each], NOW)
            cut.writer.append(plan.entries[: chance.randint(0, len(plan.entries))])
            cut.restart(NOW)
        cut.take(each)
    assert cut.ticks() == calm.ticks()
    for partition in (0, 1):
        moments = [r for r in calm.events(partition) if isinstance(r, Moment)]
        assert [r for r in cut.events(partition) if isinstance(r, Moment)] == moments
        marks = [r.tick for r in cut.events(partition) if isinstance(r, Mark)]
        assert all(one < other for one, other in pairwise(marks))
        assert marks[-1] == len(calm.ticks())
