"""Whom the firm sells to: by age and country, the firm's terms and the programme's together.

Pure: it is given what is known, and must not ask for more of a person than that.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

MINIMUM_AGE_DEFAULT = 18


class NotAdmitted(StrEnum):
    """Why a person cannot buy."""

    TOO_YOUNG = "too_young"
    COUNTRY_REFUSED = "country_refused"


@dataclass(frozen=True, slots=True)
class Admission:
    """The stricter of what the firm and the programme ask."""

    minimum_age: int
    refused_countries: frozenset[str]


def admission(
    firm_age: int, firm_refused: list[str], own_age: int | None, own_refused: list[str]
) -> Admission:
    """A programme may be stricter than the firm, never laxer."""
    return Admission(max(firm_age, own_age or 0), frozenset(firm_refused) | frozenset(own_refused))


def age_on(born_on: date, on: date) -> int:
    """Whole years. Who was born on 29 February has a birthday on 1 March of a common year."""
    before_birthday = (on.month, on.day) < (born_on.month, born_on.day)
    return on.year - born_on.year - before_birthday


def not_admitted(terms: Admission, country: str, born_on: date, on: date) -> NotAdmitted | None:
    """Why not, or None."""
    if country in terms.refused_countries:
        return NotAdmitted.COUNTRY_REFUSED
    if age_on(born_on, on) < terms.minimum_age:
        return NotAdmitted.TOO_YOUNG
    return None
