"""The sentences and formulas of the public rulebook, read by a person and kept as they read.

A changed sentence is a changed publication: read the difference, then rewrite the file with
``python -m tests.domain.rules.test_every_rule_says_itself_in_words``.
"""

from pathlib import Path

from propdesk.wire.rulebook_file import load_rulebook, presets

READ = Path(__file__).with_name("sentences.txt")


def sentences() -> str:
    """Every different sentence of the presets, at their largest size and without one."""
    found: dict[str, None] = {}
    for name in presets():
        book = load_rulebook(name).rulebook
        size = book.sizes[-1].size
        for phase in book.phases:
            for rule in phase.rules:
                found[f"{rule.rule} | {rule.sentence(size)} | {rule.formula()}"] = None
                found[f"{rule.rule} | {rule.sentence()}"] = None
    return "\n".join(found) + "\n"


def test_the_published_sentences_are_those_that_were_read() -> None:
    assert sentences() == READ.read_text("utf-8")


if __name__ == "__main__":
    READ.write_text(sentences(), "utf-8")
