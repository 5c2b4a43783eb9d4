"""How old the figures of a live page are, and what is said about it.

It must not read the clock: who asks brings the time.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from propdesk.domain.instants import HOUR
from propdesk.web.templatetags.figures import duration

# A feed that far from this machine's clock is a recording: its age is not to be had by the clock.
RECORDED_FROM = HOUR


@dataclass(frozen=True, slots=True)
class Age:
    """``micros`` since the figures were true; ``recorded`` says by how much the market's own
    time differs from the clock, where it is a recording that is played."""

    micros: int
    recorded: str | None


def age_of(at: int, now: int, moved: int) -> Age:
    """Of figures as of ``at``, looked at ``now``; ``moved`` is when the engine last went on."""
    behind = now - at
    if abs(behind) < RECORDED_FROM:
        return Age(max(0, behind), None)
    apart = duration(abs(behind) // 1_000_000)
    says = (
        _("a recorded market, %(apart)s behind the clock")
        if behind > 0
        else _("a recorded market, %(apart)s ahead of the clock")
    ) % {"apart": apart}
    return Age(max(0, now - moved), says)
