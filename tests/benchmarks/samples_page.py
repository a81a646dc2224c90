"""How live the page is while networks train: first picture after Run, presses, iterates shown.

    python -m tests.benchmarks.samples_page [--quick]

Server and browser share this machine's cores. A visitor looks at the first picture for a few
seconds before Run is pressed; meanwhile the page imports what a training needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figures
from tests.benchmarks.page import REACTION, WATCH
from tests.browser.app import App
from tests.browser.chromium import launched
from tests.browser.server import serving

PAGES = {"samples": "?p=samples", "twister": "?p=twister"}
STEPS, LOOKED = 30, 6000

# Press a button and return when that was, in the clock of `WATCH`.
_PRESS = "button => { const now = performance.now(); button.click(); return now }"


def trained(app: App) -> tuple[float, float, float]:
    """Milliseconds from Run to the first new picture, pictures a second, reaction to Pause."""
    app.page.wait_for_timeout(LOOKED)
    app.picture.evaluate(WATCH)
    pressed = app.button("Run").evaluate(_PRESS)
    app.wait_for(f"() => window.shown.length && window.shown.at(-1)[0] >= {STEPS}")
    shown = app.page.evaluate("() => window.shown")
    reaction = float(app.button("Pause").evaluate(REACTION))
    (_, first), (_, last) = shown[0], shown[-1]
    return first - pressed, 1000 * (len(shown) - 1) / (last - first), reaction


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: one round, not judged")
    options = parser.parse_args(arguments)
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    with (
        launched() as browser,
        TemporaryDirectory() as folder,
        serving(Path(folder) / "log.txt") as address,
    ):
        for name, query in PAGES.items():
            rounds = []
            for _ in range(1 if options.quick else 5):
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                rounds.append(trained(App(page, address, query)))
                page.close()
            first, rate, reaction = (list(column) for column in zip(*rounds, strict=True))
            print(f"{name}: {median(rate):.3g} pictures a second")
            figures.report(f"{name}_first_picture", median(first), "ms", 1000)
            figures.report(f"{name}_press", median(reaction), "ms", 100)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
