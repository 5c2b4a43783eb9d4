"""Templates with what never changes worked out once, for each language that they are shown in.

Texts to be translated, and addresses and files that are named outright, are plain text of the
template from then on. It must not fold anything that depends on who asks or on what is shown.
"""

import html
from collections.abc import Iterator, Sequence

from django.template import Context, Node, NodeList, Origin, Template
from django.template.base import (
    FilterExpression,
    TextNode,
    TokenType,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import LoadNode, URLNode
from django.template.loaders.base import Loader
from django.template.loaders.cached import Loader as Remembering
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class _Folding(Loader):
    """Folds what was loaded, before anybody else has it."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        context = Context()
        with context.bind_template(template):
            fold(template.nodelist, context)
        return template


class FoldingLoader(Remembering, _Folding):
    """Django's remembering loader, with a folded template for each language."""

    def cache_key(self, template_name: str, skip: list[Origin] | None = None) -> str:
        return f"{get_language()}:{super().cache_key(template_name, skip)}"


class QuickVariable(VariableNode):
    """A variable whose value is a text as a rule: Django would ask of each whether it is a moment
    or a number of this language before it escapes it. What is shown is the same."""

    def render(self, context: Context) -> SafeString:
        try:
            value = self.filter_expression.resolve(context)
        except UnicodeDecodeError:  # as Django does: what cannot be read is shown as nothing
            return SafeString("")
        if type(value) is SafeString:
            return value
        if type(value) is str:
            return SafeString(html.escape(value) if context.autoescape else value)
        return SafeString(render_value_in_context(value, context))


def fold(nodes: NodeList, nothing: Context) -> None:
    """Works out what of ``nodes``, and of what is in them, is the same at every showing.

    ``nothing`` is what it is worked out with: a context without values, of the nodes' template."""
    folded: list[Node] = []
    for node in nodes:
        for inner in _inside(node):
            fold(inner, nothing)
        known = _folded(node, nothing)
        if isinstance(known, TextNode) and folded and isinstance(folded[-1], TextNode):
            folded[-1] = TextNode(folded[-1].s + known.s)
        else:
            folded.append(known)
    nodes[:] = folded


def _inside(node: Node) -> Iterator[NodeList]:
    """The lists of nodes that a node holds itself: by name, or in pairs as a choice does."""
    for value in vars(node).values():
        if isinstance(value, NodeList):
            yield value
        elif isinstance(value, list) and not isinstance(value, NodeList):
            for each in value:
                if isinstance(each, tuple):
                    yield from (part for part in each if isinstance(part, NodeList))


def _folded(node: Node, nothing: Context) -> Node:
    if type(node) is VariableNode:
        return QuickVariable(node.filter_expression)
    if not _is_constant(node):
        return node
    try:
        return TextNode(node.render(nothing))
    except NoReverseMatch:  # only who gets there may be refused
        return node


def _is_constant(node: Node) -> bool:
    if type(node) is TranslateNode:
        named = node.asvar or node.message_context or node.noop
        return not named and _is_literal(node.filter_expression)
    if type(node) is BlockTranslateNode:
        says = (*node.singular, *(node.plural or ()))
        is_plain = all(token.token_type == TokenType.TEXT for token in says)
        return is_plain and not (node.extra_context or node.countervar or node.asvar)
    if type(node) is URLNode:
        return not (node.args or node.kwargs or node.asvar) and _is_literal(node.view_name)
    if type(node) is LoadNode:
        return True
    return type(node) is StaticNode and node.varname is None and _is_literal(node.path)


def _is_literal(expression: FilterExpression) -> bool:
    """Whether it is a text in quotes and nothing is done to it."""
    lookups: Sequence[str] | None = getattr(expression.var, "lookups", None)
    return not expression.filters and lookups is None
