"""Translations: which texts pages have, which have none in a language, and catalogues as pages
load them.

``python scripts/messages.py compile`` writes every ``.mo`` from its ``.po``; ``missing de`` prints
what the pages of traders say and the language does not. It needs no tool beside Python.
"""

import ast
import re
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import django
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "propdesk"
LOCALE = PACKAGE / "locale"
TEMPLATES = PACKAGE / "web" / "templates" / "web"
FUNCTIONS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
TRADER_FACING = (
    *(TEMPLATES / name for name in ("page.html", "error.html")),
    *(TEMPLATES / "documents" / name for name in ("certificate.html", "own.html")),
    *(TEMPLATES / "legal" / name for name in ("list.html", "text.html", "own.html")),
    *(TEMPLATES / "people" / name for name in ("profile.html", "sessions.html")),
    *(
        TEMPLATES / "support" / f"{name}.html"
        for name in ("own", "new", "ticket", "thread", "dispute_form", "dispute_state", "replay")
    ),
    TEMPLATES / "shop",
    TEMPLATES / "portal",
    PACKAGE / "web" / "support_files.py",
    PACKAGE / "crm" / "documents" / "models.py",
    PACKAGE / "crm" / "support" / "models",
)
"""Files and folders whose every text is a trader's to read."""
_CALL = re.compile(r"(?<![\w.])(n?gettext|_)\(")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def texts_of(places: Iterable[Path]) -> dict[str, str]:
    """Every text that is marked for translation, with its plural or nothing."""
    found: dict[str, str] = {}
    for path in _files(places):
        source = path.read_text("utf-8")
        code = source if path.suffix == ".py" else _calls(templatize(source))
        found.update(_marked(code))
    return found


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted({*place.rglob("*.py"), *place.rglob("*.html")})
        else:
            yield place


def _calls(source: str) -> str:
    """The calls in what a template is turned into, one a line, without what is between them."""
    found = []
    for match in _CALL.finditer(source):
        depth, end, quote = 1, match.end(), ""
        while depth:
            each = source[end]
            if quote:
                end += each == "\\"
                quote = "" if source[end] == quote and each == quote else quote
            elif each in "'\"":
                quote = each
            else:
                depth += (each == "(") - (each == ")")
            end += 1
        found.append(source[match.start() : end])
    return "\n".join(found)


def _marked(code: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in FUNCTIONS:
            continue
        said = [
            each.value
            for each in node.args
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        if said:
            yield said[0], said[1] if node.func.id.startswith("ng") and said[1:] else ""


def read_po(path: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """The entries of a catalogue: text and plural, to its translations. Raises ``ValueError`` for
    a line that is none of the few forms ours have."""
    entries: dict[tuple[str, str], tuple[str, ...]] = {}
    for block in path.read_text("utf-8").strip().split("\n\n"):
        said = {"msgid": "", "msgid_plural": ""}
        words: list[str] = []
        word = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            quoted = _QUOTED.search(line)
            if quoted is None:
                raise ValueError(f"{path.name}: {line!r} is no line of a catalogue")
            text = ast.literal_eval(f'"{quoted[1]}"')
            word = line[: quoted.start()].strip() or word
            if word.startswith("msgstr"):
                if line.startswith("msgstr"):
                    words.append("")
                words[-1] += text
            else:
                said[word] += text
        entries[said["msgid"], said["msgid_plural"]] = tuple(words)
    return entries


def compiled(path: Path) -> bytes:
    """The catalogue as ``gettext`` loads it; what has no translation is left out."""
    pairs = sorted(
        ("\0".join(filter(None, key)).encode(), "\0".join(words).encode())
        for key, words in read_po(path).items()
        if all(words)
    )
    ids = b"".join(key + b"\0" for key, _ in pairs)
    start = 28 + 16 * len(pairs)
    table, texts = b"", b""
    place = start
    for key, _ in pairs:
        table += struct.pack("<II", len(key), place)
        place += len(key) + 1
    for _, text in pairs:
        table += struct.pack("<II", len(text), place + len(texts))
        texts += text + b"\0"
    head = struct.pack("<IIIIIII", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + table + ids + texts


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def missing(language: str, places: Iterable[Path] = TRADER_FACING) -> list[str]:
    """What these places say and the language does not."""
    known = read_po(LOCALE / language / "LC_MESSAGES" / "django.po")
    return sorted(
        text for text, plural in texts_of(places).items() if not known.get((text, plural))
    )


def written(entries: Iterable[tuple[str, str, tuple[str, ...]]], head: str) -> str:
    """A catalogue's text, its entries in the order of their texts."""
    blocks = [f'msgid ""\nmsgstr {_quoted(head)}']
    for text, plural, words in sorted(entries):
        lines = [f"msgid {_quoted(text)}"]
        if plural:
            lines.append(f"msgid_plural {_quoted(plural)}")
            lines += [f"msgstr[{number}] {_quoted(each)}" for number, each in enumerate(words)]
        else:
            lines.append(f"msgstr {_quoted(words[0])}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    return '"' + "".join(ESCAPES.get(each, each) for each in text) + '"'


def main(asked: list[str]) -> int:
    if asked == ["compile"]:
        for path in catalogues():
            path.with_suffix(".mo").write_bytes(compiled(path))
        return 0
    if len(asked) == 2 and asked[0] == "missing":
        if not settings.configured:
            settings.configure()
            django.setup()
        lacking = missing(asked[1])
        print("\n".join(lacking))
        return bool(lacking)
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
