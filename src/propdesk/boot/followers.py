"""What follows from what the engine said, in the transaction in which it was read, in this order.

Imported once Django is set up.
"""

from propdesk.boot.projector import Follower
from propdesk.crm.challenges.actions.follow_statuses import follow_statuses
from propdesk.crm.documents.actions.issue_certificates import issue_certificates
from propdesk.crm.documents.actions.revoke_corrected import revoke_corrected

FOLLOWERS: tuple[Follower, ...] = (follow_statuses, issue_certificates, revoke_corrected)
