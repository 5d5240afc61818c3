"""Fixtures that every room's tests may ask for."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The machine may be slow and shared: a test is wrong for what it finds, never for how long it took to find it.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("here"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# What a shell starts in the background ignores Ctrl+C, and so would the programs that tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real exports that may not be part of this project; a test that wants them is skipped where they are not."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs real exports in ../shared/data, which are not part of this project")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a real browser. Its absence fails the test: a report that no browser has opened is not tested."""
    named = os.environ.get("FAIRCOUNT_CHROMIUM", "")
    for candidate in (named, "chromium", "chromium-browser", "google-chrome"):
        if candidate and (found := shutil.which(candidate)):
            return found
    pytest.fail("Chromium is missing: run ./test, or apt-get install -y --no-install-recommends chromium")


@pytest.fixture(scope="session")
def browser(chromium: str) -> "Iterator[Browser]":
    """One headless Chromium a worker, told to stay off the network."""
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium, headless=True, args=[*quiet, "--disable-component-update", "--disable-sync"]
        )
        yield found
        found.close()
