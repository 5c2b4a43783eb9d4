"""The board as a page shows it: a row for each account, nearest to a breach first.

It must not order anything: the order is the engine's.
"""

from propdesk.web.live.picture import Part, Picture
from propdesk.web.live.words import (
    alarms_of,
    band_of,
    band_word,
    clock_of,
    is_breach,
    percent_left,
    status_word,
    width_of,
)
from propdesk.web.room import ENDED
from propdesk.web.templatetags.figures import UNKNOWN, amount_of, money, words
from propdesk.wire.live_state import Board, BoardRow

ALARMS_SHOWN = 5


def board_picture(board: Board) -> Picture:
    cells: dict[str, str] = {"accounts": money(board.accounts)}
    for each in board.latest:
        # The row of an account that ended may leave this page's rows with the same answer.
        if is_breach(each.outcome):
            cells[f"{each.account}.status"] = "breached"
            cells[f"{each.account}.word"] = status_word("breached")
    for row in board.rows:
        cells.update(_cells(row))
    rows = [{"key": row.account, "row": row, "size": _size(row)} for row in board.rows]
    alarms = alarms_of(board.latest)[:ALARMS_SHOWN]
    return Picture(
        at=board.at,
        tick=board.tick,
        cells=cells,
        parts={
            "rows": Part(
                frozenset(row.account for row in board.rows),
                "web/live/board_rows.html",
                {"rows": rows},
                tuple(f"row-{row.account}" for row in board.rows),
            ),
            "alarms": Part(
                tuple(each["key"] for each in alarms), "web/live/alarms.html", {"alarms": alarms}
            ),
        },
    )


def _cells(row: BoardRow) -> dict[str, str]:
    key, nearest = row.account, row.nearest
    left = None if nearest is None else amount_of(nearest.room_percent)
    band = band_of(left, row.status)
    without = nearest is None or row.status in ENDED
    return {
        f"{key}.status": row.status,
        f"{key}.word": status_word(row.status),
        f"{key}.equity": money(row.equity),
        f"{key}.room": UNKNOWN if without or nearest is None else money(nearest.room),
        f"{key}.left": UNKNOWN if without else percent_left(left),
        f"{key}.used": width_of(left),
        f"{key}.band": band,
        f"{key}.bandword": band_word(band),
        f"{key}.rule": UNKNOWN if nearest is None else words(nearest.rule),
        f"{key}.floor": UNKNOWN if nearest is None else money(nearest.floor),
        f"{key}.open": str(row.open_positions),
        f"{key}.at": clock_of(row.at),
    }


def _size(row: BoardRow) -> str:
    """Sizes are whole as a rule; digits that are zero are left out."""
    return f"{money(row.size).removesuffix('.00')} {row.currency}"
