"""A rulebook for integrators: its content as JSON, with each rule's sentence and formula.

``rulebook`` is the very content the fingerprint is of. It must not say anything the file does not.
"""

import json
from typing import Any

from propdesk.domain.payouts.words import payout_sentences
from propdesk.domain.promotion_words import promotion_sentences
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.scaling_words import scaling_sentences
from propdesk.wire.effect_words import effect_sentences
from propdesk.wire.rulebook_file import PRESETS, LoadedRulebook

FORMAT = 1


def publication(loaded: LoadedRulebook) -> dict[str, Any]:
    """The document at ``/rulebooks/<name>.json``."""
    book = loaded.rulebook
    return {
        "format": FORMAT,
        "name": book.name,
        "title": book.title,
        "version": book.version,
        "effective_from": book.effective_from.isoformat(),
        "currency": book.currency,
        "markets": list(book.traded),
        "sizes": [f"{offer.size:f}" for offer in book.sizes],
        "sha256": loaded.sha256,
        "phases": [_phase(book, each) for each in book.phases],
        "rulebook": json.loads(loaded.canonical),
    }


def preset_text(name: str) -> bytes:
    """The file of a preset as it was written, comments included."""
    return (PRESETS / f"{name}.yaml").read_bytes()


def _phase(book: Rulebook, phase: Phase) -> dict[str, Any]:
    return {
        "name": phase.name,
        "stage": phase.stage,
        "rules": [
            {
                "name": rule.name,
                "rule": rule.rule,
                "sentence": rule.sentence(),
                "formula": rule.formula(),
                "comparison": getattr(rule, "comparison", None),
                "effects": list(effect_sentences(rule.effects)),
                "source": rule.source,
                "read_on": rule.read_on,
            }
            for rule in phase.rules
        ],
        "promotion": list(promotion_sentences(book, phase)) or None,
        "payout": None if phase.payout is None else list(payout_sentences(phase.payout)),
        "scaling": None if phase.scaling is None else list(scaling_sentences(phase.scaling)),
    }
