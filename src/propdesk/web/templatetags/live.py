"""Marks in a live page what a script may patch, with the text the same picture gives it.

It must not format: a cell's text is made once, for the first drawing and for every change.
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


def _found(context: Mapping[str, Any], key: str, name: str) -> tuple[str, str]:
    whole = f"{key}.{name}" if key else name
    return whole, context["cells"][whole]


@register.simple_tag(takes_context=True)
def cell(context: Mapping[str, Any], key: str, name: str) -> SafeString:
    """A text that changes."""
    return format_html('<span data-cell="{}">{}</span>', *_found(context, key, name))


@register.simple_tag(takes_context=True)
def state(context: Mapping[str, Any], key: str, name: str) -> SafeString:
    """The attributes of an element whose colour follows a word that changes."""
    return format_html('data-state="{}" data-now="{}"', *_found(context, key, name))


@register.simple_tag(takes_context=True)
def width(context: Mapping[str, Any], key: str, name: str) -> SafeString:
    """The attributes of a bar's filled part."""
    return format_html('data-width="{}" width="{}"', *_found(context, key, name))
