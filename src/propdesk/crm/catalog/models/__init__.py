"""The tables of the catalogue."""

from propdesk.crm.catalog.models.coupons import Coupon
from propdesk.crm.catalog.models.firm import Brand, FirmTerms
from propdesk.crm.catalog.models.legal import Acceptance, LegalKind, LegalText
from propdesk.crm.catalog.models.prices import AddOnPrice, Price, Purpose
from propdesk.crm.catalog.models.programmes import (
    ClientGroup,
    Programme,
    ProgrammeVersion,
    SoldAs,
    VersionState,
    Visibility,
)

__all__ = [
    "Acceptance",
    "AddOnPrice",
    "Brand",
    "ClientGroup",
    "Coupon",
    "FirmTerms",
    "LegalKind",
    "LegalText",
    "Price",
    "Programme",
    "ProgrammeVersion",
    "Purpose",
    "SoldAs",
    "VersionState",
    "Visibility",
]
