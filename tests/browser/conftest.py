"""A real server, a real browser, and a page that fails its test on any error it logs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.app import App

ROOT = Path(__file__).parents[2]

# Chromium looks for its maker's servers otherwise; the app must do without any network.
_QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the app, served by the README's own command."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [sys.executable, "-m", "panel", "serve", "explorer", "--port", str(port)]
    with log.open("w") as sink:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT, env=dict(os.environ)
        )
        try:
            _wait_until_open(port, server, log)
            yield f"http://localhost:{port}/explorer"
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert "Error running application" not in log.read_text()


def _wait_until_open(port: int, server: subprocess.Popen, log: Path) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    raise RuntimeError(f"the server ended at once:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: Playwright's own where it is there, else the system's. Without one, tests fail."""
    executable = chromium.find()
    if executable is None:
        pytest.fail("no Chromium: `python -m tests` installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def app(address: str, browser: Browser) -> Iterator[App]:
    """The app in a fresh page; any error that the page logs fails the test."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    opened = App(page, address)
    yield opened
    page.close()
    assert opened.problems == []
