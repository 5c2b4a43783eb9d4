"""A limit on capital counts groups by kinds that exist; another word would count nothing."""

import pytest

from propdesk.wire.rulebook_file import RulebookRefused, parse_rulebook

BOOK = """\
name: capital
version: "1"
effective_from: 2026-01-01
currency: USD
clock: {zone: UTC, reset: 00:00}
phases:
  - name: funded
    stage: funded
    rules:
      - {rule: capital, total_max: 500000, kinds: [KIND]}
"""


@pytest.mark.parametrize("kind", ["owner", "household", "copier"])
def test_a_kind_that_exists_is_taken(kind: str) -> None:
    taken = parse_rulebook(BOOK.replace("KIND", kind).encode(), "book.yaml")
    assert [rule.rule for rule in taken.rulebook.phases[0].rules] == ["capital"]


def test_another_word_is_refused() -> None:
    with pytest.raises(RulebookRefused, match="kinds"):
        parse_rulebook(BOOK.replace("KIND", "copy").encode(), "book.yaml")
