"""Catalogues of translations: `python -m faircount.report.catalogue` writes `report/locale/messages.pot` anew.

A language is one more file, `report/locale/<language>/messages.po`, made from the `.pot`; no build step follows.
"""

import io
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog as Messages
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from faircount.model import UsageError

ROOM = Path(__file__).parent
LOCALE = ROOM / "locale"
TEMPLATE = LOCALE / "messages.pot"

# No date and no author: equal sources give an equal file.
_HEADER = (
    "# Every sentence of the faircount report. Written by: python -m faircount.report.catalogue\n"
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
)


def pot() -> str:
    """Return the text of `messages.pot`: every message of the templates and of this room's modules, by file."""
    messages = Messages()
    places: list[tuple[Path, Any, dict[str, str]]] = [
        (path, babel_extract, {"trimmed": "true"}) for path in sorted((ROOM / "templates").glob("*.html"))
    ]
    places += [(path, "python", {}) for path in sorted(ROOM.glob("*.py"))]
    for path, method, options in places:
        with path.open("rb") as file:
            for _, message, _, _ in extract(method, file, keywords=DEFAULT_KEYWORDS, options=options):
                messages.add(message, locations=[(path.relative_to(ROOM).as_posix(), 0)])
    out = io.BytesIO()
    write_po(out, messages, omit_header=True, include_lineno=False, sort_by_file=True, width=100)
    return _HEADER + out.getvalue().decode()


def write_pot() -> None:
    """Write `messages.pot` beside this module."""
    TEMPLATE.write_text(pot(), encoding="utf-8")


def translations_for(language: str) -> NullTranslations:
    """Return the messages of `language`; English is the language of the source. Raises `UsageError` if unknown."""
    tag = language.replace("_", "-")
    if tag.split("-")[0] == "en":
        return NullTranslations()
    known = {path.parent.name: path for path in sorted(LOCALE.glob("*/messages.po"))}
    if tag not in known:
        raise UsageError(f"no catalogue for language {language!r}; known: {', '.join(['en', *known])}")
    with known[tag].open("rb") as file:
        messages = read_po(file, locale=tag.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


if __name__ == "__main__":
    write_pot()
