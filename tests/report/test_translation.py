"""Every sentence of the page goes through the catalogue."""

import dataclasses
import re
from enum import Enum
from fractions import Fraction
from gettext import NullTranslations

import pytest
from lxml import html
from report import pages

from faircount.model import Exhibit
from faircount.report import catalogue
from faircount.report.page import render
from faircount.report.words import Words

_BRACKETED = re.compile(r"⟪[^⟪⟫]*⟫")


class Pseudo(NullTranslations):
    """A language that is English between brackets."""

    def gettext(self, message):
        return f"⟪{message}⟫"

    def ngettext(self, msgid1, msgid2, n):
        return f"⟪{msgid1 if n == 1 else msgid2}⟫"


def greek(value):
    """Return `value` with every letter of its data in Greek, so that Latin letters on the page are the page's own."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return re.sub("[A-Za-z]", lambda m: chr(0x3B1 + ord(m[0]) % 24), value)
    if isinstance(value, tuple):
        return tuple(greek(one) for one in value)
    if dataclasses.is_dataclass(value):
        keep = {"kind", "verdict", "status", "cause", "inactive", "about", "unit"}
        keep |= set() if isinstance(value, Exhibit) else {"rows"}
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **{n: v if n in keep else greek(v) for n, v in fields.items()})
    return value


def visible_texts(text):
    tree = html.document_fromstring(text)
    for gone in tree.xpath("//style"):
        gone.getparent().remove(gone)
    yield tree.text_content()
    for name in ("aria-label", "title", "alt", "placeholder"):
        yield from tree.xpath(f"//@{name}")


def unbracketed(text):
    while _BRACKETED.search(text):
        text = _BRACKETED.sub("", text)
    return re.findall(r"[A-Za-z]+", text)


def data():
    results = (pages.plurality(), pages.vote_for_three(), pages.measure(), pages.instant_runoff(), pages.fractional(),
               pages.tie(), pages.no_votes(), pages.lists(), pages.pairwise())  # fmt: skip
    findings = pages.page().findings
    evidence = dataclasses.replace(
        findings.findings[0].evidence, columns=("α", "β", "γ"), rows=(("α", None, True),) * 30
    )
    first = dataclasses.replace(findings.findings[0], evidence=evidence)
    return pages.page(results=results, findings=dataclasses.replace(findings, findings=(first, *findings.findings[1:])))


@pytest.mark.parametrize("empty", [False, True])
def test_no_text_escapes_translation(empty):
    page = data()
    if empty:
        page = pages.page(name="", sources=(), results=(), findings=pages.Report(()), commands=(), cards=0, ballots=0)
    page = dataclasses.replace(page, date="no date")  # names of months are Babel's, and translated there
    text = render(greek(page), Words("en", Pseudo()))
    assert "⟪" in text
    assert [leak for one in visible_texts(text) for leak in unbracketed(one)] == []


def test_the_pseudo_language_would_see_a_leak():
    assert unbracketed("⟪Votes⟫ by ⟪choice %(n)s⟫ αβγ 12") == ["by"]
    assert unbracketed("⟪one ⟪inside⟫ another⟫") == []


def test_the_catalogue_is_up_to_date():
    assert catalogue.TEMPLATE.read_text("utf-8") == catalogue.pot(), "run: python -m faircount.report.catalogue"


def test_the_catalogue_holds_plurals_and_words_of_tables():
    text = catalogue.pot()
    assert 'msgid_plural "%(n)s contests were recounted"' in text
    assert 'msgid "Rows that could not be read"' in text and 'msgid "NOT CHECKED"' in text
    assert "page.html" in text and "summary.py" in text


def test_a_language_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "In short"\nmsgstr "En breve"\n\nmsgid "%(n)s card"\nmsgid_plural "%(n)s cards"\n'
        'msgstr[0] "%(n)s tarjeta"\nmsgstr[1] "%(n)s tarjetas"\n',
        "utf-8",
    )
    monkeypatch.setattr(catalogue, "LOCALE", tmp_path)
    words = Words("es", catalogue.translations_for("es"))
    text = render(pages.page(), words)
    assert '<html lang="es" dir="ltr">' in text and "En breve" in text and "24.690 tarjetas" in text
    assert '<span lang="en" dir="ltr">Whether the paper ballots say' in text, (
        "other rooms speak English, and it is said"
    )
    assert words.count(Fraction(1, 3)) == "≈0,3333"
