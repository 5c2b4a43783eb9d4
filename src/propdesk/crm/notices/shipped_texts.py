"""The texts that ship with the program: what a person is told. Staff may write others.

Braces name what is filled in; a value that is not known is a dash.
"""

from collections.abc import Mapping

from propdesk.crm.notices.kinds import OF_ACCOUNT, Kind, Topic
from propdesk.crm.notices.shipped_alerts import ALERTS

_OF_RULE = (*OF_ACCOUNT, "rule", "equity", "floor", "basis", "verdict")
_LOOK = "\n\nLook at it: {link}"


def _account(
    name: str, title: str, subject: str, body: str, *more: str, to: str = "account"
) -> Kind:
    return Kind(
        name=name, title=title, topic=Topic.ACCOUNT, variables=(*OF_ACCOUNT, *more),
        subject=subject, body=f"Hello {{name}},\n\n{body}{_LOOK}\n\n{{firm}}",
        to=to,
    )  # fmt: skip


def _rule(name: str, title: str, subject: str, body: str, *more: str, to: str = "account") -> Kind:
    return Kind(
        name=name, title=title, topic=Topic.RULES, variables=(*_OF_RULE, *more),
        subject=subject, body=f"Hello {{name}},\n\n{body}{_LOOK}\n\n{{firm}}",
        to=to,
    )  # fmt: skip


def _money(name: str, title: str, subject: str, body: str) -> Kind:
    return Kind(
        name=name, title=title, topic=Topic.MONEY, variables=("order", "programme", "amount"),
        subject=subject, body=f"Hello {{name}},\n\n{body}\n\nYour order: {{link}}\n\n{{firm}}",
        to="order",
    )  # fmt: skip


_SECURITY = (
    Kind(
        name="new_device", title="Sign-in from a new device", topic=Topic.SECURITY,
        variables=("address", "client"),
        subject="A sign-in from a device we do not know",
        body="Hello {name},\n\nsomebody signed in to your account at {firm} on {at}, from {address}"
        " with {client}.\n\nWas it you? Then there is nothing to do. If not, end the session and"
        " change your password now: {link}\n\n{firm}",
        to="sessions",
    ),
    Kind(
        name="connect_code", title="Code that connects a messenger", topic=Topic.SECURITY,
        variables=("code",), subject="Your code",
        body="{code} is the code that lets {firm} write to you here. Type it on the page that asked"
        " for it. If you did not ask, do nothing.",
        to="notifications",
    ),
)  # fmt: skip

_MONEY = (
    _money(
        "purchase", "Purchase", "Your order {order} is paid",
        "we received your payment of {amount} for {programme}, order {order}. Your account is"
        " being opened; we write again when its credentials are ready.",
    ),
    _money(
        "refund", "Refund", "Your refund for order {order}",
        "we gave back {amount} of order {order}, {programme}. When it arrives depends on how you"
        " paid.",
    ),
)  # fmt: skip

_ACCOUNT = (
    _account(
        "credentials_ready", "Credentials are ready", "Your account {account} is open",
        "your account {account} for {programme}, phase {phase}, {size} {currency}, is open. For"
        " your safety the password is not in this mail: the page shows it once.",
        to="credentials",
    ),
    _account(
        "passed", "Phase passed", "Passed: {phase} of {programme}",
        "you passed {phase} of {programme} with account {account} on {at}. Congratulations. The"
        " account is closed for trading now; what comes next follows.",
    ),
    _account(
        "gate", "A step before the next phase", "One step before you go on: {gate}",
        "account {account} passed its phase. Before the next one begins, one thing is needed:"
        " {gate}.", "gate",
    ),
    _account(
        "next_phase", "Next phase begins", "You go on: {next_phase}",
        "after account {account} the phase {next_phase} of {programme} begins with a new account."
        " We write again when its credentials are ready.", "next_phase",
    ),
    _account(
        "paused", "Account paused", "Account {account} is paused",
        "account {account} is paused since {at}. Reason: {reason}", "reason",
    ),
    _account(
        "resumed", "Account goes on", "Account {account} goes on",
        "account {account} goes on since {at}. Reason: {reason}", "reason",
    ),
    _account(
        "suspended", "Account suspended", "Account {account} is suspended",
        "account {account} is suspended since {at}. Reason: {reason}", "reason",
    ),
    _account(
        "suspension_lifted", "Suspension lifted", "Account {account} is no longer suspended",
        "the suspension of account {account} is lifted since {at}. Reason: {reason}", "reason",
    ),
    _account(
        "reinstated", "Account reinstated", "You are reinstated: {programme}",
        "account {account} was looked at again, and your challenge goes on with a new account."
        " Its peaks, floors and days begin anew from its opening balance. Reason: {reason}",
        "reason",
    ),
    _account(
        "breach_enforced", "Breach decided", "Account {account}: the breach stands",
        "the breach of account {account} that waited for a decision stands. Orders are cancelled,"
        " positions closed and the account is read-only. Nothing that was paid to you is taken"
        " back. Reason: {reason}", "reason",
    ),
    _account(
        "held_released", "Account released", "Account {account} goes on",
        "account {account} may do again what its rules allow: what was said of it does not count."
        " Reason: {reason}", "reason",
    ),
    _account(
        "case_decided", "Decision about an account", "We looked into account {account}",
        "somebody looked into account {account}: {case}. What was decided: {reason}",
        "case", "reason",
    ),
    _account(
        "incident", "Something went wrong on our side", "{incident}: {title}",
        "something went wrong that concerns your account {account}: {title}.\n\n{reason}\n\n"
        "The page of the account says what is done about it.", "incident", "title", "reason",
    ),
    _account(
        "incident_credit", "Credit after an incident", "{amount} for account {account}",
        "because of {incident} ({title}), {amount} is booked on account {account}. It counts as"
        " profit of trades. Reason: {reason}", "incident", "title", "amount", "reason",
    ),
    _account(
        "reset", "Phase begins anew", "Your phase begins anew",
        "the phase {phase} of {programme} begins anew with a new account in place of {account}.",
        "reason",
    ),
    _account(
        "terminated", "Account ended by the firm", "Account {account} is ended",
        "account {account} was ended on {at}. Reason: {reason}", "reason",
    ),
    _account(
        "rulebook_changed", "Rules changed", "What account {account} is judged by changed",
        "the firm bound your challenge to version {new} of its rules in place of {old}. Reason:"
        " {reason}", "old", "new", "reason",
    ),
    _account(
        "lapses", "What you passed lapses", "Do not lose what you passed: until {until}",
        "account {account} passed its phase and waits for you: {waits}. If that is not settled by"
        " {until}, the challenge lapses.", "until", "waits",
    ),
    _account(
        "certificate_issued", "Certificate", "Your certificate {certificate}",
        "your certificate {certificate} for {phase} of {programme} is ready.", "certificate",
    ),
    _account(
        "ticket_answered", "Question answered", "Answer to {ticket}: {subject}",
        "your question {ticket} was answered. The answer stands with the question, under Support.",
        "ticket", "subject", to="inbox",
    ),
    _account(
        "dispute_opened", "Dispute opened", "Dispute {dispute} of account {account}",
        "your dispute {dispute} is open, and the evidence of the log is held. A person decides"
        " within five days and tells you why.", "ticket", "subject", "dispute", to="inbox",
    ),
    _account(
        "dispute_decided", "Dispute decided", "Dispute {dispute}: {decision}",
        "your dispute {dispute} about account {account}: {decision}. The reason stands with your"
        " question {ticket}, under Support.",
        "ticket", "subject", "dispute", "decision", to="inbox",
    ),
    _account(
        "certificate_revoked", "Certificate revoked", "Certificate {certificate} is revoked",
        "the certificate {certificate} is no longer valid. Reason: {reason}",
        "certificate", "reason",
    ),
    _account(
        "expired", "Phase ended without a result", "Account {account} has expired",
        "the time of account {account}, {phase} of {programme}, ran out on {at}.",
    ),
    _account(
        "flat_by", "Positions must be closed", "Close by {deadline}: account {account}",
        "{programme} wants account {account} flat by {deadline}. What is open then is closed for"
        " you.", "deadline",
    ),
    _account(
        "must_be_flat", "Positions must be closed by you", "Be flat by {deadline}: {account}",
        "{programme} wants account {account} flat by {deadline}. Nobody closes for you: what is"
        " open then breaks the rule.", "deadline",
    ),
    _account(
        "news_ahead", "News window ahead", "{title}: be out of {symbols} by {deadline}",
        "the window around {title} begins at {deadline}, and {programme} restricts what account"
        " {account} holds in it: {symbols}.", "deadline", "title", "symbols",
    ),
    _account(
        "time_runs_out", "The phase's time runs out", "Account {account} ends at {deadline}",
        "the time of {phase} of {programme} is over at {deadline}. What is not passed by then ends"
        " account {account}.", "deadline", "rule",
    ),
    _account(
        "idle_too_long", "Idle for too long", "Trade before {deadline}: account {account}",
        "account {account} has lain idle. Without activity, as {programme} counts it, it ends at"
        " {deadline}.", "deadline", "rule",
    ),
)  # fmt: skip

_RULES = (
    _rule(
        "breach", "Breach", "Account {account}: {rule} is breached",
        "account {account} breached {rule} of {programme}, phase {phase}.\n\n"
        "Time: {at}\nEquity: {equity} {currency}\nFloor: {floor} {currency}\nBasis: {basis}\n"
        "Verdict: {verdict}\n\n"
        "Orders are cancelled, positions closed and the account is read-only. What the market did"
        " afterwards does not change the verdict. The page shows the evidence, and how to verify"
        " or dispute it.", to="breach",
    ),
    _rule(
        "verdict_held", "A breach that waits for a decision", "Account {account}: {rule} is"
        " looked into",
        "account {account} reached the limit of {rule}, phase {phase}: equity {equity}"
        " {currency}, limit {floor} {currency}, on {at}.\n\nIt is not clear that this counts, so"
        " nothing is closed and nothing is taken. Until somebody has decided you may close"
        " positions and open none. We write again.",
    ),
    _rule(
        "room", "Warning at 50, 70 and 90 %", "{level} % of {rule} is used: account {account}",
        "account {account} has used {level} % of what {rule} allows.\n\nYou may still lose {left}"
        " {currency}.\nEquity: {equity} {currency}\nYou fail at: {floor} {currency}\nAs of: {at}",
        "level", "left",
    ),
    _rule(
        "locked", "Locked until the next day", "Account {account} is locked: {rule}",
        "account {account} reached {rule} on {at} and is locked until the rule lets it go on."
        " Equity {equity}, limit {floor}.",
    ),
    _rule(
        "warning", "Warning of a rule", "A warning for account {account}: {rule}",
        "{rule} warns account {account} on {at}: {equity} against {floor}.",
    ),
    _rule(
        "strike", "Strike", "A strike for account {account}: {rule}",
        "account {account} got a strike of {rule} on {at}: {equity} against {floor}.",
    ),
    _rule(
        "closed_by_rule", "Positions closed by a rule", "Closed by {rule}: account {account}",
        "{rule} closed the positions of account {account} on {at}.",
    ),
    _rule(
        "penalty", "Penalty", "A penalty for account {account}: {rule}",
        "{rule} took something from account {account} on {at}: {equity} against {floor}.",
    ),
    _rule(
        "profit_adjusted", "Profit adjusted", "Profit of account {account} was adjusted: {rule}",
        "{rule} adjusted what counts as profit of account {account} on {at}.",
    ),
    _rule(
        "payout_denied", "Payout denied by a rule", "Account {account}: no payout by {rule}",
        "{rule} denies a payout of account {account} since {at}: {equity} against {floor}.",
    ),
    _rule(
        "payout_delayed", "Payout delayed by a rule", "Account {account}: payout later by {rule}",
        "{rule} delays a payout of account {account} since {at}: {equity} against {floor}.",
    ),
    _rule(
        "target_raised", "Target raised", "Account {account} has a higher target: {rule}",
        "{rule} raised the target of account {account} on {at}.",
    ),
)  # fmt: skip

_OTHER = (
    Kind(
        name="anything", title="Everything else", topic=Topic.ACCOUNT,
        variables=(*OF_ACCOUNT, "notice", "told"),
        subject="About your account {account}: {notice}",
        body="Hello {name},\n\nabout your account {account} there is something to know: {notice}."
        "\n\n{told}\n\nLook at it: {link}\n\n{firm}",
    ),
    Kind(
        name="test", title="Test event", topic=Topic.ALERT, variables=(),
        subject="A test", body="{firm} writes here. It was asked for on {at}.", to="deliveries",
    ),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {
    each.name: each for each in (*_SECURITY, *_MONEY, *_ACCOUNT, *_RULES, *_OTHER, *ALERTS)
}
"""All of them, in the order of pages."""
