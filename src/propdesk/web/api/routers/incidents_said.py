"""What is said of incidents, and asked, as programs write it."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from propdesk.crm.incidents.actions.publish_report import LENGTH_MAX
from propdesk.crm.incidents.models import IncidentKind, MeasureKind
from propdesk.crm.incidents.wanted import TITLE_MAX, TOLD_MAX
from propdesk.web.api.routers.approvals import ApprovalOut
from propdesk.web.api.words import SEEN, SOMETHING, GivenInstant, Id, Instant, Line, Reason

ACCOUNTS_MAX = 1_000
Lines = Annotated[
    str, StringConstraints(max_length=TOLD_MAX, pattern=r"^[^\x00]*$"),
    Field(examples=["Prices were wrong for half an hour."]),
]  # fmt: skip
Name = Annotated[str, StringConstraints(max_length=120, pattern=SEEN)]
Signed = Annotated[
    str, StringConstraints(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,8})?$"), Field(examples=["250.00"])
]


class ScopeSaid(Schema):
    """Whom it could have concerned, and when; an empty field narrows nothing."""

    began_at: GivenInstant
    ended_at: GivenInstant | None = Field(default=None, description="Null: it goes on.")
    server: Name = ""
    rulebook: Name = ""
    symbol: Annotated[str, StringConstraints(max_length=60, pattern=SEEN)] = ""
    accounts: list[Line] = Field(default=[], max_length=ACCOUNTS_MAX, description="By name.")


class IncidentSaid(ScopeSaid):
    """An incident."""

    kind: IncidentKind = Field(examples=["bad_price"])
    title: Annotated[str, StringConstraints(max_length=TITLE_MAX, pattern=SOMETHING)] = Field(
        examples=["Wrong prices of gold"]
    )
    told: Lines = Field(description="What the traders concerned read.")


class ChangeSaid(IncidentSaid):
    """An incident as it is to be, and why."""

    reason: Reason


class FoundOut(Schema):
    """Whom it concerned: how many, by what, and what could not be asked."""

    accounts: int = Field(examples=[412])
    reasons: dict[str, int] = Field(examples=[{"deal": 400, "verdict": 31}])
    lacks: str


class IncidentOut(Schema):
    """An incident."""

    id: Id
    reference: str = Field(examples=["I-2026-000001"])
    kind: str = Field(examples=["bad_price"])
    title: str
    told: str
    began_at: Instant
    ended_at: Instant | None
    server: str
    rulebook: str
    symbol: str
    state: str = Field(examples=["open"])
    owner: Id
    opened_at: Instant
    counted_at: Instant
    lacks: str
    accounts: int
    decision: str
    decided_at: Instant | None
    closed_at: Instant | None
    report_at: Instant | None


class ConcernedOut(Schema):
    """An account concerned, and what came of each measure for it."""

    account: Id
    why: list[str] = Field(examples=[["verdict", "deal"]])
    came: list[dict[str, Any]]


class MeasureSaid(Schema):
    """A measure. Of rules, verdicts and money it is proposed, and done by a second approval."""

    kind: MeasureKind = Field(examples=["suspend_rules"])
    reason: Reason
    accounts: list[UUID] = Field(
        default=[], max_length=ACCOUNTS_MAX, description="None: all concerned."
    )
    rules: list[Name] = Field(default=[], max_length=40, examples=[["price_rules"]])
    until: GivenInstant | None = None
    amount: Signed | None = Field(default=None, description="Below zero: taken back.")
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3,5})?$")] = ""
    text: Lines = ""


class MeasureOut(Schema):
    """A measure and where it stands."""

    id: Id
    incident: Id
    kind: str = Field(examples=["suspend_rules"])
    terms: dict[str, Any]
    reason: str
    made_at: Instant
    done_at: Instant | None
    undone_at: Instant | None
    approval: ApprovalOut | None


class DecidedSaid(Schema):
    """What was decided: the traders concerned read it."""

    decision: Lines


class ReportSaid(Schema):
    """What everybody may read."""

    report: Annotated[str, StringConstraints(max_length=LENGTH_MAX, pattern=r"^[^\x00]*$")] = Field(
        examples=["A vendor sent wrong prices of gold."]
    )
