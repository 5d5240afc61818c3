"""What a browser must not find on any page: messages, requests, overflow, scripts, or anything against WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def find_nothing_wrong(browser: Any, file: Path, scheme: str, width: int, folds: int = 12) -> None:
    """Open a page at a width in pixels, folded and with its first `folds` details unfolded; raise for what is wrong."""
    heard: list[str] = []
    asked: list[str] = []
    tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    try:
        tab.on("console", lambda message: heard.append(message.text))
        tab.on("pageerror", lambda error: heard.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.evaluate("document.scripts.length") == 0
        tab.evaluate(
            "most => document.querySelectorAll('details').forEach((d, i) => { if (i < most) d.open = true })", folds
        )
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(tab, options=WCAG).response["violations"]
        assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found] == []
        assert heard == []
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    finally:
        tab.close()
