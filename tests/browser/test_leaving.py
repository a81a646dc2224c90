"""A visitor who leaves takes the threads along."""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser

from tests.browser.app import App
from tests.browser.server import served

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
