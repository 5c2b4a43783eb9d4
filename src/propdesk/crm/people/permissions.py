"""Who may do what: one table, an action's name and the roles that may do it.

An action that is not in the table may be done by nobody; asking for it is an error of the program.
"""

from collections.abc import Mapping
from uuid import UUID

from propdesk.crm.audit.actor import ANONYMOUS, SYSTEM, Actor
from propdesk.crm.people.models import StaffRole
from propdesk.crm.refusal import ActionRefused

OWNER = StaffRole.OWNER.value
ADMIN = StaffRole.ADMIN.value
RISK = StaffRole.RISK.value
FINANCE = StaffRole.FINANCE.value
SUPPORT = StaffRole.SUPPORT.value
AUDITOR = StaffRole.AUDITOR.value
TRADER = "trader"
"""The role of everybody who registered, over what is their own."""

STAFF = frozenset(StaffRole.values)
RULING = frozenset({OWNER, ADMIN})

PERMITTED: Mapping[str, frozenset[str]] = {
    # Looking.
    "live.read": STAFF,
    "people.read": STAFF,
    "overview.search": STAFF,
    "overview.read": STAFF,
    "overview.read_funnel": RULING | {RISK, FINANCE, AUDITOR},
    "people.read_roles": RULING | {AUDITOR},
    "audit.read": RULING | {AUDITOR},
    "audit.export": RULING | {AUDITOR},
    # One's own.
    "people.register": frozenset({ANONYMOUS}),
    "people.change_profile": frozenset({TRADER}),
    "people.export_own_data": frozenset({TRADER}),
    "people.change_sign_in": frozenset({TRADER}),
    "people.end_session": frozenset({TRADER}),
    "api_keys.create_key": frozenset({TRADER}),
    "api_keys.revoke_key": frozenset({TRADER}),
    # Staff about people.
    "people.create_owner": frozenset({SYSTEM}),
    "people.invite_staff": RULING,
    "people.grant_role": RULING,
    "people.revoke_role": RULING,
    "people.suspend_person": RULING | {RISK, SUPPORT},
    "people.resume_person": RULING | {RISK},
    "people.ban_person": RULING | {RISK},
    "people.merge_persons": RULING | {SUPPORT},
    # Accounts and challenges.
    "accounts.read": STAFF,
    "accounts.acknowledge": RULING | {RISK, SUPPORT},
    "accounts.deliver_again": RULING | {RISK},
    "accounts.decide": RULING | {RISK, SUPPORT},
    "accounts.act_on_many": RULING | {RISK, SUPPORT},
    "accounts.close_case": RULING | {RISK},
    "accounts.refuse_approval": RULING | {RISK, SUPPORT},
    "accounts.propose_kill_switch": RULING | {RISK},
    "accounts.set_kill_switch": RULING | {RISK},
    "accounts.lift_kill_switch": RULING | {RISK, SYSTEM},
    "accounts.show_credentials": frozenset({TRADER}),
    "accounts.place_order": frozenset({TRADER}),
    "accounts.change_order": frozenset({TRADER}),
    "accounts.cancel_order": frozenset({TRADER}),
    "accounts.close_position": frozenset({TRADER}),
    "accounts.protect_position": frozenset({TRADER}),
    "own_limits.set_daily_limit": frozenset({TRADER}),
    "own_limits.lock_for_today": frozenset({SYSTEM}),
    "challenges.provision": RULING | {SYSTEM},
    "challenges.settle_gate": RULING | {RISK, SUPPORT, SYSTEM},
    "challenges.fail": RULING | {RISK},
    "challenges.expire": RULING | {SYSTEM},
    "challenges.end_trial": RULING | {SYSTEM},
    "challenges.reset": RULING | {SYSTEM},
    "challenges.retry": RULING | {SUPPORT, TRADER, SYSTEM},
    "challenges.propose_reinstatement": RULING | {RISK, SUPPORT},
    "challenges.reinstate": RULING | {RISK},
    "challenges.propose_enforcement": RULING | {RISK, SUPPORT},
    "challenges.enforce": RULING | {RISK},
    "challenges.release_held": RULING | {RISK},
    "challenges.propose_rebinding": RULING | {RISK},
    "challenges.rebind": RULING | {RISK},
    "challenges.propose_ban": RULING | {RISK, SUPPORT},
    "people.propose_merge": RULING | {SUPPORT},
    "people.view_as": RULING | {RISK, SUPPORT},
    "challenges.pause": RULING | {RISK, SUPPORT},
    "challenges.resume": RULING | {RISK, SUPPORT},
    "challenges.suspend": RULING | {RISK},
    "challenges.lift_suspension": RULING | {RISK},
    "challenges.terminate": RULING | {RISK},
    "challenges.ban": RULING | {RISK},
    # What is sold, and what was paid.
    "catalog.read": RULING | {RISK, FINANCE, SUPPORT, AUDITOR},
    "catalog.create_programme": RULING,
    "catalog.save_draft": RULING,
    "catalog.publish_version": RULING,
    "catalog.withdraw_version": RULING,
    "catalog.duplicate_programme": RULING,
    "catalog.set_prices": RULING | {FINANCE},
    "catalog.set_add_on_price": RULING | {FINANCE},
    "catalog.set_offer": RULING,
    "catalog.create_coupon": RULING | {FINANCE},
    "catalog.end_coupon": RULING | {FINANCE, SUPPORT},
    "catalog.publish_legal_text": RULING,
    "catalog.accept_legal_texts": frozenset({TRADER}),
    "catalog.set_firm_terms": RULING,
    "catalog.set_brand": RULING,
    "purchases.read": RULING | {FINANCE, SUPPORT, AUDITOR},
    "purchases.place_order": frozenset({TRADER}),
    "purchases.refund_order": RULING | {FINANCE},
    "purchases.open_dispute": RULING | {FINANCE},
    "purchases.close_dispute": RULING | {FINANCE},
    "ledger.read": RULING | {FINANCE, AUDITOR},
    # What is told to whom.
    "notices.read_alerts": STAFF,
    "notices.acknowledge_alerts": RULING | {RISK},
    "notices.read": RULING | {RISK, SUPPORT, AUDITOR},
    "notices.replay_delivery": RULING | {SUPPORT},
    "notices.save_text": RULING,
    "notices.set_outlet": RULING,
    "notices.send_test_event": RULING,
    "notices.set_terms": RULING,
    "notices.set_preferences": frozenset({TRADER}),
    "notices.connect_messenger": frozenset({TRADER}),
    "notices.mark_read": frozenset({TRADER}),
    # The economic calendar, and what is told before something ends by the clock.
    "calendar.read": STAFF,
    "calendar.add_release": RULING | {RISK},
    "calendar.change_release": RULING | {RISK},
    "calendar.withdraw_release": RULING | {RISK},
    "calendar.import_releases": RULING | {RISK},
    "calendar.set_map": RULING | {RISK},
    "calendar.set_terms": RULING | {RISK},
    # Incidents: something went wrong for many accounts at once.
    "incidents.read": STAFF,
    "incidents.open": RULING | {RISK},
    "incidents.change": RULING | {RISK},
    "incidents.count_accounts": RULING | {RISK},
    "incidents.propose_measure": RULING | {RISK, SUPPORT},
    "incidents.approve_measure": RULING | {RISK},
    "incidents.take_measure": RULING | {RISK},
    "incidents.undo_measure": RULING | {RISK, SYSTEM},
    "incidents.decide": RULING | {RISK},
    "incidents.close": RULING | {RISK},
    "incidents.publish_report": RULING,
    "incidents.withdraw_report": RULING,
    # Certificates.
    "documents.read": STAFF,
    "documents.issue_certificate": frozenset({SYSTEM}),
    "documents.name_certificate": frozenset({TRADER}),
    "documents.revoke_certificate": RULING | {RISK, SYSTEM},
    "documents.restore_certificate": RULING | {RISK},
    # Support.
    "support.read": STAFF,
    "support.open_ticket": frozenset({TRADER}),
    "support.reply": frozenset({TRADER}),
    "support.answer_ticket": RULING | {RISK, FINANCE, SUPPORT},
    "support.note_ticket": RULING | {RISK, FINANCE, SUPPORT},
    "support.assign_ticket": RULING | {RISK, FINANCE, SUPPORT},
    "support.keep_canned_answer": RULING | {SUPPORT},
    "support.dispute_verdict": frozenset({TRADER}),
    "support.uphold_verdict": RULING | {RISK},
    "support.accept_dispute": RULING | {RISK, SUPPORT},
}
"""A later app adds its actions here, named ``app.verb``."""

# The role an action is recorded under, where several permit it: the narrowest first.
_NARROWEST_FIRST = (ANONYMOUS, TRADER, AUDITOR, SUPPORT, FINANCE, RISK, ADMIN, OWNER, SYSTEM)


class NotPermitted(ActionRefused):
    """Who acts may not do this. Nothing was changed."""

    def __init__(self, action: str, role: str) -> None:
        super().__init__("not_permitted", f"{action} is not permitted to the role {role}.")


def permitting_role(action: str, roles: frozenset[str]) -> str | None:
    """The role of ``roles`` under which ``action`` is done; None: none of them permits it.
    Raises ``KeyError`` for an action that is not in the table."""
    permitted = PERMITTED[action] & roles
    return next((role for role in _NARROWEST_FIRST if role in permitted), None)


def require(by: Actor, action: str, *, of: UUID | None = None) -> None:
    """Raise ``NotPermitted`` unless ``by`` may do ``action``; a trader only where ``of`` is
    himself: what is done to somebody else's, or to nobody's in particular, is not his."""
    if by.role not in PERMITTED[action]:
        raise NotPermitted(action, by.role)
    if by.role == TRADER and (of is None or of != by.person):
        raise NotPermitted(action, by.role)
