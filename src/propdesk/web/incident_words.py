"""What measures do, in words: for the desk before it takes one, for a trader when it was taken."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from propdesk.crm.incidents.models import Effect, MeasureKind

EFFECTS: Mapping[str, Sequence[tuple[Promise, Promise]]] = {
    MeasureKind.SUSPEND_RULES: (
        (
            gettext_lazy("Verdicts"),
            gettext_lazy("are said and kept, for the engine judges by the rulebook; what they ask "
                         "for waits for a person"),
        ),
        (
            gettext_lazy("The trader"),
            gettext_lazy("goes on; once a verdict waits he may close positions and open none, and "
                         "is told so"),
        ),
        (
            gettext_lazy("Each verdict that waits"),
            gettext_lazy("is a case: two persons enforce it or reinstate the account"),
        ),
        (gettext_lazy("A pass"), gettext_lazy("is not held back")),
    ),
    MeasureKind.REINSTATE: (
        (
            gettext_lazy("Each account"),
            gettext_lazy("is proposed by itself, and goes on in another account with its opening "
                         "balance once this is approved"),
        ),
        (gettext_lazy("Peaks, floors and days"), gettext_lazy("begin anew")),
        (gettext_lazy("The verdict and the old account"), gettext_lazy("stay as they are")),
    ),
    MeasureKind.CREDIT: (
        (
            gettext_lazy("The balance"),
            gettext_lazy("is changed on the platform; the engine counts it as profit of trades"),
        ),
        (gettext_lazy("The trader"), gettext_lazy("is told how much and why")),
        (gettext_lazy("The ledger"), gettext_lazy("has no entry: no money of the firm moves")),
    ),
    MeasureKind.PAUSE: (
        (
            gettext_lazy("Clocks"),
            gettext_lazy("of time limit and inactivity stand: no day that is paused at all "
                         "counts"),
        ),
        (
            gettext_lazy("Open positions"),
            gettext_lazy("stay open; waiting orders are cancelled, and the trader may only look"),
        ),
        (gettext_lazy("Undone"), gettext_lazy("by letting them go on")),
    ),
    MeasureKind.NOTIFY: (
        (
            gettext_lazy("Each trader"),
            gettext_lazy("finds the text among his messages, and by mail as he wants it"),
        ),
    ),
}  # fmt: skip


def told_to_trader(effect: Effect) -> str:
    """What was done for his account, as its trader reads it; empty: nothing that concerns him."""
    if effect.refused:
        return ""
    terms: Mapping[str, Any] = effect.measure.terms
    if effect.is_undoing:
        return {
            MeasureKind.SUSPEND_RULES.value: _("Every rule counts again."),
            MeasureKind.PAUSE.value: _("Your account goes on."),
        }.get(effect.measure.kind, "")
    if effect.measure.kind == MeasureKind.CREDIT:
        amount = f"{terms['amount']} {terms['currency']}"
        return _("%(amount)s were booked on your account.") % {"amount": amount}
    return {
        MeasureKind.SUSPEND_RULES.value: _("Some rules end nothing before a person has looked."),
        MeasureKind.REINSTATE.value: _("You go on in another account."),
        MeasureKind.PAUSE.value: _("Your account is paused, and its clocks stand."),
        MeasureKind.NOTIFY.value: _("We wrote to you."),
    }[effect.measure.kind]
