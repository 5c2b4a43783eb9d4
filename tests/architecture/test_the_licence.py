"""The project is open source: its licence stands in the repository and in the package."""

from importlib import metadata

from tests.architecture.source_tree import ROOT


def test_the_project_is_under_the_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text.splitlines()[0] + text.splitlines()[1]
    assert "Version 2.0, January 2004" in text
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text
    assert metadata.metadata("propdesk")["License-Expression"] == "Apache-2.0"
    assert (ROOT / "NOTICE").is_file()
