"""Whether an enrolment may be bound to another version. It decides; it writes nothing."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from propdesk.crm.catalog.models import ProgrammeVersion, VersionState
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.challenges.phase_opening import rulebook_of, rulebook_with
from propdesk.crm.refusal import ActionRefused
from propdesk.wire.rulebook_file import LoadedRulebook, RulebookRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """By what an enrolment is to be judged. ``balance`` None: from its next account on; else the
    phase that runs begins anew at once, in another account with that balance."""

    version: UUID
    add_ons: tuple[str, ...] = ()
    balance: Decimal | None = None


def bindable(
    enrolment: Enrolment, phase: EnrolmentPhase, binding: Binding
) -> tuple[ProgrammeVersion, LoadedRulebook]:
    """The version with its rulebook, add-ons applied. Raises ``ActionRefused``."""
    if enrolment.state == "terminated":
        raise ActionRefused("terminated", "The enrolment is terminated.")
    version = ProgrammeVersion.objects.filter(
        pk=binding.version, state=VersionState.PUBLISHED
    ).first()
    if version is None:
        raise ActionRefused("not_published", "Only a published version judges anybody.")
    try:
        book = rulebook_with(version, binding.add_ons)
    except RulebookRefused as refused:
        raise ActionRefused("no_add_on", refused.lines[0]) from refused
    if book.sha256 == rulebook_of(enrolment).sha256:
        raise ActionRefused("same", "It is judged by this version already.")
    if book.rulebook.currency != phase.account.currency:
        raise ActionRefused("other_currency", "The version is of another currency.")
    if len(book.rulebook.phases) < phase.number:
        raise ActionRefused("no_phase", "The version has no such phase.")
    return version, book
