"""A reader opens the page, gives it a bundle and reads the answer: in any colours, on a phone, without a mouse."""

import re
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from verifier_page import bundle_by_hand_js as hand

from faircount_verifier.page import page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
SOURCES = Path(__file__).parents[2] / "src" / "faircount_verifier" / "page"


def test_every_module_is_inlined_once_and_nothing_is_fetched():
    text = page()
    for module in sorted(SOURCES.glob("*.js")):
        assert text.count(f"// ---- {module.name}\n") == 1
    assert not re.search(
        r"\beval\(|new Function|fetch\(|XMLHttpRequest|WebSocket|^import|innerHTML", text, re.MULTILINE
    )
    names = {"https://in-toto.io/Statement/v1", "https://faircount.org/bundle/v1"}
    assert set(re.findall(r"https?://[^\"]*", text)) == names, "names of types, and no addresses"
    assert "default-src 'none'; script-src 'sha256-" in text and "unsafe" not in text


@pytest.fixture
def bundles(tmp_path, zipped):
    good = hand.edited(hand.polling(), lambda draft: None)
    bad = {**good, "README.md": b"something else\n", "files/<b>x": b"\xe2\x80\xae"}
    for name, files in (("good", good), ("bad", bad)):
        (tmp_path / f"{name}.zip").write_bytes(zipped(files))
        for path, data in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_bytes(data)
    return tmp_path


def opened(browser, page_file, width, scheme="light"):
    heard = []
    tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("request", lambda request: heard.append(request.url))
    tab.goto(page_file.as_uri())
    heard.clear()
    return tab, heard


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (320, "dark"), (1280, "light")])
@pytest.mark.parametrize(("name", "headline"), [("good", "PASS"), ("bad", "FAIL")])
def test_a_zip_gets_its_verdict_in_large_words(browser, page_file, bundles, width, scheme, name, headline):
    tab, heard = opened(browser, page_file, width, scheme)
    try:
        tab.set_input_files("#zip", bundles / f"{name}.zip")
        tab.wait_for_selector("#result:not([hidden])")
        assert tab.inner_text("#verdict .word").endswith(headline)
        assert tab.inner_text("#status") == f"Done: {headline}."
        assert tab.get_attribute("#status", "aria-live") == "polite"
        assert tab.evaluate("document.activeElement.id") == "verdict"
        assert tab.locator(".step").count() == 14
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert [v["id"] for v in Axe().run(tab, options=WCAG).response["violations"]] == []
        told = tab.inner_text("#details")
        assert "8.2 the assertions imply the outcome" in told
        assert ("README.md: has another SHA-256 than stated" in told) == (name == "bad")
        assert ("files/<b>x: is not named by the statement" in told) == (name == "bad")
        assert heard == []
    finally:
        tab.close()


@pytest.mark.browser
def test_a_folder_and_a_key_do_as_well(browser, page_file, bundles):
    tab, _ = opened(browser, page_file, 800)
    try:
        tab.fill("#key", hand.OTHER_LOG.verifier)
        tab.set_input_files("#folder", bundles / "good")
        tab.wait_for_selector("#result:not([hidden])")
        assert "2.3" in tab.inner_text("#details ul")
        tab.fill("#key", hand.LOG.verifier)
        tab.press("#key", "Enter")
        tab.wait_for_selector("#verdict.pass")
        assert "No key was given" not in tab.inner_text("#details")
    finally:
        tab.close()


@pytest.mark.browser
def test_the_keyboard_reaches_everything(browser, page_file):
    tab, _ = opened(browser, page_file, 800)
    try:
        reached = []
        for _ in range(4):
            tab.keyboard.press("Tab")
            reached.append(tab.evaluate("document.activeElement.id || document.activeElement.className"))
        assert reached == ["skip", "zip", "folder", "key"]
    finally:
        tab.close()


def with_link(archive):
    link = zipfile.ZipInfo("bundle/files/link")
    link.external_attr = 0o120777 << 16
    archive.writestr(link, "/etc/passwd")


def with_twin(archive):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("bundle/README.md", "another")


@pytest.mark.browser
@pytest.mark.parametrize(("spoil", "words"), [(with_link, "is a link"), (with_twin, "is in the archive twice")])
def test_archives_with_traps_are_refused(browser, page_file, bundles, spoil, words):
    with zipfile.ZipFile(bundles / "good.zip", "a") as archive:
        spoil(archive)
    tab, _ = opened(browser, page_file, 800)
    try:
        tab.set_input_files("#zip", bundles / "good.zip")
        tab.wait_for_selector("#result:not([hidden])")
        assert tab.inner_text("#verdict .word").endswith("FAIL")
        assert words in tab.inner_text("#details")
    finally:
        tab.close()


@pytest.mark.browser
@pytest.mark.parametrize("cut", ["rubbish", "half", "flipped"])
def test_a_broken_archive_is_refused_in_words(browser, page_file, bundles, cut):
    path = bundles / "good.zip"
    data = path.read_bytes()
    at = data.index(b"faircount/1")
    flipped = data[:at] + b"F" + data[at + 1 :]
    path.write_bytes({"rubbish": b"no archive", "half": data[: len(data) // 2], "flipped": flipped}[cut])
    tab, heard = opened(browser, page_file, 800)
    try:
        tab.set_input_files("#zip", path)
        tab.wait_for_selector("#result:not([hidden])")
        assert tab.inner_text("#verdict .word").endswith("FAIL")
        assert ("is damaged" if cut == "flipped" else "the archive: cannot be read") in tab.inner_text("#details")
        assert heard == []
    finally:
        tab.close()
