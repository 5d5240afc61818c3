"""Figures are well-formed, escaped, in proportion, and say themselves in words."""

from fractions import Fraction

from lxml import etree
from report import pages

from faircount.report.contest import contest_view
from faircount.report.figures import Bar, Column, Node, Ribbon, bar_chart, flow_chart
from faircount.report.words import words_for

WORDS = words_for("en")


def parsed(svg):
    return etree.fromstring(svg)


def test_bars_are_in_proportion_and_from_zero():
    bars = [Bar("a", 200, "200", "winner"), Bar("b", Fraction(50), "50", "choice"), Bar("c", 0, "0", "inactive")]
    svg = parsed(bar_chart("k", "Title", "Words", bars))
    widths = [float(r.get("width").rstrip("%")) for r in svg.findall("rect")]
    assert widths[1] * 4 == widths[0] and widths[2] == 0
    assert {r.get("x") for r in svg.findall("rect")} == {"0"}
    assert svg.findall("rect")[2].get("fill") == "url(#k-h)"


def test_a_figure_names_and_describes_itself():
    svg = parsed(bar_chart("k", "Title", "Words", []))
    named = [svg.xpath(f"//*[@id='{i}']")[0].text for i in svg.get("aria-labelledby").split()]
    assert svg.get("role") == "img" and named == ["Title", "Words"]


def test_hostile_names_stay_text():
    name = "<script>alert(1)</script>&\"'"
    node = Node("a", name, 1, name, "choice", name)
    columns = [Column(name, (node,), (Ribbon("a", "a", 1, name, "moved"),)), Column(name, (node,))]
    bars = [Bar(name, 1, name, "choice")]
    for svg in (bar_chart("k", name, name, bars), flow_chart("k", name, name, columns)):
        assert "<script" not in svg and not parsed(svg).findall(".//script")


def test_long_and_wide_names_are_cut_in_the_picture():
    svg = parsed(bar_chart("k", "t", "d", [Bar("x" * 400, 1, "1", "choice"), Bar("王" * 400, 1, "1", "choice")]))
    labels = [t.text for t in svg.findall("text") if t.get("class") == "label"]
    assert [len(label) for label in labels] == [36, 18] and all(label.endswith("…") for label in labels)


def test_flow_shows_every_vote_of_every_round():
    view = contest_view(WORDS, pages.instant_runoff(), 1, True)
    svg = parsed(view.rounds.figure)
    bars = [r for r in svg.findall("rect") if r.get("class", "").startswith("bar")]
    for column in sorted({float(r.get("x")) for r in bars}):
        heights = [float(r.get("height")) for r in bars if float(r.get("x")) == column]
        assert abs(sum(heights) - 300) < 0.1, "one scale, nothing lost"
    titles = [t.text for t in svg.iterfind(".//path/title")]
    assert "Kim Heath → Jo Grove: 1,250" in titles and "Kim Heath → Exhausted: 200" in titles
    assert "Ina Frost keeps 3,500" in titles
    gains = [t.text for t in svg.findall("text") if t.get("class") == "gain"]
    assert gains == ["+300", "+350", "+50", "+20", "+80", "+400", "+200", "+100", "+150", "+1,250", "+500", "+200"]


def test_ribbons_leave_and_arrive_inside_their_bars():
    svg = parsed(contest_view(WORDS, pages.instant_runoff(), 1, True).rounds.figure)
    bars = [(float(r.get("x")), float(r.get("y")), float(r.get("y")) + float(r.get("height")))
            for r in svg.findall("rect") if r.get("class", "").startswith("bar")]  # fmt: skip
    for path in svg.findall("path"):
        start, end = path.get("d")[1:].split("v")[0].split("C")
        x0, y0 = map(float, start.split())
        x1, y1 = map(float, end.split()[-2:])
        thick = float(path.get("d").split("v")[1].split("C")[0])
        for x, y in ((x0 - 12, y0), (x1, y1)):
            assert any(abs(bx - x) < 0.2 and top - 0.1 <= y and y + thick <= bottom + 0.1 for bx, top, bottom in bars)


def test_fractions_flow_too():
    view = contest_view(WORDS, pages.fractional(), 1, True)
    assert "≈+25.6667" in view.rounds.figure
    parsed(view.rounds.figure)
