"""What could be known: from which data equity was judged, and where it was not known.

A gap opens when a position's value is missing and closes when every value is back. It blocks a
pass and a payout; it never undoes what was proven.
"""

from propdesk.domain.account import SILENCE, Account
from propdesk.domain.evaluation import Basis, Coverage, Gap


class CoverageLog:
    """Collects gaps as marks go by."""

    def __init__(self) -> None:
        self.gaps: list[Gap] = []
        self._open: dict[str, tuple[int, str]] = {}
        self._seen_bars = False
        self._seen_quotes = False
        self._seen_reports = False

    def note(self, account: Account) -> None:
        """Look at what is missing now."""
        worth, at = account.worth, account.at
        self._seen_reports = self._seen_reports or account.reported is not None
        if worth.holdings and not worth.unknown:
            self._seen_quotes = True
            self._seen_bars = self._seen_bars or worth.low != worth.high
        missing = account.blind_spots()
        for symbol in missing.keys() - self._open.keys():
            self._open[symbol] = (at, missing[symbol])
        for symbol in self._open.keys() - missing.keys():
            start, reason = self._open.pop(symbol)
            if at > start or reason == SILENCE:
                self.gaps.append(Gap(symbol, start, at, reason))

    def basis(self) -> Basis:
        """The data the verdicts rest on: the weakest kind that was needed."""
        if self._seen_bars:
            return "bars"
        if self._seen_quotes:
            return "ticks"
        return "reported" if self._seen_reports and not self._open else "deals"

    def basis_by_quotes(self) -> Basis:
        """The basis of a verdict at a quote that makes every open position's value known."""
        return "bars" if self._seen_bars else "ticks"

    @property
    def known(self) -> bool:
        """Whether equity was known at every moment so far."""
        return not self.gaps and not self._open

    def closed(self) -> Coverage:
        """The coverage as of now; a gap still open has no end."""
        running = [Gap(symbol, at, None, why) for symbol, (at, why) in sorted(self._open.items())]
        ordered = sorted(self.gaps, key=lambda gap: (gap.start, gap.symbol))
        return Coverage(self.basis(), (*ordered, *running))
