"""All checks, as the README's test command runs them: ``python -m tests``."""

from __future__ import annotations

import subprocess
import sys

from tests.browser.chromium import bring

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    # On all cores, but pages in a browser one after the other: what they wait for takes its time.
    ("pytest", "-n", "auto", "--dist", "loadfile", "--ignore", "tests/browser"),
    ("pytest", "tests/browser"),
)


def main() -> int:
    """Run every check, also after one has failed; 1 if any has."""
    bring()
    failed = [
        " ".join(check)
        for check in CHECKS
        if subprocess.run([sys.executable, "-m", *check], check=False).returncode != 0
    ]
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
