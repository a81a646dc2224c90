"""Find Chromium, bring one where the machine has none, launch it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# Chromium looks for its maker's servers otherwise; the app must do without any network.
_QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """Path of a Chromium: Playwright's own, else the system's; None without one."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    if own.exists():
        return str(own)
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


def bring() -> None:
    """Install one: Playwright's download, or Debian's package where that cannot be reached."""
    if find():
        return
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find() or not shutil.which("apt-get"):
        return
    rights = [] if os.geteuid() == 0 else ["sudo"]
    for command in (["update"], ["install", "--yes", "chromium"]):
        subprocess.run([*rights, "apt-get", "--quiet", *command], check=False)


@contextmanager
def launcher() -> Iterator[Callable[..., Browser]]:
    """A function that launches Chromium with more options of its command line.

    Raises
    ------
    RuntimeError
        If there is none.
    """
    executable = find()
    if executable is None:
        raise RuntimeError("no Chromium: `python -m tests` installs one")
    with sync_playwright() as playwright:

        def launch(*options: str) -> Browser:
            return playwright.chromium.launch(executable_path=executable, args=[*_QUIET, *options])

        yield launch


@contextmanager
def launched() -> Iterator[Browser]:
    """A running Chromium; a RuntimeError if there is none."""
    with launcher() as launch:
        browser = launch()
        yield browser
        browser.close()
