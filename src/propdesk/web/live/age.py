"""How old the figures of a live page are, and what is said about it.

It must not read the clock: who asks brings the time.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from propdesk.domain.instants import HOUR, SECOND
from propdesk.web.templatetags.figures import duration

# A feed that far from this machine's clock is a recording: its age is not to be had by the clock.
RECORDED_FROM = HOUR
LATE_FROM = 10 * SECOND
"""Nothing newer for so long is an old figure (``live.js``); what is further behind the clock while
newer ones still come is late, and not old."""


@dataclass(frozen=True, slots=True)
class Age:
    """``micros`` since the figures were true, or since newer ones came; ``recorded`` says by how
    much the market's own time differs from the clock, where it is a recording that is played or
    comes late."""

    micros: int
    recorded: str | None


def age_of(at: int, now: int, moved: int) -> Age:
    """Of figures as of ``at``, looked at ``now``; ``moved`` is when the engine last went on."""
    behind, still = now - at, max(0, now - moved)
    apart = {"apart": duration(abs(behind) // SECOND)}
    if abs(behind) >= RECORDED_FROM:
        says = (
            _("a recorded market, %(apart)s behind the clock")
            if behind > 0
            else _("a recorded market, %(apart)s ahead of the clock")
        )
        return Age(still, says % apart)
    if behind >= LATE_FROM > still:
        return Age(still, _("prices and events come %(apart)s late") % apart)
    return Age(max(0, behind), None)
