"""The stage of the portal's tests."""

from tests.web.portal.portal_stage import stage

__all__ = ["stage"]
