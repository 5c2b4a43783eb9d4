"""A folded template shows what Django's own shows, in every language, and works less."""

from decimal import Decimal

import pytest
from django.template import Context, Engine, engines
from django.template.base import TextNode
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString
from django.utils.translation import override

LOADER = "propdesk.web.template_folding.FoldingLoader"
PLAIN = "django.template.loaders.cached.Loader"
PIECES = {
    "frame": "{% load i18n static %}<a href=\"{% url 'board' %}\">{% translate 'Board' %}</a>"
    "<link href=\"{% static 'web/mark.svg' %}\">"
    "{% block main %}{% translate 'Queue' %}{% endblock %}",
    "page": "{% extends 'frame' %}{% load i18n %}{% block main %}{{ block.super }}"
    "{% for each in names %}{% if each %}{% translate 'Orders' %} {{ each }}{% else %}"
    "{% blocktranslate %}Sign out{% endblocktranslate %}{% endif %}{% empty %}{{ amount }}"
    "{% endfor %}{% include 'row' %}{% endblock %}",
    "row": "{% load i18n %}{% translate 'Search' as word %}{{ word }}{{ safe }}{{ text }}"
    "{% autoescape off %}{{ text }}{% endautoescape %}{{ missing }}{{ amount }}{{ text|upper }}"
    "{% if missing %}{% url 'no-such-page' %}{% endif %}{% url 'person' id %}",
}
SHOWN = (
    {"names": ["<b>", ""], "text": "a & 'b'", "amount": Decimal("1234.5")},
    {"names": [], "text": "x", "amount": 7},
)


def engine(loader: str) -> Engine:
    return Engine(
        loaders=[(loader, [("django.template.loaders.locmem.Loader", PIECES)])],
        builtins=["django.template.defaulttags", "django.template.loader_tags"],
        libraries={
            "i18n": "django.templatetags.i18n",
            "static": "django.templatetags.static",
        },
    )


@pytest.mark.parametrize("shown", SHOWN)
def test_the_same_is_shown(shown: dict[str, object]) -> None:
    folded, plain = engine(LOADER), engine(PLAIN)
    given = {**shown, "safe": SafeString("<i>"), "id": "01935bd8-e8be-7004-8000-000000000000"}
    told = set()
    for language in ("en", "de", "en", "ar"):
        with override(language):
            text = folded.get_template("page").render(Context(given))
            assert text == plain.get_template("page").render(Context(given))
            told.add(text)
    assert len(told) == 3, "a language is shown in the words of another"


def test_nothing_of_a_constant_text_is_left_to_do() -> None:
    with override("en"):
        text, block = engine(LOADER).get_template("frame").nodelist
    assert isinstance(text, TextNode)
    assert isinstance(block, BlockNode)
    (inside,) = block.nodelist
    assert isinstance(inside, TextNode)


def test_the_pages_are_loaded_so() -> None:
    """Without it every page works a third longer."""
    loaders = engines["django"].engine.loaders  # type: ignore[attr-defined] # of one backend only
    assert [name for name, _below in loaders] == [LOADER]
