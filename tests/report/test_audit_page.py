"""The pages of an audit: what they say, that figures and tables agree, and that a browser finds nothing wrong."""

import base64
import dataclasses
import hashlib
import math
import re

import pytest
from lxml import etree, html
from report import audited
from report.looking import find_nothing_wrong
from report.test_translation import Pseudo, greek, unbracketed, visible_texts

from faircount.model.explained import Near, TreeTold
from faircount.report import audit_page as module
from faircount.report.audit_page import audit_page, audited_contest_page
from faircount.report.risk_curves import risk_figure
from faircount.report.words import Words, words_for

WORDS = words_for("en")


def words_of(node):
    return re.sub(r"\s+", " ", node.text_content()).strip()


def tables(text, css_class):
    tree = html.document_fromstring(text)
    return [[[words_of(cell) for cell in row] for row in table.xpath(".//tbody/tr")]
            for table in tree.xpath(f"//table[contains(@class,'{css_class}')]")]  # fmt: skip


def test_equal_pages_are_equal_bytes():
    page = audited.page()
    assert audit_page(page) == audit_page(page)
    assert audited_contest_page(page, page.contests[0]) == audited_contest_page(page, page.contests[0])


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_is_fetched_and_nothing_runs(whole):
    page = audited.page()
    text = audit_page(page) if whole else audited_contest_page(page, page.contests[0], rows="contest-c1.csv")
    assert not re.findall(r"https?://|//\w+\.\w|@import|url\((?!#)|<script|<iframe|\son\w+=|javascript:|style=", text)
    css = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'" in text


def test_the_whole_audit_is_told():
    text = audit_page(audited.page())
    [index] = tables(text, "index")
    assert [row[0] for row in index] == ["Mayor", "Coroner", "Council"]
    assert index[0][2:] == ["0.1", WORDS.risk(1.2 * 0.9**60), "60", "3", "CONFIRMED"]
    assert index[1][2:] == ["0.1", "—", "0", "0", "HAND COUNT"]
    said = words_of(html.document_fromstring(text))
    for expected in (
        "1 CONFIRMED", "1 HAND COUNT", "31415926535897932384", "Dice were rolled in public.", "1–120",
        "People look at paper", "found in the next box", "approved by Cy Marsh", "Who voted: NOT CHECKED.",
        "NOT CHECKED: the rule has no bound",
        "Draws on which record and paper differ: Mayor",
    ):  # fmt: skip
        assert expected in said, expected
    assert "Mayor, draw by draw" in said and 'href="contest-c1.html"' in text


def test_a_difference_says_which_claims_it_touched_and_how():
    page = audited.page()
    rows = tables(audited_contest_page(page, page.contests[0]), "differences")[0]
    assert [row[0] for row in rows] == ["17", "34", "51"]
    assert rows[0][2:4] == ["Ada Quill", "Bo Winter"]
    before, after = 1.2 * 0.9**16, 1.2 * 0.9**17 * 2
    said = f"Claim 2: an error in its favour; its risk went from {WORDS.risk(before)} to {WORDS.risk(after)}."
    assert rows[0][4].startswith(said), "the claim with the larger risk first"


def test_the_room_for_draws_goes_to_the_hardest_claim_first(monkeypatch):
    monkeypatch.setattr(module, "ROWS", 70)
    page = audited.page()
    text = audited_contest_page(page, page.contests[0], rows="contest-c1.csv")
    first, second = tables(text, "trajectory")
    assert (len(first), len(second)) == (10, 60), "claim 2 has the larger risk"
    assert "50 more draws are in the CSV." in text and 'href="contest-c1.csv"' in text
    alone = audited_contest_page(page, page.contests[0])
    assert "50 more draws are left out here" in alone and "CSV" not in alone
    assert first[0][3:] == ["1", "1", "≈0.5332", "1.9678", WORDS.number(1 / 0.9), "0.9", "0.9"]


def test_branches_that_one_claim_cuts_stand_together_and_an_open_one_stands_out():
    page = audited.page()
    tree = html.document_fromstring(audited_contest_page(page, page.contests[0]))
    crossed = [words_of(li) for li in tree.xpath("//ul[@class='tree']/li[del]")]
    assert crossed == ["Cy Marsh; Dee Alm crossed out by claim 1"]
    assert [words_of(one) for one in tree.xpath("//ul[@class='tree']//ul/li/del")] == ["Ada Quill", "Ada Quill"]
    told = page.contests[0].tree
    branches = (dataclasses.replace(told.branches[0], branches=()), *told.branches[1:])
    open_tree = TreeTold("Ada Quill", branches, 3, 0, ("Ada Quill", "Bo Winter"))
    text = audited_contest_page(page, audited.contest(tree=open_tree))
    assert "not crossed out" in text and "Ada Quill → Bo Winter" in text
    assert "finds none that is not crossed out" not in text


def test_the_curve_is_the_table():
    told = audited.contest()
    svg = etree.fromstring(risk_figure(WORDS, told, "k"))
    main = next(one for one in svg.iter("polyline") if "main" in one.get("class"))
    points = [tuple(map(float, pair.split(","))) for pair in main.get("points").split()]
    assert len(points) == 61
    limit = next(one for one in svg.iter("line") if one.get("class") == "limit")
    risks = [1.0, *(row.risk for row in told.claims[1].rows)]
    top, at_limit = points[0][1], float(limit.get("y1"))
    for (x, y), risk, draw in zip(points, risks, range(61), strict=True):
        assert y == pytest.approx(top + (at_limit - top) * -math.log10(risk), abs=0.3), "a scale of powers of ten"
        assert x == pytest.approx(points[0][0] + (points[-1][0] - points[0][0]) * draw / 60, abs=0.11)
    assert len([one for one in svg.iter("path") if one.get("class") == "mark"]) == len(told.discrepancies) == 3
    named = [svg.xpath(f"//*[@id='{i}']")[0].text for i in svg.get("aria-labelledby").split()]
    assert named[0] == "Risk after each draw: Mayor"
    assert risk_figure(WORDS, audited.unclaimed(), "k") == ""


def test_a_long_curve_keeps_its_peaks():
    told = audited.contest(n=3_000)
    svg = etree.fromstring(risk_figure(WORDS, told, "k"))
    main = next(one for one in svg.iter("polyline") if "main" in one.get("class"))
    points = main.get("points").split()
    assert len(points) <= 2 * 621 and points[0].endswith(",26.0")


def test_hostile_names_stay_text():
    name = "<script>alert(1)</script>&\"' \u202etxet"
    claims = tuple(dataclasses.replace(one, claim=name) for one in audited.contest().claims)
    draws = tuple(dataclasses.replace(one, unit=name, on_paper=name) for one in audited.contest().draws)
    told = audited.contest(title=name, claims=claims, draws=draws, near=Near("KNOWN", name, (name,)))
    page = audited.page(name=name, contests=(told,), seed_words=(name,), not_checked=(name,))
    for text in (audit_page(page), audited_contest_page(page, told)):
        assert "<script" not in text and "\u202e" not in text and "⟦U+202E⟧" in text


KEPT = {"decision", "implies", "act", "effect", "status"}
"""Fields that are words of a fixed list, for which the page has words of its own or which it marks as English."""
NOT_TRANSLATED = {"CONFIRMED", "HAND", "COUNT", "measured", "only", "A", "c", "b", "T", "UTC"}


def in_greek(value):
    """Return `value` with every letter of its data in Greek, so that Latin letters on the page are the page's own."""
    if isinstance(value, tuple):
        return tuple(in_greek(one) for one in value)
    if dataclasses.is_dataclass(value):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return dataclasses.replace(value, **{n: v if n in KEPT else in_greek(v) for n, v in fields.items()})
    return greek(value)


@pytest.mark.parametrize("empty", [False, True])
def test_no_text_escapes_translation(monkeypatch, empty):
    page = audited.page(date="no date")
    if empty:
        nothing = (
            "contests",
            "history",
            "seed_words",
            "rounds",
            "corrected",
            "state",
            "files",
            "beside",
            "not_checked",
        )
        page = audited.page(seed="", date="", **dict.fromkeys(nothing, ()))
    page = in_greek(page)
    monkeypatch.setattr(module, "words_for", lambda language: Words("en", Pseudo()))
    texts = [audit_page(page), *(audited_contest_page(page, one, rows="αβγ") for one in page.contests)]
    leaks = [leak for text in texts for one in visible_texts(text) for leak in unbracketed(one)]
    assert [leak for leak in leaks if leak not in NOT_TRANSLATED] == []


@pytest.fixture(scope="module")
def pages_folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("audits")
    page = audited.page()
    long = audited.page(name="W" * 200, contests=(audited.contest(title="Ж" * 300, n=120), audited.unclaimed()))
    (where / "whole.html").write_text(audit_page(page), "utf-8")
    (where / "long.html").write_text(audit_page(long), "utf-8")
    (where / "contest.html").write_text(audited_contest_page(page, page.contests[0], rows="contest-c1.csv"), "utf-8")
    return where


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [("whole", "light", 320), ("whole", "dark", 1280), ("long", "light", 320), ("contest", "light", 1280),
     ("contest", "dark", 320)],
)  # fmt: skip
def test_a_browser_finds_nothing_wrong(browser, pages_folder, name, scheme, width):
    find_nothing_wrong(browser, pages_folder / f"{name}.html", scheme, width, folds=10**6)


@pytest.mark.browser
def test_on_paper_all_is_open_and_curves_fit(browser, pages_folder):
    tab = browser.new_page(viewport={"width": 680, "height": 1000}, color_scheme="dark")
    try:
        tab.goto((pages_folder / "contest.html").as_uri())
        tab.emulate_media(media="print", color_scheme="dark")
        seen = tab.evaluate("[...document.querySelectorAll('details')].map(d => d.lastElementChild.checkVisibility())")
        assert len(seen) == 2 and all(seen)
        assert tab.evaluate("document.querySelector('svg.risk').getBoundingClientRect().right") <= 680
        assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(30, 36, 34)"
    finally:
        tab.close()
