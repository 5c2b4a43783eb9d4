"""The evidence file: everything a verdict needs to be recomputed offline, and nothing more.

It holds the rulebook's content, the instruments, every event of the account and of those judged
together with it, the quotes while a position depended on them, the result, a hash chain over the
days and the versions of code and zone data. It must not refer to anything outside itself.
"""

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Deal, Event, Quote
from propdesk.domain.instruments import CalculationMode, Catalogue, Instrument
from propdesk.domain.valuation import Conversion, NoConversion, conversion_for
from propdesk.wire.conditions import CelConditions
from propdesk.wire.event_file import read_event_file, write_event
from propdesk.wire.result_json import to_result
from propdesk.wire.rulebook_file import LoadedRulebook, RulebookRefused, from_canonical
from propdesk.wire.unreadable import Unreadable

FORMAT = "propdesk-evidence"
VERSION = 1
COMPARED = (
    "status",
    "account",
    "phase",
    "size",
    "currency",
    "balance",
    "equity",
    "verdicts",
    "days",
    "objectives",
    "limits",
    "coverage",
    "strikes",
    "paused_until",
    "payout",
)
# How many events after a deal its quotes are kept before the evaluator has been seen to need
# them: the evaluator looks one event ahead.
LOOKAHEAD = 2
COMPACT_AT = 100_000


class EvidenceRefused(Exception):
    """The file is no evidence of this format. The caller shows the sentence and exits 2."""


class Recorder:
    """Keeps the events an evaluation depends on while they stream by.

    Of a symbol on which no position depends only the last quote is kept: the next position may
    be valued with it.
    """

    def __init__(self) -> None:
        self.kept: list[tuple[int, Event] | None] = []
        self._idle: dict[str, int] = {}
        self._number = 0
        self._deal_at = 0
        self._holes = 0

    def watch(self, events: Iterable[Event], evaluator: Evaluator) -> Iterator[Event]:
        """The same events, recorded on the way."""
        for event in events:
            self._number += 1
            if isinstance(event, Quote):
                self._quote(event, evaluator)
            else:
                foreign = evaluator.is_foreign(event)
                if isinstance(event, Deal) and not foreign:
                    self._deal_at = self._number
                    self._idle.clear()  # what was last is needed now
                if not foreign or evaluator.looks_at_peers:
                    self.kept.append((self._number, event))
            yield event

    def _quote(self, quote: Quote, evaluator: Evaluator) -> None:
        account = evaluator.account
        instrument = evaluator.catalogue.find(quote.symbol)
        needed = self._number - self._deal_at <= LOOKAHEAD and self._deal_at > 0
        if account is not None and instrument is not None:
            needed = needed or instrument.symbol in account.worth.by_symbol
        if not needed:
            before = self._idle.get(quote.symbol)
            if before is not None:
                self.kept[before] = None
                self._holes += 1
            self._idle[quote.symbol] = len(self.kept)
        self.kept.append((self._number, quote))
        if self._holes >= COMPACT_AT:
            self._compact()

    def _compact(self) -> None:
        idle = {self.kept[place]: symbol for symbol, place in self._idle.items()}
        self.kept = [each for each in self.kept if each is not None]
        self._holes = 0
        self._idle = {idle[each]: place for place, each in enumerate(self.kept) if each in idle}

    def events(self) -> list[tuple[int, Event]]:
        """What was kept, each with its number in the whole log."""
        return [each for each in self.kept if each is not None]


def evidence_of(evaluator: Evaluator, recorder: Recorder, loaded: LoadedRulebook) -> dict[str, Any]:
    """The evidence of a finished evaluation, as JSON values."""
    result = to_result(evaluator.result(), loaded)
    own, together = result["account"], evaluator.judged_with()
    kept = [
        (number, event)
        for number, event in recorder.events()
        if getattr(event, "account", own) in {own, *together}  # no stranger's events leave with it
    ]
    body: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "rulebook": {**result["rulebook"], "content": loaded.canonical, "add_ons": loaded.add_ons},
        "account": result["account"],
        "phase": result["phase"],
        "size": str(evaluator.size),
        "instruments": instruments_of(kept, evaluator),
        "events": [[number, json.loads(write_event(event))] for number, event in kept],
        "events_in_log": evaluator.event_no,
        "result": {name: result[name] for name in COMPARED},
        "days": day_chain(result["days"]),
        "versions": versions(),
    }
    body["sha256"] = digest(body)
    return body


def versions() -> dict[str, str]:
    """The versions of code and zone data that judged."""
    return {
        "propdesk": version("propdesk"),
        "python": platform.python_version(),
        "tzdata": version("tzdata"),
        "conditions": version("cel-expr-python"),
    }


def digest(body: Mapping[str, Any]) -> str:
    """The hash of an evidence body without its own ``sha256``."""
    signed = {key: value for key, value in body.items() if key != "sha256"}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def day_chain(days: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each day's record hashed together with the day before: the opening state of the next."""
    chain: list[dict[str, str]] = []
    before = "0" * 64
    for day in days:
        text = json.dumps([before, day], sort_keys=True, separators=(",", ":"))
        before = hashlib.sha256(text.encode()).hexdigest()
        chain.append({"day": str(day["day"]), "sha256": before})
    return chain


def instruments_of(kept: Iterable[tuple[int, Event]], evaluator: Evaluator) -> list[dict[str, Any]]:
    """The instruments and aliases the events depend on, conversions included, as they were before
    the log defined any anew: its own events do that again."""
    given = evaluator.given_catalogue
    needed: dict[str, Instrument] = {}
    names: dict[str, str] = {}
    for symbol in dict.fromkeys(each.symbol for _, each in kept if hasattr(each, "symbol")):
        instrument = given.find(symbol)
        if instrument is not None:
            names[symbol] = instrument.symbol
            needed[instrument.symbol] = instrument
        for catalogue in (given, evaluator.catalogue):
            for conversion in _conversions(symbol, catalogue, evaluator):
                if conversion.symbol in given:
                    needed[conversion.symbol] = given.get(conversion.symbol)
    return [
        {
            **{key: _text(value) for key, value in asdict(each).items()},
            "aliases": sorted(
                name for name, own in names.items() if own == each.symbol and name != own
            ),
        }
        for each in sorted(needed.values(), key=lambda each: each.symbol)
    ]


def _conversions(symbol: str, catalogue: Catalogue, evaluator: Evaluator) -> Iterator[Conversion]:
    """What turns this symbol's profit into the account's currency, where anything does."""
    instrument, account = catalogue.find(symbol), evaluator.account
    if instrument is None or account is None:
        return
    try:
        found = conversion_for(instrument.profit_currency, account.situation.currency, catalogue)
    except NoConversion:
        return  # a quote of something no position is in
    if found is not None:
        yield found


def catalogue_of(rows: Iterable[Mapping[str, Any]]) -> Catalogue:
    """The catalogue an evidence file carries."""
    decimals = {"contract_size", "tick_size", "tick_value", "volume_step", "mini_equivalent"}
    decimals.add("leverage_cap")
    instruments, aliases = [], []
    for row in rows:
        values = {each.name: row[each.name] for each in fields(Instrument) if each.name in row}
        for name in decimals & values.keys():
            values[name] = None if values[name] is None else Decimal(values[name])
        values["mode"] = CalculationMode(values["mode"])
        instruments.append(Instrument(**values))
        aliases += [(alias, row["symbol"]) for alias in row.get("aliases", ())]
    return Catalogue(instruments, _fresh(aliases, instruments))


def _fresh(
    aliases: Iterable[tuple[str, str]], instruments: Iterable[Instrument]
) -> list[tuple[str, str]]:
    """Aliases that the catalogue does not already resolve by its own rules."""
    plain = Catalogue(instruments)
    seen: dict[str, str] = {}
    for alias, symbol in aliases:
        found = plain.find(alias)
        if found is None or found.symbol != symbol:
            seen.setdefault(alias.upper(), symbol)
    return list(seen.items())


def _text(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.value if isinstance(value, CalculationMode) else value


@dataclass(frozen=True, slots=True)
class Verification:
    """What recomputing found: the verdict holds, or every way in which it does not."""

    holds: bool
    differences: tuple[str, ...]
    status: str
    summary: str


def verify(evidence: Mapping[str, Any]) -> Verification:
    """Recompute the verdict of an evidence file. Raises ``EvidenceRefused`` for anything else."""
    if evidence.get("format") != FORMAT:
        raise EvidenceRefused("this is no evidence file of Propdesk")
    if evidence.get("version") != VERSION:
        raise EvidenceRefused(f"evidence of version {evidence.get('version')!r} is not known here")
    try:
        return _verified(evidence)
    except (KeyError, TypeError, IndexError) as missing:
        raise EvidenceRefused(f"the evidence file is incomplete: {missing}") from missing


def _verified(evidence: Mapping[str, Any]) -> Verification:
    differences: list[str] = []
    if digest(evidence) != evidence["sha256"]:
        differences.append("the file was changed after it was made: its hash does not fit")
    claimed = evidence["result"]
    try:
        result = recomputed(evidence, differences)
    except (UnusableHistory, Unreadable, RulebookRefused, ValueError) as refused:
        differences.append(f"the events cannot be judged: {refused}")
        return Verification(False, tuple(differences), str(claimed["status"]), "not recomputed")
    differences += [
        _difference(name, claimed[name], result[name])
        for name in COMPARED
        if result[name] != claimed[name]
    ]
    if day_chain(result["days"]) != evidence["days"]:
        differences.append("the chain of day records does not fit")
    summary = f"{result['account']}, {result['rulebook']['name']}: {result['status']}"
    return Verification(not differences, tuple(differences), result["status"], summary)


def recomputed(evidence: Mapping[str, Any], differences: list[str]) -> dict[str, Any]:
    """The result of judging the evidence's own events by its own rulebook."""
    book = evidence["rulebook"]
    loaded = from_canonical(book["content"], book["add_ons"])
    if loaded.sha256 != book["sha256"]:
        differences.append("the rulebook's content does not have the hash it claims")
    evaluator = _evaluator(evidence, loaded)
    numbers = [number for number, _ in evidence["events"]]
    lines = [json.dumps(event) for _, event in evidence["events"]]
    evaluator.feed_numbered(numbers, read_event_file(lines, "evidence"))
    return to_result(evaluator.result(), loaded)


def _evaluator(evidence: Mapping[str, Any], loaded: LoadedRulebook) -> Evaluator:
    return Evaluator(
        loaded.rulebook,
        loaded.rulebook.phase(evidence["phase"]),
        size=Decimal(evidence["size"]),
        catalogue=catalogue_of(evidence["instruments"]),
        account=evidence["account"],
        conditions=CelConditions(),
    )


def held_against(evidence: Mapping[str, Any], log: Iterable[Event]) -> tuple[str, ...]:
    """Where the evidence says other than the log it was taken from; empty when it says the same.

    The log is judged from its first event, so that the state the evidence opens with is proven
    too, and nothing the account depended on was left out of it or put in. Raises
    ``EvidenceRefused``, or what reading the log raises.
    """
    try:
        book = evidence["rulebook"]
        loaded = from_canonical(book["content"], book["add_ons"])
        evaluator, recorder = _evaluator(evidence, loaded), Recorder()
        evaluator.feed(recorder.watch(log, evaluator))
        again = evidence_of(evaluator, recorder, loaded)
        found = [
            _difference(name, evidence[name], again[name])
            for name in ("events", "events_in_log", "instruments", "days")
            if evidence[name] != again[name]
        ]
    except UnusableHistory as refused:
        return (f"the log cannot be judged: {refused}",)
    except (KeyError, TypeError, IndexError) as missing:
        raise EvidenceRefused(f"the evidence file is incomplete: {missing}") from missing
    return tuple(f"against the log: {each}" for each in found)


def _difference(name: str, claimed: object, found: object) -> str:
    if isinstance(claimed, list) and isinstance(found, list):
        for place, (old, new) in enumerate(zip(claimed, found, strict=False)):
            if old != new:
                return f"{name}[{place}]: the file says {_brief(old)}, recomputed {_brief(new)}"
        return f"{name}: the file has {len(claimed)}, recomputed {len(found)}"
    return f"{name}: the file says {_brief(claimed)}, recomputed {_brief(found)}"


def _brief(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
