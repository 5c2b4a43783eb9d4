"""What the desk does to what is sold: programmes, prices, coupons, texts, the firm's terms."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.duplicate_programme import duplicate_programme
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.save_draft import save_draft
from propdesk.crm.catalog.actions.set_add_on_price import set_add_on_price
from propdesk.crm.catalog.actions.set_offer import set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.actions.withdraw_version import withdraw_version
from propdesk.crm.catalog.models import Programme, ProgrammeVersion
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.routers.catalog_said import (
    AddOnPriceSaid,
    OfferSaid,
    PricesSaid,
)
from propdesk.web.api.words import (
    SOMETHING,
    Done,
    Id,
    Instant,
    Reason,
    Sha256,
    Slug,
    minor_of,
)
from propdesk.web.received import received_at

router = Router()
READ, WRITE = Scope.CATALOG_READ, Scope.CATALOG_WRITE
ONE = "/desk/programmes/{slug:slug}"
Title = Annotated[str, StringConstraints(max_length=120, pattern=SOMETHING)]


class VersionOut(Schema):
    """A version of a programme's rulebook."""

    id: Id
    number: int
    state: str = Field(examples=["published"])
    name: str = Field(examples=["2026-11"])
    sha256: str
    effective_from: str = Field(examples=["2026-11-23"])
    published_at: Instant | None
    withdrawn_at: Instant | None


class DeskProgramme(Schema):
    """A programme as the desk has it, with its versions."""

    id: Id
    slug: str = Field(examples=["two-step"])
    title: str
    brand: str
    visibility: str = Field(examples=["public"])
    sold_as: str = Field(examples=["challenge"])
    versions: list[VersionOut]


class DraftOut(Schema):
    """The draft: publish it by its hash."""

    text: str
    sha256: str


class NewSaid(Schema):
    """A programme made from a preset."""

    preset: Slug = Field(examples=["ftmo-2-step"])
    slug: Slug
    title: Title = Field(examples=["Two steps"])


class CopySaid(Schema):
    """Under which name a programme is copied."""

    slug: Slug = Field(examples=["two-step-swing"])
    title: Title = Field(examples=["Two steps, swing"])


class DraftSaid(Schema):
    """A rulebook."""

    text: Annotated[str, StringConstraints(max_length=262_144, pattern=r"^[^\x00]*$")] = Field(
        examples=["name: two-step\n"]
    )


class PublishSaid(Schema):
    """Of the draft one has seen."""

    sha256: Sha256


class WithdrawSaid(Schema):
    """Which version is taken off sale, and why."""

    version: UUID
    reason: Reason


@reading(
    router, "/desk/programmes", "catalog_programmes", allowed(READ, "catalog.read"),
    Page[DeskProgramme],
)  # fmt: skip
def list_programmes(request: HttpRequest, asked: PageAsked) -> Page[DeskProgramme]:
    """Every programme, drafts included. Newest first."""
    del request
    rows, following = page(Programme.objects.prefetch_related("versions"), ("id",), asked)
    return Page[DeskProgramme](items=[_programme(each) for each in rows], next=following)


@doing(
    router, "/desk/programmes", "catalog_create", allowed(WRITE, "catalog.create_programme"),
    DeskProgramme,
)  # fmt: skip
def create(request: HttpRequest, said: NewSaid) -> DeskProgramme:
    """Create a programme from a preset."""
    new = NewProgramme(preset=said.preset, slug=said.slug, title=said.title)
    by = caller_of(request).acting("catalog.create_programme")
    return _programme(create_programme(new, by=by, at=received_at()))


@reading(router, ONE, "catalog_programme", allowed(READ, "catalog.read"), DeskProgramme)
def read_programme(request: HttpRequest, slug: str) -> DeskProgramme:
    """One programme with its versions."""
    del request
    return _programme(_found(slug))


@doing(
    router, f"{ONE}/duplicate", "catalog_duplicate", allowed(WRITE, "catalog.duplicate_programme"),
    DeskProgramme,
)  # fmt: skip
def duplicate(request: HttpRequest, slug: str, said: CopySaid) -> DeskProgramme:
    """Copy rules and prices under another name."""
    by = caller_of(request).acting("catalog.duplicate_programme")
    made = duplicate_programme(
        _found(slug), slug=said.slug, title=said.title, by=by, at=received_at()
    )
    return _programme(made)


@reading(router, f"{ONE}/draft", "catalog_draft", allowed(READ, "catalog.read"), DraftOut)
def read_draft(request: HttpRequest, slug: str) -> DraftOut:
    """The draft of a programme; none is not found."""
    del request
    draft = _found(slug).versions.filter(state="draft").first()
    if draft is None:
        raise NotFound
    return DraftOut(text=draft.rulebook, sha256=draft.sha256)


@doing(
    router, f"{ONE}/draft", "catalog_save_draft", allowed(WRITE, "catalog.save_draft"), DraftOut,
    method="PUT",
)  # fmt: skip
def write_draft(request: HttpRequest, slug: str, said: DraftSaid) -> DraftOut:
    """Save a draft that holds together; its faults are told by line."""
    by = caller_of(request).acting("catalog.save_draft")
    draft = save_draft(_found(slug), said.text, by=by, at=received_at())
    return DraftOut(text=draft.rulebook, sha256=draft.sha256)


@doing(
    router, f"{ONE}/publish", "catalog_publish", allowed(WRITE, "catalog.publish_version"),
    VersionOut,
)  # fmt: skip
def publish(request: HttpRequest, slug: str, said: PublishSaid) -> VersionOut:
    """Publish the draft one has seen."""
    by = caller_of(request).acting("catalog.publish_version")
    return _version(publish_version(_found(slug), sha256=said.sha256, by=by, at=received_at()))


@doing(
    router, f"{ONE}/withdraw", "catalog_withdraw", allowed(WRITE, "catalog.withdraw_version"),
    DeskProgramme,
)  # fmt: skip
def withdraw(request: HttpRequest, slug: str, said: WithdrawSaid) -> DeskProgramme:
    """Take a version off sale; who bought by it keeps it."""
    version = _found(slug).versions.filter(pk=said.version).first()
    if version is None:
        raise NotFound
    by = caller_of(request).acting("catalog.withdraw_version")
    withdraw_version(version, reason=said.reason, by=by, at=received_at())
    return _programme(_found(slug))


@doing(
    router, f"{ONE}/offer", "catalog_set_offer", allowed(WRITE, "catalog.set_offer"),
    DeskProgramme, method="PUT",
)  # fmt: skip
def offer(request: HttpRequest, slug: str, said: OfferSaid) -> DeskProgramme:
    """Say how a programme is offered, and to whom."""
    by = caller_of(request).acting("catalog.set_offer")
    set_offer(_found(slug), said.offer(), by=by, at=received_at())
    return _programme(_found(slug))


@doing(
    router, f"{ONE}/prices", "catalog_set_prices", allowed(WRITE, "catalog.set_prices"), Done,
    method="PUT",
)  # fmt: skip
def prices(request: HttpRequest, slug: str, said: PricesSaid) -> Done:
    """Set prices in one currency by size; sizes that are not named stay."""
    by = caller_of(request).acting("catalog.set_prices")
    set_prices(_found(slug), said.purpose, said.currency, said.minor(), by=by, at=received_at())
    return Done()


@doing(
    router, f"{ONE}/add-on-price", "catalog_set_add_on_price",
    allowed(WRITE, "catalog.set_add_on_price"), Done, method="PUT",
)  # fmt: skip
def add_on_price(request: HttpRequest, slug: str, said: AddOnPriceSaid) -> Done:
    """Set what an add-on costs: a share, an amount, or nothing: not sold."""
    set_add_on_price(
        _found(slug),
        said.add_on,
        said.currency,
        percent=said.share,
        amount_minor=None if said.amount is None else minor_of(said.amount, said.currency),
        by=caller_of(request).acting("catalog.set_add_on_price"),
        at=received_at(),
    )
    return Done()


def _found(slug: str) -> Programme:
    found = Programme.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound
    return found


def _programme(row: Programme) -> DeskProgramme:
    versions = sorted(row.versions.all(), key=lambda each: each.number, reverse=True)
    return DeskProgramme(
        id=row.pk,
        slug=row.slug,
        title=row.title,
        brand=row.brand_id,
        visibility=row.visibility,
        sold_as=row.sold_as,
        versions=[_version(each) for each in versions],
    )


def _version(row: ProgrammeVersion) -> VersionOut:
    return VersionOut(
        id=row.pk,
        number=row.number,
        state=row.state,
        name=row.name,
        sha256=row.sha256,
        effective_from=row.effective_from.isoformat(),
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )
