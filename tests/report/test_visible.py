"""Nothing from an election file may hide or rearrange what a reader sees."""

import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report import pages

from faircount.model import UsageError
from faircount.report.visible import shown, visible
from faircount.report.words import words_for

WORDS = words_for("en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ada\u202eevil", "Ada⟦U+202E⟧evil"),
        ("Bo\u200b", "Bo⟦U+200B⟧"),
        ("nul\x00", "nul⟦U+0000⟧"),
        ("soft\u00adhyphen", "soft⟦U+00AD⟧hyphen"),
        ("\ufeffbom", "⟦U+FEFF⟧bom"),
        ("filler\u3164", "filler⟦U+3164⟧"),
        ("half \ud800", "half ⟦U+D800⟧"),
        ("tag\U000e0041", "tag⟦U+E0041⟧"),
        ("⟦U+202E⟧", "⟦U+27E6⟧U+202E⟧"),
        ("José Núñez, 王小明, مريم", "José Núñez, 王小明, مريم"),
        ("two\nlines", "two⟦U+000A⟧lines"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, expected):
    assert visible(text) == expected


def test_a_tower_of_marks_is_cut_down():
    assert visible("a" + "\u0301" * 4) == "a" + "\u0301" * 4
    assert visible("a" + "\u0301" * 6) == "a" + "\u0301" * 4 + "⟦U+0301⟧" * 2


def test_lines_of_sql_stay_lines():
    assert visible("select\n\t1\u202e", keep="\n\t") == "select\n\t1⟦U+202E⟧"


@given(st.text(), st.text())
def test_different_texts_look_different_and_nothing_is_lost(one, other):
    assert (visible(one) == visible(other)) == (one == other)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in visible(one))


def test_every_text_of_a_page_is_reached():
    hostile = pages.page(
        name="\u202e", not_checked=("\u200b",), program="\u2066", counts=(("t", "\u200f", 1),),
        results=(pages.plurality("\u2067title", ("\u202dA", "\u200eB", "C")),),
    )  # fmt: skip
    assert not any(unicodedata.category(c) == "Cf" for c in repr(shown(hostile)))
    assert shown(hostile).findings.findings[0].status is hostile.findings.findings[0].status


@pytest.mark.parametrize(
    ("votes", "text"),
    [
        (0, "0"), (1_234_567, "1,234,567"), (Fraction(4, 2), "2"), (Fraction(1, 2), "0.5"), (Fraction(1, 3), "≈0.3333"),
        (Fraction(20_000, 3), "≈6,666.6667"), (10**30, "1" + ",000" * 10), (Fraction(1, 10**9), "≈0.0"),
    ],
)  # fmt: skip
def test_counts_are_exact_or_marked_as_rounded(votes, text):
    assert WORDS.count(votes) == text


@pytest.mark.parametrize(("votes", "text"), [(0, "0"), (12, "+12"), (-3, "−3"), (Fraction(-1, 3), "≈−0.3333")])
def test_changes_have_signs(votes, text):
    assert WORDS.change(votes) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 2, "50.00%"), (0, 7, "0.00%"), (7, 7, "100.00%"), (1, 10**6, "<\u202f0.01%"),
        (10**6 - 1, 10**6, ">\u202f99.99%"), (1, 0, "—"), (1, 3, "33.33%"),
    ],
)  # fmt: skip
def test_a_share_is_never_none_or_all_by_rounding(part, whole, text):
    assert WORDS.share(part, whole) == text


def test_cells_of_answers():
    cells = [WORDS.cell(v) for v in (None, True, 12345, "a", Fraction(1, 3), ["\u202e\n"], b"\x00")]
    assert cells[:5] == ["—", "yes", "12345", "a", "≈0.3333"]
    assert "\u202e" not in cells[5] and "\x00" not in cells[6]


def test_a_day_is_written_out_and_anything_else_left_alone():
    assert WORDS.day("2026-11-03") == "November 3, 2026"
    assert WORDS.day("some day") == "some day"


@pytest.mark.parametrize("language", ["fr", "not a tag", ""])
def test_a_language_without_a_catalogue_is_refused(language):
    with pytest.raises(UsageError):
        words_for(language)
