"""A real server, a real browser, and a page that fails its test on any error it logs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.app import App
from tests.browser.server import serving


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, served by the README's own command."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(log) as address:
        yield address
    assert "Error running application" not in log.read_text()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one, tests fail."""
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def app(address: str, browser: Browser) -> Iterator[App]:
    """The app in a fresh page; any error that the page logs fails the test."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    opened = App(page, address)
    yield opened
    page.close()
    assert opened.problems == []
