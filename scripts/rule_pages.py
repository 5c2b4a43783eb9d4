"""Writes the reference of rules, payout, scaling, stages and programme from the data.

Parameters come from the JSON Schema, examples from the presets, worked examples from the
evaluator, published values from the pairs that show them. ``--check`` writes nothing and fails
when a page is out of date. Run from the repository: ``.venv/bin/python -m scripts.rule_pages``.
"""

import argparse
import csv
import importlib
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from scripts.preset_examples import Use, of, plainest_and_fullest
from scripts.rule_examples import worked
from scripts.schema_tables import meaning_of, referred, table

from propdesk.domain.judging import Judge
from propdesk.domain.rules.registry import RULES
from propdesk.domain.stages import TransitionTerms
from propdesk.wire.rulebook_file import LoadedRulebook
from propdesk.wire.rulebook_schema import rulebook_schema
from propdesk.wire.rulebook_words import is_page, spoken
from tests.domain.pairs.registry import PAIRS, Pair

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
VALUES = REFERENCE / "rule_values.csv"
PAIR_FILES = ROOT / "tests" / "domain" / "pairs"
COMMAND = "python -m scripts.rule_pages"
MARK = f"<!-- Written by `{COMMAND}`; change the code or the preset instead. -->"
INDEX, PARTS = "rules/index.md", "parts.md"


@dataclass(frozen=True)
class Chapter:
    """A page about parts of a rulebook that are no rules."""

    title: str
    about: tuple[str, ...]
    """The definitions it begins with."""
    intro: str
    word: str = ""
    """What the part is called in a phase."""


CHAPTERS = {
    "payout.md": Chapter(
        "Payout terms",
        ("PayoutTerms",),
        "When a payout may be asked for, how much it may be and what it leaves. The terms stand "
        "under `payout` of a phase.",
        "payout",
    ),
    "scaling.md": Chapter(
        "Scaling terms",
        ("ScalingTerms",),
        "When an account grows, to what size, and what that changes. The terms stand under "
        "`scaling` of a phase; the new limits follow from the new size.",
        "scaling",
    ),
    "stages.md": Chapter(
        "Stages",
        ("Promotion", "TransitionTerms"),
        "How a phase ends well, and with what balance and limits the next one begins. "
        "`promotion` stands in a phase. `TransitionTerms` is what the step itself is decided by: "
        "what `promotion` says, and what no file holds yet, because nothing moves an account from "
        "stage to stage yet.",
        "promotion",
    ),
    "programme.md": Chapter(
        "Programme, clock and accounting",
        ("Rulebook", "Clock", "Accounting", "Phase"),
        "What a rulebook holds beside its rules. How it is written is told in "
        "[rulebooks](rulebooks.md).",
    ),
}
EFFECTS = {
    "fail": "The account is breached and the phase is over.",
    "fail_but_payable": "The same, and `percent` of the remaining profit may still be paid.",
    "pause_until": "Trading stops until `until`; the status is *paused*.",
    "flatten": "Every position is to be closed. The verdict says so; it sends no order.",
    "strike": "It is counted; the one that makes `of` brings `then`.",
    "penalty": "The trader's split is `percent` from then on.",
    "profit_adjust": "Only `factor` of the winning profit counts; losses count in full.",
    "payout_denied": "The account is paid nothing.",
    "payout_delayed": "The next payout is due `days` later.",
    "target_raised": "The profit target is a higher one; the verdict names it.",
    "reset_account": "The account is to begin anew; until then nothing is passed.",
    "demote_stage": "The account is to go back a stage; until then nothing is passed.",
    "warn": "A message, and nothing else.",
    "manual_review": "A person must look before anything is passed.",
    "close_position": "The position in question is to be closed. The verdict says so.",
}


@cache
def definitions() -> Mapping[str, Any]:
    """Every part of a rulebook by its name, and the one that no file holds."""
    schema = rulebook_schema()
    parts = {name: each for name, each in schema["$defs"].items() if name != "AnyRule"}
    return parts | {"TransitionTerms": TypeAdapter(TransitionTerms).json_schema()}


def title_of(name: str) -> str:
    return str(definitions()[name]["title"])


@cache
def homes() -> Mapping[str, str]:
    """Definition to the page it stands on; what several pages need stands with the parts."""
    roots = {terms.__name__: f"rules/{word}.md" for word, (terms, _) in RULES.items()}
    roots |= {name: page for page, chapter in CHAPTERS.items() for name in chapter.about}
    wanted: dict[str, set[str]] = defaultdict(set)
    for root, page in roots.items():
        queue = [root]
        while queue:
            for name in referred(definitions()[queue.pop()]):
                if name not in roots and name in definitions() and page not in wanted[name]:
                    wanted[name].add(page)
                    queue.append(name)
    alone = {name: next(iter(on)) if len(on) == 1 else PARTS for name, on in wanted.items()}
    return {**alone, **roots, "RuleTerms": PARTS}


class Page:
    """A page on its way: it knows where it stands, so that its links lead somewhere."""

    def __init__(self, path: str) -> None:
        self.path = path

    def link(self, name: str) -> str:
        if name == "AnyRule":
            return f"[rule]({self.to(INDEX)})"
        title = title_of(name)
        page = homes()[name]
        where = "" if page == self.path else self.to(page)
        return f"[{title}]({where}#{title.lower()})"

    def to(self, page: str) -> str:
        """The relative address of another page."""
        if not self.path.startswith("rules/"):
            return page
        return page.removeprefix("rules/") if page.startswith("rules/") else f"../{page}"

    def parts(self, but: Iterable[str] = ()) -> list[str]:
        """The definitions that stand on this page beside what it is about."""
        lines: list[str] = []
        skipped = set(but)
        here = [name for name, page in homes().items() if page == self.path and name not in skipped]
        for name in sorted(here, key=title_of):
            lines += ["", f"## {title_of(name)}", "", meaning_of(definitions()[name]), ""]
            lines += table(definitions()[name], self.link)
        return lines


# -- a rule --------------------------------------------------------------------------------------
def rule_page(word: str) -> str:
    """The page of one rule."""
    terms, _ = RULES[word]
    name = terms.__name__
    page = Page(f"rules/{word}.md")
    found = of(word)
    lines = [f"# `{word}`", "", meaning_of(definitions()[name]), ""]
    lines += _says(found)
    lines += ["## Parameters", "", *table(definitions()[name], page.link, _shared(name))]
    every = f"{page.to(PARTS)}#every-rule"
    lines += ["", "Every rule also takes `id`, `applies_to`, `effects`, `source` and `read_on`:"]
    lines += [f"[what every rule has]({every})."]
    lines += page.parts(but=[name])
    lines += _effects(found, f"{page.to(PARTS)}#effect", is_goal=_is_goal(word))
    lines += _examples(found) + worked(found)
    lines += _used_by(found, f"rule: {word}")
    lines += _published(page.path)
    return _text(lines)


def _shared(name: str) -> list[str]:
    """The fields this rule has as every rule has them."""
    common = definitions()["RuleTerms"]["properties"]
    own = definitions()[name]["properties"]
    return ["rule", *(field for field in common if own[field] == common[field])]


def _says(found: Sequence[Use]) -> list[str]:
    """What the examples' terms say of themselves."""
    lines: list[str] = []
    for use in plainest_and_fullest(found):
        lines += [f"> {use.terms.sentence()}", ">"]
        if use.terms.formula():
            lines += [f"> `{use.terms.formula()}`", ">"]
        lines += [f"> – `{use.preset}`, {use.phase}", "", ""]
    return lines[:-1]


def _is_goal(word: str) -> bool:
    _, judge = RULES[word]
    return judge.objective is not Judge.objective


def _effects(found: Sequence[Use], link: str, *, is_goal: bool) -> list[str]:
    given = Counter(", then ".join(spoken(each) for each in use.terms.effects) for use in found)
    lines = ["", "## Effects", ""]
    lines += [f"What a violation does is said by `effects` ([all of them]({link})); left out, it"]
    lines += ["ends the account (`fail`)."]
    if is_goal:
        lines += ["An objective that is not reached yet is no violation."]
    if given:
        lines += ["", "| in the presets | uses |", "|---|---|"]
        ordered = sorted(given.items(), key=lambda each: (-each[1], each[0]))
        lines += [f"| {effects} | {count} |" for effects, count in ordered]
    return lines


def _examples(found: Sequence[Use]) -> list[str]:
    lines = ["", "## In a rulebook", ""]
    shown = plainest_and_fullest(found)
    if not shown:
        return [*lines, "No preset uses it yet."]
    for use in shown:
        lines += [f"`{use.preset}`, phase {use.phase}{_source(use)}:", ""]
        lines += ["```yaml", use.lines, "```", ""]
    return lines[:-1]


def _source(use: Use) -> str:
    source, read_on = (getattr(use.terms, name, "") for name in ("source", "read_on"))
    return f", read {read_on} at <{source}>" if is_page(source) else ""


def _used_by(found: Sequence[Use], what: str) -> list[str]:
    names = dict.fromkeys(use.preset for use in found)
    lines = ["", "## Presets", ""]
    told = ", ".join(f"`{name}`" for name in names)
    return [*lines, f"`{what}` stands in {len(names)} presets: {told or 'none'}."]


# -- published values ----------------------------------------------------------------------------
@cache
def pairs() -> Mapping[tuple[str, ...], Sequence[Pair]]:
    """The pairs of histories that show each published value."""
    for file in sorted(PAIR_FILES.glob("of_*.py")):
        importlib.import_module(f"tests.domain.pairs.{file.stem}")
    found: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
    for pair in PAIRS:
        found[pair.section, pair.parameter, pair.value].append(pair)
    return found


def _page_of(pair: Pair) -> str:
    """The page of the terms that say the value."""
    kind = type(pair.terms)
    return homes()["Rulebook" if kind is LoadedRulebook else kind.__name__]


def _published(page: str) -> list[str]:
    """The values of the trade's own table that are said with what stands on this page."""
    rows: list[str] = []
    with VALUES.open(encoding="utf-8", newline="") as opened:
        for row in list(csv.reader(opened))[1:]:
            here = [pair for pair in pairs().get(tuple(row), ()) if _page_of(pair) == page]
            told = ", ".join(dict.fromkeys(_written(pair) for pair in here))
            cells = [each.replace("|", "\\|") for each in (*row, told)]
            rows += ["| " + " | ".join(cells) + " |"] if here else []
    if not rows:
        return []
    intro = [
        "Of the published values of parameters these are said here. For each a pair of histories",
        "in `tests/domain/pairs` differs by that value alone, and the answer changes.",
    ]
    head = ["| table | parameter | value | said by |", "|---|---|---|---|"]
    return ["", "## Published values", "", *intro, "", *head, *rows]


def _written(pair: Pair) -> str:
    """``field: word`` where the value is a word, else the field and the value in words."""
    if isinstance(pair.one, bool):
        return f"`{pair.field}: {str(pair.one).lower()}`"
    if isinstance(pair.one, str | int):
        return f"`{pair.field}: {pair.one}`"
    is_whole = is_dataclass(pair.one) or not isinstance(pair.one, tuple | dict)
    words = spoken(pair.one)
    return f"`{pair.field}`: {words}" if is_whole or len(words) <= WORDS_MAX else f"`{pair.field}`"


WORDS_MAX = 120


# -- the other pages -----------------------------------------------------------------------------
def chapter_page(path: str) -> str:
    """The page of payout, scaling, stages or the programme."""
    chapter, page = CHAPTERS[path], Page(path)
    lines = [f"# {chapter.title}", "", chapter.intro]
    for name in chapter.about:
        lines += ["", f"## {name}", "", meaning_of(definitions()[name]), ""]
        lines += table(definitions()[name], page.link)
    lines += page.parts(but=chapter.about)
    if chapter.word:
        lines += _examples(of(chapter.word)) + _used_by(of(chapter.word), f"{chapter.word}:")
    return _text([*lines, *_published(path)])


def parts_page() -> str:
    """What every rule has, and the parts that several pages need."""
    page = Page(PARTS)
    lines = ["# Parts that many rules share", "", "## Every rule", ""]
    lines += [*table(definitions()["RuleTerms"], page.link), *page.parts(but=["RuleTerms"])]
    lines += ["", "## What each effect does", "", "| `kind` | means |", "|---|---|"]
    kinds = definitions()["Effect"]["properties"]["kind"]["enum"]
    return _text([*lines, *(f"| `{kind}` | {EFFECTS[kind]} |" for kind in kinds)])


def index_page() -> str:
    """The list of rules."""
    lines = ["# Rules", "", f"{len(RULES)} kinds of rule. A phase holds any number of them, one"]
    lines += ["word several times where that is needed ([how](../rulebooks.md)). Beside them stand"]
    lines += ["[payout](../payout.md), [scaling](../scaling.md), [stages](../stages.md) and the"]
    lines += ["[programme](../programme.md).", "", "| rule | says | presets |", "|---|---|---|"]
    for word in sorted(RULES):
        terms, _ = RULES[word]
        count = len({use.preset for use in of(word)})
        says = meaning_of(definitions()[terms.__name__])
        lines += [f"| [`{word}`]({word}.md) | {says} | {count} |"]
    return _text(lines)


def _text(lines: Iterable[str]) -> str:
    return "\n".join([*lines, "", MARK, ""])


def pages() -> dict[Path, str]:
    """Every page by its file."""
    made = {f"rules/{word}.md": rule_page(word) for word in RULES}
    made |= {path: chapter_page(path) for path in CHAPTERS}
    made |= {INDEX: index_page(), PARTS: parts_page()}
    return {REFERENCE / path: text for path, text in made.items()}


def out_of_date() -> list[str]:
    """The files that are not what the data says, and those of rules there are no more."""
    made = pages()
    wrong = [
        path for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    gone = set((REFERENCE / "rules").glob("*.md")) - made.keys()
    return sorted(str(path.relative_to(ROOT)) for path in {*wrong, *gone})


def main() -> int:
    """Exit status 1 where --check finds a page out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        wrong = out_of_date()
        print("\n".join(f"{name} is out of date: run {COMMAND}" for name in wrong), end="")
        return 1 if wrong else 0
    (REFERENCE / "rules").mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
