"""The pages that the benchmark asks for, by name, each with addresses that differ.

It must not measure. One address asked twice would measure a memory.
"""

import random
from collections.abc import Callable, Mapping
from typing import TypeAlias
from urllib.parse import urlencode

from propdesk.boot.bench_web_rows import FIRST, LAST, Firm

Address: TypeAlias = Callable[[random.Random, Firm], str]
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _found_by_name(draw: random.Random, firm: Firm) -> str:
    """A part of a first or last name, and for every second the number behind it."""
    del firm
    name = draw.choice((FIRST + " " + LAST).split()).lower()
    part = name[-4:] if draw.random() < 0.5 else f"{name}.{draw.randrange(100, 1_000)}"
    return f"/staff/search/?{urlencode({'q': part})}"


def _found_by_login(draw: random.Random, firm: Firm) -> str:
    return f"/staff/search/?{urlencode({'q': firm.login[:4] + str(draw.randrange(10))})}"


def _funnel(draw: random.Random, firm: Firm) -> str:
    """The usual thirty days, of all programmes or of one."""
    del firm
    return "/staff/funnel/" + draw.choice(("", "?programme=two-step-a", "?programme=two-step-b"))


def _money(draw: random.Random, firm: Firm) -> str:
    del draw, firm
    return "/staff/money/"


def _exposure(draw: random.Random, firm: Firm) -> str:
    del draw, firm
    return "/staff/exposure/"


def _board(draw: random.Random, firm: Firm) -> str:
    """Everything, one status, or one programme."""
    del firm
    return "/staff/board/" + draw.choice(("", "?status=active", "?programme=two-step-a"))


def _time_line(draw: random.Random, firm: Firm) -> str:
    """Of the account with the most lines: the newest of them, or a page in the middle."""
    before = f"?before={draw.randrange(firm.lines // 2, firm.lines)}" if draw.random() < 0.5 else ""
    return f"/staff/accounts/{firm.busiest}/{before}"


def _queue(draw: random.Random, firm: Firm) -> str:
    del draw, firm
    return "/staff/queue/"


def _today(draw: random.Random, firm: Firm) -> str:
    del draw, firm
    return "/staff/"


PAGES: Mapping[str, Address] = {
    "today": _today,
    "board": _board,
    "time_line_of_10000": _time_line,
    "queue": _queue,
    "search_by_partial_name": _found_by_name,
    "search_by_login": _found_by_login,
    "exposure": _exposure,
    "funnel": _funnel,
    "money": _money,
}
