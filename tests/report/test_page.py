"""The page as a document: what it says, what it never says, and that nothing of it comes from elsewhere."""

import base64
import dataclasses
import hashlib
import itertools
import re

import pytest
from lxml import html
from report import pages

from faircount.model import NotCounted, Report, Status
from faircount.report import html_page

HOSTILE = (
    "<script>alert(1)</script>",
    "abc\u202e321",
    "ש" * 30,
    "王小明",
    "x" * 500,
    "'\"><img src=x onerror=alert(1)>",
)


def document(**changes):
    return html.document_fromstring(html_page(pages.page(**changes)))


def words_of(node):
    return re.sub(r"\s+", " ", node.text_content()).strip()


def row(tree, css_class, name):
    for tr in tree.xpath(f"//table[contains(@class,'{css_class}')]//tr"):
        cells = [words_of(c) for c in tr]
        if cells and cells[0].startswith(name):
            return cells
    raise AssertionError(name)


def test_equal_pages_are_equal_bytes():
    assert html_page(pages.page()) == html_page(pages.page())


def test_nothing_is_fetched_and_nothing_runs():
    text = html_page(pages.page())
    assert not re.findall(r"https?://|//\w+\.\w|@import|url\((?!#)|<script|<iframe|\son\w+=|javascript:|style=", text)
    css = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    assert f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'" in text


def test_structure_is_that_of_a_document():
    tree = document()
    assert tree.get("lang") == "en" and len(tree.xpath("//h1")) == 1
    levels = [int(h.tag[1]) for h in tree.xpath("//h1|//h2|//h3|//h4")]
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    for landmark in ("header", "nav", "main", "footer"):
        assert len(tree.xpath(f"//body/{landmark}")) == 1
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a[1:] for a in tree.xpath("//a/@href")} <= set(ids)
    assert tree.xpath("//body/*")[0].get("href") == "#content"
    for table in tree.xpath("//table"):
        assert table.xpath("caption") and not table.xpath(".//th[not(@scope)]")
        region = table.getparent()
        assert (region.get("role"), region.get("tabindex")) == ("region", "0") and region.get("aria-label")


def test_sections_stand_in_order():
    assert document().xpath("//main/section/@id") == ["summary", "received", "contests", "findings", "limits", "repeat"]


def test_sources_are_shown_whole():
    cells = row(document(), "sources", "County export")
    assert cells[2:5] == ["42", "987,654,321", "24,690"]
    assert "Reported figures: 3,041" in cells[5] and "Rows that could not be read: 2" in cells[5]
    assert cells[6] == "0123456789abcdef" * 4


def test_recounted_beside_reported():
    tree = document()
    assert row(tree, "votes", "Ada Quill")[1:] == ["5,200", "54.17%", "5,200", "0same"]
    assert row(tree, "votes", "Bo Winter")[1:] == ["4,100", "42.71%", "4,102", "−2fewer than reported"]
    assert row(tree, "votes", "Cy Marsh")[1:] == ["300", "3.12%", "—", "not reported"]
    assert row(tree, "index", "County Treasurer")[1:] == [
        "Winner: Ada Quill", "1,100", "11.00%", "votes differ from reported ones for 1 choice",
    ]  # fmt: skip
    assert row(tree, "index", "School Board")[1] == "Winners: Dee Alm; Eli Bright; Fay Crane"
    assert row(tree, "index", "Coroner")[1:3] == ["Tie: Quin Reed; Ray Stone", "—"]
    assert row(tree, "index", "Council")[2] == "≈35.6667"


@pytest.mark.parametrize(("verdict", "said"), [("passed", "Passed"), ("not passed", "Not passed")])
def test_a_measure_has_no_winner(verdict, said):
    measure = pages.measure()
    transcript = dataclasses.replace(measure.transcript, verdict=verdict)
    tree = document(results=(dataclasses.replace(measure, transcript=transcript),))
    assert row(tree, "index", "Measure A")[1] == said
    assert row(tree, "votes", "Yes")[0] == "Yes" and not tree.xpath("//*[contains(@class,'bar winner')]")


def test_rounds_are_told():
    tree = document()
    assert row(tree, "rounds", "Kim Heath")[1:] == ["1,500", "1,850+350", "1,950+100", "out"]
    assert row(tree, "rounds", "Exhausted")[1:] == ["0", "80+80", "230+150", "430+200"]
    text = words_of(tree)
    assert (
        "Tie for exclusion: Lee Isle; Max Jonquil. Picked out: Max Jonquil. Decided by: lot drawn by the county clerk."
        in text
    )
    assert "Tie for a seat: Quin Reed; Ray Stone. Nobody has decided it, and the count stopped here." in text
    assert "not the number of ballots that would have to change" in text
    assert "final round" in text and "yes over threshold" in text


def test_a_plain_contest_is_not_warned_about_instant_runoff():
    assert "instant runoff" not in words_of(document(results=(pages.plurality(), pages.measure())))


def test_findings_worst_first_with_their_evidence():
    tree = document()
    chips = [words_of(c) for c in tree.xpath("//section[@id='findings']/h3/span[contains(@class,'chip')]")]
    assert chips == ["FAIL", "NOT CHECKED", "PASS"]
    first = tree.xpath("//article")[0]
    assert len(first.xpath(".//table[contains(@class,'evidence')]/tbody/tr")) == 25
    text = words_of(first)
    assert "and 1,015 more rows in the JSON and through SQL" in text
    assert "A batch was scanned again after a jam." in text and "where cards < 5 -- <b>" in text
    assert "No SQL was recorded for this check." in words_of(tree.xpath("//article")[1])


def test_a_statement_that_failed_is_never_a_heading():
    for heading in document().xpath("//article/h4"):
        assert "Every batch holds" not in words_of(heading)


def test_limits_and_commands():
    text = words_of(document())
    assert "Whether the paper ballots say what the records say." in text
    assert "Retention of judges" in text and "the export does not say how many votes were allowed" in text
    assert "faircount read alder/" in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_and_do_nothing(name):
    results = (pages.plurality(name, (name + "1", name + "2", name + "3")),)
    findings = Report((pages.finding("R01", Status.FAIL, name, ((name, 1, 2),)),))
    text = html_page(
        pages.page(
            name=name, date=name, results=results, findings=findings, not_counted=(NotCounted(name, name),),
            sources=(pages.source(name),), questions=(("R01", name),), commands=(name,), not_checked=(name,),
            program=name,
        )
    )  # fmt: skip
    tree = html.document_fromstring(text)
    assert not tree.xpath("//script|//img") and "\u202e" not in text
    expected = name.replace("\u202e", "⟦U+202E⟧")
    assert words_of(tree.xpath("//h1")[0]) == expected
    assert expected + "1" in row(tree, "votes", expected)[0]


def test_eighty_contests_are_folded_and_listed():
    tree = document(results=tuple(pages.plurality(f"Contest {n}") for n in range(80)))
    assert len(tree.xpath("//details[@class='contest']")) == 80
    assert not tree.xpath("//details[@class='contest' and @open]")
    assert len(tree.xpath("//table[@class='index']/tbody/tr")) == 80
    assert len(document().xpath("//details[@class='contest' and @open]")) == 6


def test_nothing_at_all_is_a_page_that_says_so():
    empty = pages.page(
        name="", date="", sources=(), ballots=0, cards=0, adjudicated_cards=0, counts=(), results=(), not_counted=(),
        findings=Report(()), questions=(), not_checked=(), commands=(),
    )  # fmt: skip
    text = words_of(html.document_fromstring(html_page(empty)))
    for said in ("Election without a name", "Nothing was received", "No contest was recounted", "No check was made",
                 "An empty list of findings shows nothing", "0 PASS", "without the commands"):  # fmt: skip
        assert said in text
    assert "agreement (PASS)" not in text


def test_a_contest_without_votes():
    cells = row(document(results=(pages.no_votes(),)), "index", "Fence Viewer")
    assert cells[1:] == ["No votes to count", "—", "—", "no reported votes to compare with"]


def test_exhibits_and_their_pictures_are_shown():
    results = (pages.lists(), pages.pairwise())
    text = html_page(pages.page(results=results))
    tree = html.document_fromstring(text)
    assert "Winners: Lantern (2); Meadow (2)" in tree.text_content()
    assert "Seats go to the highest quotients." in tree.text_content()
    assert row(tree, "exhibit", "Quarry")[1:] == ["≈0.3333", ""]
    assert row(tree, "exhibit", "Birch")[1:] == ["3", "", "7"]
    titles = [t.text for t in tree.xpath("//*[local-name()='title']") if t.text]
    assert "Seats by list: Council" in titles and "7 prefer Birch to Cedar" in titles
    assert text.count('class="bar winner" x="0"') >= 2
