"""How fast the volumes page is at 64³: surfaces shown a second, reaction to other weights.

    python -m tests.benchmarks.volumes_page [--quick]

Server and browser share this machine's cores; without a graphics card, the browser draws on them
too. The reference, of the same run, is the solver alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from solvers import SGA, GridProblem, iterates
from solvers.solids import solid
from tests.benchmarks.figures import Figures
from tests.benchmarks.page import STEPS, iterates_shown
from tests.browser.app import App
from tests.browser.chromium import launched
from tests.browser.server import serving

QUERY = "?p=volumes&s=sga"

# Give the first marginal another weight; the milliseconds until its surface is on the screen.
_REACTION = """(canvas, [slider, weight]) => new Promise(resolve => {
  const started = performance.now()
  new MutationObserver((_, observer) => {
    if (!canvas.getAttribute("aria-label").includes(`${weight} % ball`)) return
    observer.disconnect()
    requestAnimationFrame(() => resolve(performance.now() - started))
  }).observe(canvas, {attributes: true})
  slider.value = weight
  slider.dispatchEvent(new Event("input", {bubbles: true}))
})"""


def solver_alone() -> float:
    """Iterations a second without a page."""
    problem = GridProblem([solid("ball", 64), solid("cube", 64)])
    for _ in iterates(SGA(), problem, max_iterations=2):  # load the compiled kernels
        pass
    *_, last = iterates(SGA(), problem, max_iterations=STEPS, tolerance=0)
    return last.number / last.seconds


def weight_reactions(app: App, rounds: int) -> list[float]:
    """Milliseconds from a change of the weights to the first surface of the new ones."""
    slider = app.weight("ball").element_handle()
    taken = []
    for weight in [30, 60, 40, 70, 35, 65, 45, 55][:rounds]:
        taken.append(float(app.picture.evaluate(_REACTION, [slider, weight])))
        app.wait_for_iteration(lambda number: number >= 3)
    return taken


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: one round, not judged")
    options = parser.parse_args(arguments)
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    print(f"reference: the solver alone does {solver_alone():.3g} iterations/s")
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder) / "log.txt") as address,
        launched() as browser,
    ):
        rates, taken = [], []
        for _ in range(1 if options.quick else 5):
            app = App(browser.new_page(viewport={"width": 1440, "height": 900}), address, QUERY)
            rates.append(iterates_shown(app))
            taken += weight_reactions(app, 1 if options.quick else 8)
            app.page.close()
    figures.report("volume_iterates_shown", median(rates), "1/s", 8, at_most=False)
    figures.report("weight_change_median", median(taken), "ms", 250)
    figures.report("weight_change_worst", max(taken), "ms", 250)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
