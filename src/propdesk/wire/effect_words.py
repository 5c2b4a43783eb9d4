"""What a violation does, in plain sentences: the effects of a rule for the public rulebook."""

from collections.abc import Sequence

from propdesk.domain.terms import Effect, EffectKind

_ORDINALS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")
_PLAIN: dict[EffectKind, str] = {
    "fail": "the account is lost",
    "flatten": "every position is closed and every order cancelled",
    "payout_denied": "the next payout is denied",
    "target_raised": "the profit target rises",
    "reset_account": "the account starts over with nothing earned",
    "demote_stage": "the account goes back a stage",
    "warn": "the trader is warned, nothing else",
    "manual_review": "a person of the firm looks at it and decides",
    "close_position": "the position is closed",
}
_UNTIL = {"next_day": "until the next trading day", "next_month": "until the next month"}


def effect_sentences(effects: Sequence[Effect]) -> tuple[str, ...]:
    """One sentence for the first, second, … violation; the last one says that it repeats."""
    if len(effects) == 1:
        return (_sentence(effect_words(effects[0])),)
    said = [
        f"{_ordinal(number)} violation: {effect_words(each)}."
        for number, each in enumerate(effects)
    ]
    said[-1] = said[-1].replace(" violation:", " violation and each after it:")
    return tuple(said)


def effect_words(effect: Effect) -> str:
    """What one violation does, as a clause."""
    also = [effect_words(each) for each in effect.also]
    return ", and ".join([_clause(effect), *also])


def _clause(effect: Effect) -> str:
    match effect.kind:
        case "fail_but_payable":
            return _payable(effect)
        case "pause_until":
            days = f"for {_days(effect.days)}"
            return f"no trading {_UNTIL.get(effect.until or '', days)}"
        case "strike":
            then = "nothing follows" if effect.then is None else effect_words(effect.then)
            return f"a strike is counted; with strike {effect.of}, {then}"
        case "penalty":
            return f"the trader's share falls to {effect.percent or 0:f} %"
        case "profit_adjust":
            if not effect.factor:
                return "the profit does not count"
            return (
                f"only {(effect.factor * 100).normalize():f} % of the profit counts, losses in full"
            )
        case "payout_delayed":
            return f"the next payout is put off by {_days(effect.days)}"
        case kind:
            return _PLAIN[kind]


def _payable(effect: Effect) -> str:
    words = f"the account is lost, but {effect.percent or 0:f} % of its profit is still paid"
    if effect.conditions:
        words += f" if {' and '.join(effect.conditions)}"
    if effect.claim_days is not None:
        words += f", claimed within {_days(effect.claim_days)}"
    return words


def _days(count: int | None) -> str:
    return f"{count or 0} day{'' if count == 1 else 's'}"


def _ordinal(number: int) -> str:
    return _ORDINALS[number] if number < len(_ORDINALS) else f"{number + 1}th"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
