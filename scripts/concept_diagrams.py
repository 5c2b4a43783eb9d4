"""The two pictures of the concepts that show an order and no figures: judging, and evidence."""

from scripts.svg_canvas import Canvas

STEPS = (
    ("1  the event is applied", "deal, quote, bar, money moved, time"),
    ("2  costs, balance, equity", "equity is a span where only bars are"),
    ("3  peaks", "those that follow live equity"),
    ("4  floors", "moved by the peaks, clamped, locked"),
    ("5  limits are tested", "hard before soft, loss before target"),
)
ROLL = (
    ("the day is closed", "its profit is booked to it"),
    ("anchors are set", "from balance and equity now"),
    ("floors are built anew", "daily ones, and end of day peaks"),
    ("limits are tested again", "with no trade and no tick"),
)
AFTER = (
    ("6  objectives", "target, days, consistency"),
    ("7  the phase is passed", "flat, nothing unknown, nothing held"),
)


def order(palette: dict[str, str]) -> str:
    """What is done with one event, from top to bottom; a reset before it does the right column."""
    canvas = Canvas(760, 470, "The order of judging one event", palette)
    canvas.text(20, 24, "for every event", "mute")
    canvas.text(440, 24, "first, where a reset lies before it", "mute")
    size = (300, 48)
    for number, lines in enumerate((*STEPS, *AFTER)):
        y = 38 + 61 * number
        canvas.box((20, y), size, lines, "good" if number >= len(STEPS) else "equity")
        if number:
            canvas.arrow((170, y - 13), (170, y))
    for number, lines in enumerate(ROLL):
        y = 38 + 61 * number
        canvas.box((440, y), size, lines, "daily")
        if number:
            canvas.arrow((590, y - 13), (590, y))
    canvas.path([(590, 269), (590, 300), (380, 300), (380, 62)], "mute", 1.5)
    canvas.arrow((380, 62), (320, 62))
    return canvas.svg()


INSIDE = (
    "evidence.json",
    "the rulebook and its fingerprint",
    "the instruments",
    "every event it depended on",
    "each day, chained by hash",
    "versions of code and zone data",
    "the result",
)


def evidence(palette: dict[str, str]) -> str:
    """What goes into the file, and what somebody else does with it."""
    canvas = Canvas(760, 230, "From a history to evidence that verifies offline", palette)
    canvas.box((16, 30), (170, 66), ("history, quotes", "and a rulebook"), "equity")
    canvas.box((16, 130), (170, 66), ("propdesk evaluate", "judges every event"), "equity")
    canvas.box((256, 30), (250, 166), INSIDE, "other")
    canvas.box((576, 30), (168, 66), ("propdesk verify", "anywhere, no network"), "good")
    canvas.box((576, 130), (168, 66), ("holds,", "or every difference"), "good")
    canvas.arrow((101, 96), (101, 130))
    canvas.arrow((186, 163), (256, 163))
    canvas.arrow((506, 63), (576, 63))
    canvas.arrow((660, 96), (660, 130))
    return canvas.svg()
