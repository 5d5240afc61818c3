"""The verifier's page, open in a browser without a network, and asked about files or a zip."""

import base64
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from faircount_verifier.page import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

READ = "const read = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));"
ASK = {
    "files": f"""([files, key]) => {{ {READ}
  return faircountVerifier.verify(new Map(files.map(([name, text]) => [name, read(text)])), {{key}}); }}""",
    "zip": f"""async ([zip, key]) => {{ {READ}
  const {{files, problems}} = await faircountVerifier.readZip(read(zip));
  return faircountVerifier.verify(files, {{key, problems}}); }}""",
}
Ask = Callable[[Mapping[str, bytes] | bytes, str], dict[str, Any]]


@pytest.fixture(scope="session")
def open_page(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Page]":
    """The page in a tab; nothing may be said on its console."""
    path: Path = tmp_path_factory.mktemp("gallery") / "verify.html"
    path.write_text(page(), "utf-8")
    heard: list[str] = []
    tab = browser.new_page()
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.goto(path.as_uri())
    yield tab
    tab.close()
    assert heard == []


@pytest.fixture(scope="session")
def ask_page(open_page: "Page") -> Ask:
    """Ask the page about the files of a bundle, or about a zip, with the log's key from elsewhere."""

    def ask(made: Mapping[str, bytes] | bytes, key: str = "") -> dict[str, Any]:
        if isinstance(made, bytes):
            answer: dict[str, Any] = open_page.evaluate(ASK["zip"], [base64.b64encode(made).decode(), key])
        else:
            told = [[name, base64.b64encode(data).decode()] for name, data in made.items()]
            answer = open_page.evaluate(ASK["files"], [told, key])
        return answer

    return ask
