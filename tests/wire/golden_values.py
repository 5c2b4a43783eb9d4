"""What the files of ``golden_records`` hold, written out by hand.

``python -m tests.wire.golden_values`` writes the files that are missing. It never writes one that
is there: a changed record gets a new version and a new file, and the old file stays.
"""

from decimal import Decimal
from pathlib import Path

import numpy as np

from propdesk.domain import events as domain
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    AccountEnrolled,
    BackFilled,
    DeadLetter,
    GapStood,
    LogRecord,
    Mark,
    Moment,
    RulebookPublished,
    SequencerStood,
    StatusChanged,
    SymbolDefined,
    SymbolStood,
    Ticks,
    VerdictCorrected,
    VerdictSaid,
)

FOLDER = Path(__file__).parent / "golden_records"
AT = 1_772_438_400_123_456  # 2026-03-02T08:00:00.123456Z

TICKS = Ticks(
    first=41,
    feed="lp-1",
    sequence=7_000_000_000,
    symbol=np.array([1, 2, 1], np.int32),
    at=np.array([AT, AT + 1, AT + 2], np.int64),
    bid=np.array([107_990, 4_305_012, 107_991], np.int64),
    ask=np.array([108_000, 4_305_512, 108_002], np.int64),
)
OPENED = domain.AccountOpened(
    account="A-1",
    at=AT,
    currency="USD",
    balance=Decimal("100000.00"),
    leverage=Decimal(100),
    netting=True,
    tags=("swing", "eu"),
)
DEAL = domain.Deal(
    account="A-1",
    at=AT,
    id="D1",
    position="P1",
    symbol="EURUSD",
    side="buy",
    entry="in",
    lots=Decimal("1.00"),
    price=Decimal("1.08000"),
    commission=Decimal("-3.50"),
    stop=Decimal("1.07500"),
    comment="é",
)
VALUES: dict[str, LogRecord] = {
    "ticks-1": TICKS,
    "symbol_defined-1": SymbolDefined(number=2, feed="lp-1", symbol="EURUSD", digits=5),
    "mark-1": Mark(tick=9_007_199_254_740_993),
    "account_enrolled-1": AccountEnrolled(
        account="A-1",
        rulebook="ftmo-2-step",
        version="2026-01",
        sha256="9f" * 32,
        phase="challenge",
        size="100000",
        add_ons=("swing",),
    ),
    "moment-1": Moment(
        "A-1", (OPENED, DEAL, domain.PayoutMoved("A-1", AT, "paid", "Y1", DEAL.lots))
    ),
    "time-1": domain.TimePassed(AT),
    "instrument-1": domain.InstrumentDefined(
        AT, "EURUSD", 5, Decimal(100_000), "EUR", "USD", "EUR", limit_up=Decimal("1.2")
    ),
    "news-1": domain.NewsScheduled(AT, "N1", AT + 9, "Payrolls", ("USD",), impact="medium"),
    "group-1": domain.GroupFormed(AT, "G1", ("A-1", "A-2"), stages=("evaluation", "funded")),
    "gap_opened-1": domain.GapOpened(AT, "EURUSD", "disconnected"),
    "gap_closed-1": domain.GapClosed(AT, "EURUSD", back_filled=True),
    "verdict_said-1": VerdictSaid(
        id="v1",
        account="A-1",
        phase="challenge",
        rule="daily_loss",
        outcome="fail",
        at=AT,
        observed="95000.00",
        limit="95000.00",
        comparison="touch",
        basis="ticks",
        offset=12,
        tick=41,
        evidence={"floor": "95000"},
        replaces="v0",
    ),
    "status_changed-1": StatusChanged("A-1", "challenge", "breached", AT, 12, 41),
    "dead_letter-1": DeadLetter("events/0", 13, None, "unreadable"),
    "sequencer_stood-1": SequencerStood(
        tick=43,
        time=AT,
        market=9,
        events=(12, 0),
        symbols=(SymbolStood(2, "lp-1", "EURUSD", 5, AT, "silence"),),
        sequences={"lp-1": 7_000_000_002},
    ),
    "sequencer_stood-2": SequencerStood(
        tick=43,
        time=AT,
        market=9,
        events=(12, 0),
        symbols=(
            SymbolStood(
                2,
                "lp-1",
                "EURUSD",
                5,
                AT,
                "silence",
                7_000_000_002,
                (GapStood(AT - 9, AT - 5, 7_000_000_000, -1, AT - 6, filled=True),),
            ),
        ),
        sequences={"lp-1": 7_000_000_002},
    ),
    "back_filled-1": BackFilled(TICKS),
    "verdict_corrected-1": VerdictCorrected(
        id="v0",
        account="A-1",
        phase="challenge",
        rule="daily_loss",
        outcome="fail",
        replaced_by="v1",
        why="the ticks of a gap were back-filled",
        because=13,
        at=AT,
        observed="94999.50",
        limit=None,
        offset=14,
        tick=44,
    ),
    "rulebook_published-1": RulebookPublished(sha256="5c" * 32, text='{"name":"é"}', at=AT),
}

if __name__ == "__main__":
    for name, value in VALUES.items():
        file = FOLDER / f"{name}.bin"
        if not file.exists():
            file.write_bytes(encode(value))
