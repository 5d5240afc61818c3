"""A real browser opens the page: nothing is fetched, nothing overflows, and axe finds nothing against WCAG 2.2 AA."""

import pytest
from report import pages
from report.looking import find_nothing_wrong

from faircount.report import html_page

pytestmark = pytest.mark.browser


def hostile():
    names = ("<script>alert(1)</script>", "abc\u202e321" * 9, "x" * 500)
    return pages.page(name="W" * 200, results=(pages.plurality("Ж" * 300, names), pages.instant_runoff()))


PAGES = {
    "full": pages.page,
    "hostile": hostile,
    "eighty": lambda: pages.page(results=tuple(pages.plurality(f"Contest {n}") for n in range(80))),
    "empty": lambda: pages.page(sources=(), results=(), findings=pages.Report(()), commands=(), not_checked=()),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("pages")
    for name, make in PAGES.items():
        (where / f"{name}.html").write_text(html_page(make()), "utf-8")
    return where


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        *(("full", scheme, width) for scheme in ("light", "dark") for width in (320, 1280)),
        ("hostile", "light", 320), ("hostile", "dark", 1280), ("eighty", "light", 1280), ("empty", "dark", 320),
    ],
)  # fmt: skip
def test_a_browser_finds_nothing_wrong(browser, folder, name, scheme, width):
    find_nothing_wrong(browser, folder / f"{name}.html", scheme, width)


def test_a_link_opens_the_folded_contest(browser, folder):
    tab = browser.new_page()
    try:
        tab.goto((folder / "eighty.html").as_uri())
        tab.click("a[href='#contest-70']")
        assert tab.locator("#contest-70").is_visible()
        assert not tab.locator("#contest-69").is_visible()
    finally:
        tab.close()


def test_the_keyboard_reaches_the_content_first(browser, folder):
    tab = browser.new_page()
    try:
        tab.goto((folder / "full.html").as_uri())
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
        assert tab.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "content"
    finally:
        tab.close()


def test_on_paper_no_figure_covers_a_table(browser, folder):
    tab = browser.new_page(viewport={"width": 680, "height": 1000})
    try:
        tab.goto((folder / "full.html").as_uri())
        tab.emulate_media(media="print")
        pairs = tab.evaluate(
            """[...document.querySelectorAll('.side-by-side')].map(pair => [
                 pair.querySelector('table').getBoundingClientRect().right,
                 pair.querySelector('svg').getBoundingClientRect().left,
                 pair.querySelector('svg').getBoundingClientRect().width])"""
        )
        assert len(pairs) == 6
        assert all(table_ends <= figure_starts and width > 140 for table_ends, figure_starts, width in pairs), pairs
    finally:
        tab.close()


def test_on_paper_every_contest_and_query_is_open(browser, folder):
    tab = browser.new_page(viewport={"width": 800, "height": 1000}, color_scheme="dark")
    try:
        tab.goto((folder / "eighty.html").as_uri())
        tab.emulate_media(media="print", color_scheme="dark")
        seen = tab.evaluate("[...document.querySelectorAll('details')].map(d => d.lastElementChild.checkVisibility())")
        assert len(seen) == 85 and all(seen)
        ink = tab.evaluate("getComputedStyle(document.body).color")
        assert ink == "rgb(30, 36, 34)", "ink on paper, whatever the screen's colours"
        tab.emulate_media(media="screen")
        assert not tab.evaluate("document.querySelector('details .body').checkVisibility()"), "folded on a screen"
    finally:
        tab.close()
