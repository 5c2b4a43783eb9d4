"""The texts that ship with the program: what the desk is told. Staff may write others."""

from propdesk.crm.notices.kinds import OF_ACCOUNT, Kind, Topic
from propdesk.crm.notices.models.desk import Severity


def _alert(
    name: str, title: str, subject: str, body: str, *more: str,
    severity: Severity = Severity.WARNING, to: str = "desk_account",
) -> Kind:  # fmt: skip
    return Kind(
        name=f"alert_{name}", title=title, topic=Topic.ALERT, variables=(*OF_ACCOUNT, *more),
        subject=subject, body=f"{body}\n\nAt: {{at}}\n{{link}}", severity=severity, to=to,
    )  # fmt: skip


ALERTS = (
    _alert(
        "breach", "Alert: breach", "Breach: {account}, {rule}",
        "Account {account} of {programme} breached {rule}: equity {equity} {currency}, floor"
        " {floor}, basis {basis}, verdict {verdict}.",
        "rule", "equity", "floor", "basis", "verdict", severity=Severity.CRITICAL,
    ),
    _alert(
        "command_failed", "Alert: command failed", "Not done: {command} of {account}",
        "The platform did not do {command} for account {account}: {reason}. It is given up and"
        " waits for a person.",
        "command", "reason", severity=Severity.CRITICAL,
    ),
    _alert(
        "market_shut", "Alert: market shut", "Market shut: {command} of {account} waits",
        "The market is shut, so {command} of account {account} is done at its open: {reason}.",
        "command", "reason",
    ),
    _alert(
        "feed_gap", "Alert: feed gap", "No prices: {symbol} of {feed}",
        "The feed {feed} gives no prices of {symbol}: {reason}. Accounts that hold it are unknown"
        " until it is back.",
        "feed", "symbol", "reason", severity=Severity.CRITICAL, to="desk_live",
    ),
    _alert(
        "correction", "Alert: correction", "Corrected: {rule} of {account}",
        "A verdict of account {account} does not hold as it was said: {rule}, {outcome}. Why:"
        " {why}. Nothing was undone by it.",
        "rule", "outcome", "why", "verdict", severity=Severity.CRITICAL,
    ),
    _alert(
        "verdict_held", "Alert: verdict that waits", "Held, not enforced: {rule} of {account}",
        "{rule} of account {account}: equity {equity} {currency}, limit {floor}, verdict"
        " {verdict}. Nothing is closed ({held}): a person decides.",
        "rule", "equity", "floor", "verdict", "held", severity=Severity.CRITICAL,
    ),
    _alert(
        "ticket_opened", "Question asked", "Question {ticket}: {subject}",
        "A trader asks: {subject}. Nobody answers it yet.", "ticket", "subject", to="tickets",
    ),
    _alert(
        "ticket_reply", "Question goes on", "Reply to {ticket}: {subject}",
        "A trader wrote again about {subject}: it is the firm's turn.", "ticket", "subject",
        to="tickets",
    ),
    _alert(
        "case", "Alert: case", "A case of {account}: {case}",
        "Account {account} needs a decision: {case}.", "case",
    ),
    _alert(
        "kill_switch", "Alert: kill switch", "Kill switch {change}: {action} for {scope} {target}",
        "The kill switch {action} for {scope} {target} was {change}; it concerns {accounts}"
        " accounts. Reason: {reason}",
        "change", "action", "scope", "target", "accounts", "reason",
        severity=Severity.CRITICAL, to="alerts",
    ),
    _alert(
        "calendar_ends", "Alert: the calendar ends", "The economic calendar ends in {days} days",
        "The economic calendar knows {days} days ahead, to {until}. Behind that, trades around"
        " news are judged as if there were none.",
        "days", "until", to="calendar",
    ),
    _alert(
        "delivery", "Alert: message not delivered", "Not delivered: {what} by {channel}",
        "A message was not delivered, or nobody can say whether it was: {what} by {channel}."
        " {reason}",
        "what", "channel", "reason", to="deliveries",
    ),
    _alert(
        "escalated", "Alert nobody looked at", "{count} alerts nobody acknowledged",
        "Nobody acknowledged within {minutes} minutes:\n{alerts}",
        "count", "minutes", "alerts", severity=Severity.CRITICAL, to="alerts",
    ),
    _alert(
        "flood", "Alert: many alerts at once", "Many alerts at once: look at the page",
        "More than {count} alerts within a minute. No further mails are sent of them until it is"
        " calmer; the page has every one.",
        "count", severity=Severity.CRITICAL, to="alerts",
    ),
    _alert(
        "anything", "Alert: everything else", "{notice}: {account}",
        "{notice} of account {account}.\n\n{told}", "notice", "told",
    ),
)  # fmt: skip
