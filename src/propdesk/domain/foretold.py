"""What a limit will say of an equity, known before any price brings the account there.

As long as nothing but prices changes, a limit on equity says one violation below its floor, and
all of it but the equity is known already. It must not decide whether that ends the account:
``consequences`` does.
"""

from collections.abc import Mapping
from decimal import Decimal

from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Violation
from propdesk.domain.levels import reaches
from propdesk.domain.terms import Comparison
from propdesk.domain.values import value


@value(frozen=True, slots=True)
class Foretold:
    """The violation of a limit, as a function of equity and of the highest equity since.

    A ``mark`` follows equity up, and the word ``marked`` of the detail tells it. With a ``gap``
    the floor rises with it, to ``min(mark, cap) - gap``; without one the floor stays. Observed
    and limit are told less ``zero``.
    """

    floor: Decimal
    comparison: Comparison
    detail: Mapping[str, str]
    zero: Decimal = ZERO
    mark: Decimal | None = None
    marked: str = ""
    gap: Decimal | None = None
    cap: Decimal | None = None

    def violation(self, equity: Decimal, highest: Decimal) -> Violation | None:
        """What is said of ``equity`` after one as high as ``highest``; None: nothing."""
        floor, detail = self.floor, self.detail
        if self.mark is not None and highest > self.mark:
            detail = {**detail, self.marked: f"{highest:f}"}
            if self.gap is not None:
                counted = highest if self.cap is None else min(highest, self.cap)
                floor = max(floor, counted - self.gap)
        if not reaches(equity, floor, self.comparison):
            return None
        zero = self.zero
        return Violation(equity - zero, floor - zero, self.comparison, detail=detail)
