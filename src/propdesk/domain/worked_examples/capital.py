"""Capital: another account of the same owner, of a size that still fits and one that does not."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import AccountOpened, Event, GroupFormed
from propdesk.domain.rules.capital import Capital
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import ACCOUNT, Story

STEP = 1000


def probe(setting: Setting) -> Probe:
    """A second account of ``n`` thousand; or, where only the number counts, ``n`` more accounts."""
    rule = setting.rule
    if not isinstance(rule, Capital):
        raise NoExample("this is no rule about capital")
    total = rule.total_max
    if total is not None:
        last = int(2 * total / STEP)
        return Probe(
            lambda n: _second(setting, rule, n),
            last,
            f"the second account is {STEP:,} smaller",
            first=1,
        )
    last = (rule.accounts_max or 0) + 1
    return Probe(lambda n: _group(setting, rule, n), last, "there is one account fewer", first=1)


def _second(setting: Setting, rule: Capital, thousands: int) -> Sequence[Event]:
    story = Story(setting)
    size = Decimal(thousands) * STEP
    currency, stage = setting.rulebook.currency, setting.phase.stage
    story.add(AccountOpened("second", story.at, currency, size, size=size, stage=stage))
    return _formed(story, rule, ("second",))


def _group(setting: Setting, rule: Capital, more: int) -> Sequence[Event]:
    return _formed(Story(setting), rule, tuple(f"more{each + 1}" for each in range(more)))


def _formed(story: Story, rule: Capital, others: tuple[str, ...]) -> Sequence[Event]:
    accounts = (ACCOUNT, *others)
    stages = (story.setting.phase.stage,) * len(accounts)
    if rule.while_copying:
        story.add(GroupFormed(story.at, "copies", accounts, "copier", stages))
    story.add(GroupFormed(story.at, "group", accounts, rule.kinds[0], stages))
    return story.events
