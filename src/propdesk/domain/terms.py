"""The values a rulebook is made of: amounts, effects and what a rule applies to.

Frozen and without behaviour beyond their own arithmetic. The attribute docstrings are the
published description of each field: the JSON Schema and the public rulebook are made from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import ClassVar, Literal, TypeAlias

from propdesk.domain.exact import ZERO, percent_of

Comparison: TypeAlias = Literal["touch", "cross"]
Of: TypeAlias = Literal[
    "initial",  # the account's size
    "base",  # whatever the rule measures from
    "peak",  # the high-water mark
    "balance",  # the balance now
    "start_of_day_profit",  # the profit with which the day started
    "drawdown",  # the overall loss allowance
    "daily_limit",  # the daily loss allowance
    "target",  # the profit target
    "balance_after_last_payout",
    "cycle_start",
]


class TermsError(ValueError):
    """A value of a rulebook cannot mean anything. The wire shows it with file, line and path."""


class Terms:
    """What every part of a rulebook shares: an unknown field is refused."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = {
        "extra": "forbid",
        "use_attribute_docstrings": True,
        "allow_inf_nan": False,
    }
    __dataclass_fields__: ClassVar[Mapping[str, object]]

    def __getstate__(self) -> dict[str, object]:
        """Its fields: what was found out from them is found out again."""
        fields = self.__dataclass_fields__
        return {name: each for name, each in vars(self).items() if name in fields}


@dataclass(frozen=True, kw_only=True)
class Amount(Terms):
    """Money: a fixed sum, a percentage of something, or a table by account size."""

    money: Decimal | None = None
    """A fixed sum in the account's currency."""
    percent: Decimal | None = None
    """A percentage of what ``of`` names."""
    of: Of = "initial"
    """What the percentage is taken of."""
    by_size: dict[Decimal, Decimal] | None = None
    """A fixed sum for each account size."""
    percent_by_size: dict[Decimal, Decimal] | None = None
    """A percentage for each account size; sizes between use the next smaller one."""
    plus: Decimal = ZERO
    """A fixed sum added to it (``drawdown + 100``)."""

    def __post_init__(self) -> None:
        given = [
            name
            for name in ("money", "percent", "by_size", "percent_by_size")
            if getattr(self, name) is not None
        ]
        if len(given) != 1:
            raise TermsError(
                "an amount is exactly one of money, percent, by_size, percent_by_size; "
                f"given: {', '.join(given) or 'none'}"
            )

    @cached_property
    def by_size_alone(self) -> bool:
        """Whether it is the same sum for an account of a size, whatever else is known."""
        return self.money is not None or self.by_size is not None or self.of == "initial"

    def resolve(self, size: Decimal, bases: Mapping[str, Decimal] | None = None) -> Decimal:
        """The exact sum for an account of ``size``; ``bases`` holds what ``of`` may name.

        Raises ``TermsError`` where the size or the base is not there: a limit never defaults.
        """
        if self.money is not None:
            return self.money + self.plus
        if self.by_size is not None:
            if size not in self.by_size:
                sizes = ", ".join(format(each, "f") for each in self.by_size)
                raise TermsError(f"no amount for size {size:f}; there are {sizes}")
            return self.by_size[size] + self.plus
        percent = self.percent if self.percent is not None else self.percent_for(size)
        base = None if bases is None else bases.get(self.of)
        if base is None:
            if self.of != "initial":
                raise TermsError(f"a percentage of {self.of!r} means nothing here")
            base = size
        return percent_of(percent, base) + self.plus

    def percent_for(self, size: Decimal) -> Decimal:
        """The percentage for an account of ``size``. Raises ``TermsError`` below the smallest."""
        table = self.percent_by_size or {}
        below = [each for each in table if each <= size]
        if not below:
            raise TermsError(f"no percentage for size {size:f}")
        return table[max(below)]


EffectKind: TypeAlias = Literal[
    "fail",
    "fail_but_payable",
    "pause_until",
    "flatten",
    "strike",
    "penalty",
    "profit_adjust",
    "payout_denied",
    "payout_delayed",
    "target_raised",
    "reset_account",
    "demote_stage",
    "warn",
    "manual_review",
    "close_position",
]


@dataclass(frozen=True, kw_only=True)
class Effect(Terms):
    """What a violation does (RULES T15)."""

    kind: EffectKind
    """One of the closed set of outcomes."""
    until: Literal["next_day", "next_month", "days"] | None = None
    """``pause_until``: when trading may go on."""
    days: int | None = None
    """``pause_until`` with ``days``, ``payout_delayed``: how many."""
    percent: Decimal | None = None
    """``fail_but_payable``: payable share of the remaining profit. ``penalty``: the new split."""
    factor: Decimal | None = None
    """``profit_adjust``: the part of a winning profit that still counts (0 removes it)."""
    claim_days: int | None = None
    """``fail_but_payable``: days within which the payout must be claimed."""
    conditions: tuple[str, ...] = ()
    """``fail_but_payable``: what else must hold, in words."""
    of: int | None = None
    """``strike``: how many strikes bring ``then``."""
    then: "Effect | None" = None
    """``strike``: the effect of the last strike."""
    also: tuple["Effect", ...] = ()
    """Further effects of the same violation."""

    def __post_init__(self) -> None:
        needs = {
            "pause_until": ("until",),
            "strike": ("of", "then"),
            "penalty": ("percent",),
            "profit_adjust": ("factor",),
            "fail_but_payable": ("percent",),
            "payout_delayed": ("days",),
        }
        for name in needs.get(self.kind, ()):
            if getattr(self, name) is None:
                raise TermsError(f"effect {self.kind!r} needs {name!r}")
        if self.until == "days" and self.days is None:
            raise TermsError("pause_until days needs 'days'")

    @property
    def hard(self) -> bool:
        """Whether the account is over."""
        return self.kind in {"fail", "fail_but_payable"}


@dataclass(frozen=True, kw_only=True)
class AppliesTo(Terms):
    """Narrows a rule. Every given field must match; an empty field matches everything."""

    instruments: tuple[str, ...] = ()
    """Symbols, as the catalogue names them."""
    asset_classes: tuple[str, ...] = ()
    """Classes of instruments: forex, metals, indices, crypto, …"""
    account_types: tuple[str, ...] = ()
    """Kinds of account a trader can choose (swing)."""
    groups: tuple[str, ...] = ()
    """Groups of the platform."""
    tags: tuple[str, ...] = ()
    """Labels the firm gives accounts."""

    def covers(self, names: Sequence[str], asset_class: str) -> bool:
        """Whether a trade falls under the rule by one of its symbol's names."""
        if self.instruments and set(self.instruments).isdisjoint(names):
            return False
        return not self.asset_classes or asset_class in self.asset_classes

    @cached_property
    def whole_account(self) -> bool:
        """Whether it covers every instrument."""
        return not self.instruments and not self.asset_classes

    @cached_property
    def specificity(self) -> int:
        """Instrument beats asset class beats account type, group and tag beats all."""
        weights = (
            (self.instruments, 8),
            (self.asset_classes, 4),
            (self.account_types, 2),
            (self.groups or self.tags, 1),
        )
        return sum(weight for given, weight in weights if given)


FAIL = Effect(kind="fail")


@dataclass(frozen=True, kw_only=True)
class RuleTerms(Terms):
    """What every rule of a phase shares. Each rule adds its own parameters."""

    rule: str
    """Which rule this is; the same word in code, tests, documents and files."""
    id: str = ""
    """A name for this instance where a phase has several of one rule."""
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    """Which instruments, asset classes, account types, groups or tags it concerns."""
    effects: tuple[Effect, ...] = (FAIL,)
    """What the first, second, … violation does; the last one repeats."""
    source: str = ""
    """Address of the page the values were read from."""
    read_on: str = ""
    """The date they were read."""

    @cached_property
    def name(self) -> str:
        return self.id or self.rule

    @cached_property
    def may_end(self) -> bool:
        """Whether some violation of the rule, now or later, may end the account."""
        return any(each.hard or (each.then is not None and each.then.hard) for each in self.effects)

    @property
    def looks_at_peers(self) -> bool:
        """Whether the rule needs the log's other accounts."""
        return False

    def sentence(self, size: Decimal | None = None) -> str:
        """The rule in one plain sentence for the public rulebook."""
        raise NotImplementedError(f"{type(self).__name__} has no sentence")

    def formula(self) -> str:
        """The rule as a formula, in the words of the glossary. Empty where none is needed."""
        return ""
