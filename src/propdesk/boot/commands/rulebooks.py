"""``propdesk rulebooks``: the presets, what a rulebook says, and what is wrong with one."""

import json
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import click

from propdesk.boot.refusals import UnusableInput
from propdesk.domain.clock import SERVER
from propdesk.domain.payouts.words import payout_sentences
from propdesk.domain.promotion_words import promotion_sentences
from propdesk.domain.rulebook import Phase, Rulebook, SizeOffer
from propdesk.domain.scaling_words import scaling_sentences
from propdesk.domain.terms import TermsError
from propdesk.wire.effect_words import effect_sentences
from propdesk.wire.rulebook_advice import explained
from propdesk.wire.rulebook_difference import differences
from propdesk.wire.rulebook_file import (
    LoadedRulebook,
    RulebookRefused,
    load_rulebook,
    presets,
    with_add_ons,
)
from propdesk.wire.rulebook_schema import rulebook_schema
from propdesk.wire.rulebook_words import given_fields, is_page, spoken
from propdesk.wire.unreadable import Unreadable


@click.group("rulebooks")
def command() -> None:
    """The preset library, and what is right or wrong about a rulebook file."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def list_presets(as_json: bool) -> None:
    """The presets that ship with Propdesk: name, title, phases."""
    loaded = [load_rulebook(name) for name in presets()]
    if as_json:
        click.echo(json.dumps([_summary(each) for each in loaded], indent=2))
        return
    width = max(len(each.rulebook.name) for each in loaded)
    for each in loaded:
        rulebook = each.rulebook
        phases = ", ".join(phase.name for phase in rulebook.phases)
        click.echo(f"{rulebook.name:<{width}}  {rulebook.title} ({phases})")


@command.command("show")
@click.argument("name_or_file")
@click.option("--size", type=str, help="Show the amounts for this account size.")
@click.option("--add-on", "add_ons", multiple=True, help="Apply an add-on (repeatable).")
def show(name_or_file: str, size: str | None, add_ons: tuple[str, ...]) -> None:
    """What a rulebook says, phase by phase, in plain sentences."""
    loaded = _loaded(name_or_file, add_ons)
    rulebook = loaded.rulebook
    click.echo(f"{rulebook.title or rulebook.name}, version {rulebook.version}")
    click.echo(f"  effective from {rulebook.effective_from}, in {rulebook.currency}")
    clock = rulebook.clock
    zone = "on the server's clock (New York + 7 hours)" if clock.zone == SERVER else clock.zone
    click.echo(f"  a trading day ends at {clock.reset:%H:%M} {zone}")
    if rulebook.sizes:
        click.echo(f"  sizes {', '.join(_offer(each) for each in rulebook.sizes)}")
    click.echo(f"  sha256 {loaded.sha256}")
    if rulebook.note:
        click.echo(f"  {' '.join(rulebook.note.split())}")
    for phase in rulebook.phases:
        _show_phase(phase, rulebook, size)
    for name in rulebook.add_ons:
        _show_add_on(loaded, name, size)


@command.command("check")
@click.argument("files", nargs=-1, required=True)
def check(files: tuple[str, ...]) -> None:
    """Validate rulebook files (or presets): every error at once, exit 2 when there is any.

    Each error is followed by its line and by what to write instead.
    """
    wrong: list[str] = []
    for file in files:
        try:
            loaded = load_rulebook(file)
        except RulebookRefused as refused:
            wrong += _explained(file, refused)
            continue
        except Unreadable as refused:
            wrong.append(str(refused))
            continue
        rulebook = loaded.rulebook
        click.echo(f"{file}: {rulebook.name} {rulebook.version} holds, sha256 {loaded.sha256}")
    if wrong:
        raise UnusableInput("\n".join(wrong))


def _explained(file: str, refused: RulebookRefused) -> list[str]:
    """Every problem, with the line it stands on and what to write instead."""
    content = Path(file).read_bytes()
    told: list[str] = []
    for problem in refused.problems:
        told += [problem.told(refused.file), *explained(problem, content)]
    return told


@command.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--size", type=str, help="Give the sums for this account size.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def diff(before: str, after: str, size: str | None, as_json: bool) -> None:
    """What changes for a trader between two rulebooks, in words.

    Each is a preset, NAME@VERSION for one of its versions, or a file.
    """
    old, new = _loaded(before, ()).rulebook, _loaded(after, ()).rulebook
    sizes = {f"{offer.size:f}": offer.size for offer in (*old.sizes, *new.sizes)}
    if size is not None and size not in sizes:
        raise UnusableInput(f"--size {size}: the sizes are {', '.join(sizes)}")
    found = differences(old, new, None if size is None else sizes[size])
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
        return
    click.echo(f"{old.name} {old.version} → {new.name} {new.version}")
    for each in found:
        click.echo(f"- {each.sentence()}")
    if not found:
        click.echo("Nothing changes for a trader.")


@command.command("schema")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it here.")
def schema(out: Path | None) -> None:
    """The JSON Schema of a rulebook file; editors complete and check from it."""
    text = json.dumps(rulebook_schema(), indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


def _loaded(name_or_file: str, add_ons: tuple[str, ...]) -> LoadedRulebook:
    try:
        loaded = load_rulebook(name_or_file)
        return with_add_ons(loaded, add_ons) if add_ons else loaded
    except Unreadable as refused:
        raise UnusableInput(str(refused)) from None


def _summary(loaded: LoadedRulebook) -> dict[str, object]:
    rulebook = loaded.rulebook
    return {
        "name": rulebook.name,
        "title": rulebook.title,
        "version": rulebook.version,
        "effective_from": rulebook.effective_from.isoformat(),
        "currency": rulebook.currency,
        "sizes": [f"{offer.size:f}" for offer in rulebook.sizes],
        "phases": [phase.name for phase in rulebook.phases],
        "add_ons": list(rulebook.add_ons),
        "sha256": loaded.sha256,
    }


def _show_phase(phase: Phase, rulebook: Rulebook, size: str | None) -> None:
    offered = {f"{offer.size:f}": offer.size for offer in rulebook.sizes}
    if size is not None and size not in offered:
        raise UnusableInput(f"--size {size}: the sizes are {', '.join(offered)}")
    click.echo(f"\n{phase.name} ({phase.stage})")
    for rule in phase.rules:
        try:
            sentence = rule.sentence(offered[size] if size is not None else None)
        except TermsError as wrong:  # an amount this size has none of
            raise UnusableInput(f"{phase.name}.{rule.name}: {wrong}") from None
        click.echo(f"  {rule.name}: {sentence}")
        if rule.formula():
            click.echo(f"    {rule.formula()}")
        if any(given and each.name == "effects" for each, given in given_fields(rule)):
            click.echo(f"    a violation: {' '.join(effect_sentences(rule.effects))}")
        if rule.source:
            click.echo(f"    {_source(rule.source, rule.read_on or 'on an unknown date')}")
    passing = promotion_sentences(rulebook, phase)
    if passing:
        _show_sentences("promotion", passing)
    given = None if size is None else offered[size]
    if phase.payout is not None:
        _show_sentences("payout", payout_sentences(phase.payout, given))
    if phase.scaling is not None:
        _show_sentences("scaling", scaling_sentences(phase.scaling, given))


def _offer(offer: SizeOffer) -> str:
    return f"{offer.size:,f}" + ("" if offer.price is None else f" for {offer.price:,f}")


def _show_add_on(loaded: LoadedRulebook, name: str, size: str | None) -> None:
    rulebook = loaded.rulebook
    written = rulebook.add_ons[name]
    title = f": {written['title']}" if written.get("title") else ""
    price = f", for {spoken(Decimal(str(written['price'])))}" if written.get("price") else ""
    click.echo(f"\nadd-on {name}{title}{price}")
    if name in loaded.add_ons:
        click.echo("  It is in what is told above.")
        return
    try:
        changed = with_add_ons(loaded, [name]).rulebook
    except RulebookRefused as refused:  # of two that change one rule, the first may take it out
        click.echo(f"  It does not fit the others: {refused.problems[0].sentence}.")
        return
    for each in differences(rulebook, changed, None if size is None else Decimal(size)):
        click.echo(f"  - {each.sentence()}")


def _source(source: str, read_on: str) -> str:
    if is_page(source):
        return f"read {read_on} from {source}"
    return f"decided {read_on}, of no firm; what it means: {source}"


def _show_sentences(part: str, sentences: tuple[str, ...]) -> None:
    click.echo(f"  {part}:")
    for each in sentences:
        click.echo(f"    {each}")
