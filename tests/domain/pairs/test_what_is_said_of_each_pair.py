"""What the trader is told on both sides of each pair, in every word, as a person read it.

Whether a figure is *right* is for the worked examples and the tests of each rule; this keeps the
sentence, the formula, the evidence and every figure from changing unnoticed. After a change read
the difference, then rewrite the files with
``python -m tests.domain.pairs.test_what_is_said_of_each_pair``.
"""

import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.terms import RuleTerms
from tests.domain.pairs.registry import PAIRS, Pair
from tests.domain.pairs.words import brief, said

HERE = Path(__file__).parent
SAID = HERE / "said"
for file in sorted(HERE.glob("of_*.py")):
    importlib.import_module(f"tests.domain.pairs.{file.stem}")


def blocks_of(pairs: list[Pair]) -> dict[str, Pair]:
    """Each pair under a name of its own; a value shown several times is numbered."""
    met: Counter[str] = Counter()
    named = {}
    for pair in pairs:
        met[pair.plain()] += 1
        count = met[pair.plain()]
        named[pair.plain() if count == 1 else f"{pair.plain()}.{count}"] = pair
    return named


BLOCKS = blocks_of(PAIRS)


def told(pair: Pair) -> str:
    return "\n".join(line for terms in pair.both_terms() for line in _side(pair, terms))


def _side(pair: Pair, terms: object) -> Iterator[str]:
    yield f"- {pair.field} = {brief(getattr(terms, pair.field))}"
    if isinstance(terms, RuleTerms):
        yield f"  “{terms.sentence()}” {terms.formula()}".rstrip()
    answer = pair.answer(terms)
    for each in answer if isinstance(answer, list) else [answer]:
        lines = said(each) if isinstance(each, Evaluation) else [brief(each)]
        yield from (f"    {line}" for line in lines)


def read(section: str) -> dict[str, str]:
    """The blocks of a section's file by their names."""
    text = (SAID / f"{section.lower()}.txt").read_text("utf-8")
    found = {}
    for block in text.split("\n\n"):
        head, _, body = block.strip().partition("\n")
        found[head.removeprefix("# ")] = body
    return found


def write() -> None:
    for old in SAID.glob("*.txt"):
        old.unlink()
    for section in sorted({pair.section for pair in PAIRS}):
        blocks = [
            f"# {name}\n{told(pair)}" for name, pair in BLOCKS.items() if pair.section == section
        ]
        (SAID / f"{section.lower()}.txt").write_text("\n\n".join(blocks) + "\n", "utf-8")


@pytest.mark.parametrize("name", BLOCKS)
def test_both_sides_are_told_as_they_were_read(name: str) -> None:
    pair = BLOCKS[name]
    assert told(pair) == read(pair.section)[name]


def test_no_block_is_left_over() -> None:
    kept = [name for path in SAID.glob("*.txt") for name in read(path.stem)]
    assert sorted(kept) == sorted(BLOCKS)


if __name__ == "__main__":
    write()
