"""How fast the page is: first paint, iterates shown a second, reaction to Pause.

    python -m tests.benchmarks.page [--quick]

Server and browser share this machine's cores. The reference, of the same run, is the solver alone:
the same problem without page and browser.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from playwright.sync_api import Browser

from solvers import SGA, GridProblem, iterates
from solvers.datasets import silhouette
from tests.benchmarks.figures import Figures
from tests.browser.app import App
from tests.browser.chromium import launched
from tests.browser.server import serving

NAMES = ("duck", "heart", "rabbit", "leaf-maple")  # what the page opens with
STEPS = 40

_FIRST_PAINT = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""

# Note the time of each iterate that reaches the screen.
WATCH = """canvas => {
  window.shown = []
  new MutationObserver(() => {
    const number = Number(canvas.dataset.iteration)
    if (number > 0 && number !== window.shown.at(-1)?.[0])
      window.shown.push([number, performance.now()])
  }).observe(canvas, {attributes: true})
}"""

# Press a button and return the milliseconds until it says something else.
REACTION = """button => new Promise(resolve => {
  const started = performance.now(), label = button.textContent
  new MutationObserver((_, observer) => {
    if (button.textContent === label) return
    observer.disconnect()
    requestAnimationFrame(() => resolve(performance.now() - started))
  }).observe(button, {childList: true, characterData: true, subtree: true})
  button.click()
})"""


def solver_alone() -> float:
    """Iterations a second without a page."""
    problem = GridProblem([silhouette(name, 256) for name in NAMES])
    for _ in iterates(SGA(), problem, max_iterations=2):  # load the compiled kernels
        pass
    *_, last = iterates(SGA(), problem, max_iterations=STEPS)
    return last.number / last.seconds


def first_paint(browser: Browser) -> float:
    """Seconds from a fresh server's first answer to the first paint in a fresh browser page."""
    with TemporaryDirectory() as folder, serving(Path(folder) / "log.txt") as address:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        started = perf_counter()
        page.goto(address, wait_until="commit")
        waited = perf_counter() - started
        page.get_by_role("button", name="Run", exact=True).wait_for()
        paint = page.evaluate(_FIRST_PAINT) / 1000
        print(f"first byte after {waited:.2f} s, controls after {perf_counter() - started:.2f} s")
        page.close()
    return float(paint)


def iterates_shown(app: App) -> float:
    """Iterates a second on the screen at full speed."""
    app.picture.evaluate(WATCH)
    app.button("Run").click()
    app.wait_for(f"() => window.shown.length && window.shown.at(-1)[0] >= {STEPS}")
    shown = app.page.evaluate("() => window.shown")
    (_, start), (_, end) = shown[0], shown[-1]
    return float(1000 * (len(shown) - 1) / (end - start))


def pause_reaction(app: App) -> float:
    """Milliseconds from the press of Pause to the page showing it, at full speed."""
    app.button("Reset").click()
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 5)
    return float(app.button("Pause").evaluate(REACTION))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: one round, not judged")
    options = parser.parse_args(arguments)
    rounds = 1 if options.quick else 5
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    print(f"reference: the solver alone does {solver_alone():.3g} iterations/s")
    with launched() as browser:
        paints = [first_paint(browser) for _ in range(rounds)]
        figures.report("first_paint", median(paints), "s", 3)
        with TemporaryDirectory() as folder, serving(Path(folder) / "log.txt") as address:
            rates, reactions = [], []
            for _ in range(rounds):
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                app = App(page, address)
                rates.append(iterates_shown(app))
                reactions.append(pause_reaction(app))
                page.close()
        figures.report("iterates_shown", median(rates), "1/s", 12, at_most=False)
        figures.report("pause_reaction", max(reactions), "ms", 300)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
