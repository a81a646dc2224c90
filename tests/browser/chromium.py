"""Find Chromium, or bring one where the machine has none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def find() -> str | None:
    """Path of a Chromium: Playwright's own, else the system's; None without one."""
    from playwright.sync_api import sync_playwright

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
