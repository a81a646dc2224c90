"""A real server, a real browser, and pages that fail their test on any error they log."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.app import App
from tests.browser.server import serving

_DESK = {"width": 1440, "height": 900}

# From its first line to the error.
_TRACEBACK = re.compile(r"Traceback \(most recent call last\):\n(?:\s.*\n)*\S.*")
# What the server says when a visitor leaves while a picture, or Bokeh's own ping, is on its way.
_LEFT = re.compile(r"((WebSocket|Stream)ClosedError.*|notify_connection_lost\(\)(?s:.)*)\Z")


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, served by the README's own command."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with serving(log) as address:
        yield address
    written = log.read_text()
    assert "Error running application" not in written
    assert [trace for trace in _TRACEBACK.findall(written) if not _LEFT.search(trace)] == []


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Browser]]:
    """Launches Chromium; without one, tests fail."""
    with chromium.launcher() as launch:
        yield launch


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Browser]) -> Iterator[Browser]:
    """Chromium as most visitors have it."""
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def open_app(address: str, browser: Browser) -> Iterator[Callable[..., App]]:
    """Opens the app with a query, each time as a new visitor; no page may log any error."""
    opened = []

    def open_app(query: str = "", **visitor: Any) -> App:
        context = browser.new_context(**{"viewport": _DESK, **visitor})
        app = App(context.new_page(), address, query)
        opened.append(app)
        return app

    yield open_app
    for app in opened:
        app.page.context.close()
    assert [problem for app in opened for problem in app.problems] == []


@pytest.fixture
def app(open_app: Callable[..., App]) -> App:
    """The app as a visitor without a query sees it."""
    return open_app()
