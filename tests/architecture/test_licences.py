"""Every installed dependency bears a licence that this project may stand on."""

import re
from importlib import metadata

from packaging.utils import canonicalize_name

from tests.architecture.test_the_lock import pins

# SPDX words, lower case. LGPL only as an unmodified dependency, never vendored (docs/adr/0003).
ALLOWED = {
    "0bsd",
    "apache-2.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "cc0-1.0",
    "hpnd",
    "isc",
    "lgpl-3.0-only",
    "lgpl-3.0-or-later",
    "llvm-exception",  # only permits more than the Apache-2.0 it stands with
    "matplotlib",
    "mit",
    "mit-0",
    "mit-cmu",
    "mpl-2.0",
    "psf-2.0",
    "python-2.0",
    "unlicense",
    "zlib",
}
CLASSIFIERS = {
    "Apache Software License": "apache-2.0",
    "BSD License": "bsd-3-clause",
    "GNU Lesser General Public License v3 (LGPLv3)": "lgpl-3.0-only",
    "ISC License (ISCL)": "isc",
    "MIT License": "mit",
    "Mozilla Public License 2.0 (MPL 2.0)": "mpl-2.0",
    "Python Software Foundation License": "psf-2.0",
}
FREE_TEXT = {"apache 2.0": "apache-2.0", "bsd": "bsd-3-clause", "new bsd": "bsd-3-clause"}

# Distributions whose metadata name no licence: read in their repository, with what it says.
READ_BY_HAND: dict[str, str] = {}


def licences(name: str) -> set[str]:
    """The licences a distribution may be used under: one of an OR is enough, all of an AND."""
    if name in READ_BY_HAND:
        return {READ_BY_HAND[name]}
    about = metadata.metadata(name)
    expressions = about.get_all("License-Expression", [])
    if expressions:
        return terms(expressions[0])
    named = [
        line.rsplit(" :: ", 1)[1]
        for line in about.get_all("Classifier", [])
        if line.startswith("License :: ") and line.count(" :: ") > 1
    ]
    if named:
        return {CLASSIFIERS.get(words, words.lower()) for words in named}
    texts = about.get_all("License", [])
    text = texts[0].strip().splitlines()[0].lower() if texts else "nothing stated"
    return {FREE_TEXT.get(text, text)}


def terms(expression: str) -> set[str]:
    choices = re.split(r"\s+OR\s+", expression.strip("()"), flags=re.IGNORECASE)
    split = [
        {word.strip("() ").lower() for word in re.split(r"\s+(?:AND|WITH)\s+", choice)}
        for choice in choices
    ]
    return next((each for each in split if each <= ALLOWED), split[0])


def test_every_dependency_bears_an_allowed_licence() -> None:
    installed = {canonicalize_name(found.metadata["Name"]) for found in metadata.distributions()}
    looked_at = {name for name, _ in pins("dev")} & installed
    assert len(looked_at) >= 50, "the environment does not hold the locked dependencies"
    refused = {
        name: sorted(licences(name) - ALLOWED)
        for name in sorted(looked_at)
        if not licences(name) <= ALLOWED
    }
    assert not refused, (
        "Replace the dependency, or add its licence to ALLOWED with an ADR; where the metadata "
        f"are silent, read it and add it to READ_BY_HAND: {refused}"
    )
