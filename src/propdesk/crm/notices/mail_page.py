"""A mail's second form: the same words as a page, in the brand's colour. Nothing in it is loaded
from anywhere, and nothing tells whether it was opened."""

import re

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

_LINK = re.compile(r"https?://[^\s<>\"']+")
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px 12px;background:#f4f6f8;color:#1b2733;
font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:36em;margin:0 auto;background:#ffffff;border-top:4px solid {accent};
padding:20px 24px"><p style="margin:0 0 16px;font-weight:600">{firm}</p>
{body}</div></body></html>
"""


def mail_page(subject: str, text: str, *, firm: str, accent: str, language: str) -> str:
    """``text`` as HTML: every paragraph one, every address a link, everything else escaped."""
    paragraphs = [each.strip() for each in re.split(r"\n{2,}", text) if each.strip()]
    body = mark_safe("\n".join(map(_paragraph, paragraphs)))  # noqa: S308 - escaped below
    return format_html(
        _PAGE, subject=subject, firm=firm, accent=accent, language=language, body=body
    )


def _paragraph(text: str) -> SafeString:
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(format_html('<a href="{}">{}</a>', found[0], found[0]))
        end = found.end()
    parts.append(escape(text[end:]))
    inner = "".join(parts).replace("\n", "<br>")
    return mark_safe(f'<p style="margin:0 0 16px">{inner}</p>')  # noqa: S308 - escaped above
