"""A visitor who leaves takes threads and memory along."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from weakref import ref

import panel as pn
import pytest
from playwright.sync_api import Browser

from explorer.app import session
from explorer.subjects import SUBJECTS
from tests.browser.app import App
from tests.browser.server import free_port, is_open, served

# Milliseconds: sessions without a page are looked for, and ended, soon.
SOON = ("--check-unused-sessions", "300", "--unused-session-lifetime", "300")
WAIT = 60


def threads(process: int) -> int:
    """How many threads a process has now."""
    return len(list(Path(f"/proc/{process}/task").iterdir()))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_closing_the_tab_ends_the_threads(browser: Browser, tmp_path: Path) -> None:
    """In the middle of a run of four solvers, a film, and mass being traced."""
    with served(tmp_path / "log.txt", *SOON) as (address, process):
        size = {"width": 1440, "height": 900}
        visitor = App(
            browser.new_page(viewport=size), address
        )  # pools of threads are there to stay
        visitor.button("Run").click()
        visitor.wait_for_iteration(lambda number: number >= 3)
        visitor.button("Pause").click()
        calm = threads(process)

        leaving = App(browser.new_page(viewport=size), address, "?s=sga.wdha.cwb.dsb")
        leaving.button("Where mass comes from").click()
        leaving.button("Run").click()
        leaving.wait_for_iteration(lambda number: number >= 3)
        leaving.button("Export").click()
        leaving.page.get_by_role("menuitem", name="Film of the animation (GIF)").click()
        assert threads(process) >= calm + 4
        leaving.page.close()
        deadline = monotonic() + WAIT
        while threads(process) > calm:
            assert monotonic() < deadline, f"{threads(process)} threads instead of {calm}"
            visitor.page.evaluate("() => new Promise(requestAnimationFrame)")


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Without records, for pytest keeps them, and in them the events of sessions."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("unlogged")
def test_closing_the_tab_frees_the_memory(browser: Browser) -> None:
    """Of every page, in the middle of a run: nothing in the server holds on to it."""
    documents: list[ref[Any]] = []

    def page() -> Any:
        documents.append(ref(pn.state.curdoc))
        return session()

    port = free_port()
    server = pn.serve(
        {"explorer": page},
        port=port,
        address="localhost",
        websocket_origin=f"localhost:{port}",
        threaded=True,
        show=False,
        check_unused_sessions_milliseconds=300,
        unused_session_lifetime_milliseconds=2000,
    )
    try:
        deadline = monotonic() + WAIT
        while not is_open(port):
            assert monotonic() < deadline, "the server does not answer"
        address = f"http://localhost:{port}/explorer"
        first = App(browser.new_page(), address)  # a timer of Panel's begins with it, and keeps it
        first.page.close()
        documents.clear()
        for name in SUBJECTS:
            app = App(browser.new_page(), address, f"?p={name}")
            app.button("Run").click()
            app.wait_for_iteration(lambda number: number >= 1)
            app.page.close()
        assert len(documents) >= len(SUBJECTS)  # more if a browser was slow to come back
        for thread in threading.enumerate():
            if thread.name in ("run", "background"):
                thread.join(WAIT)
        deadline = monotonic() + WAIT
        while held := sum(at() is not None for at in documents):
            assert monotonic() < deadline, f"{held} of {len(documents)} sessions are still there"
            gc.collect()
    finally:
        server.stop()
