"""Files that the app hands out."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator


def downloaded(pressed: Locator) -> tuple[str, bytes]:
    """Name and content of the file that comes when something is pressed."""
    with pressed.page.expect_download() as waiting:
        pressed.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()
