"""The page of the verifier, open in a real browser that may not reach anything."""

import base64
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from faircount_verifier.page import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

VERIFY = """([files, key]) => {
  const read = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return faircountVerifier.verify(new Map(files.map(([name, text]) => [name, read(text)])), {key});
}"""


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file, as a reader has it."""
    path: Path = tmp_path_factory.mktemp("verifier") / "verify.html"
    path.write_text(page(), "utf-8")
    return path


@pytest.fixture(scope="session")
def tab(browser: "Browser", page_file: Path) -> "Iterator[Page]":
    """The page in one tab. At the end it must have been silent, and must have asked for nothing but itself."""
    heard: list[str] = []
    asked: list[str] = []
    found = browser.new_page()
    found.on("console", lambda message: heard.append(message.text))
    found.on("pageerror", lambda error: heard.append(str(error)))
    found.on("request", lambda request: asked.append(request.url))
    found.goto(page_file.as_uri())
    yield found
    found.close()
    assert heard == []
    assert asked == [page_file.as_uri()]


@pytest.fixture(scope="session")
def verify(tab: "Page") -> Callable[..., dict[str, Any]]:
    """Ask the page's own `verify`: files, and the log's key if it is known."""

    def ask(files: dict[str, bytes], key: str = "") -> dict[str, Any]:
        told = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
        answer: dict[str, Any] = tab.evaluate(VERIFY, [told, key])
        return answer

    return ask


@pytest.fixture(scope="session")
def zipped() -> Callable[[dict[str, bytes]], bytes]:
    """Files as a zip, packed and stored by turns, below one folder."""

    def make(files: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for at, (name, data) in enumerate(files.items()):
                archive.writestr(f"bundle/{name}", data, zipfile.ZIP_DEFLATED if at % 2 else zipfile.ZIP_STORED)
        return out.getvalue()

    return make
