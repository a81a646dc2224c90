"""How fast the barycenter follows an ellipse that is dragged: 3 mixtures of 5 components.

    python -m tests.benchmarks.mixtures_page [--quick]

Server and browser share this machine's cores. The mouse goes round and round, one move a frame; of
what reaches the screen, only barycenters of the moved ellipses count, and none that was carried
along. How long the first one takes after a single move, and how fast the solver alone would be, is
printed as information.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from solvers.gmm import GMMFixedPoint
from solvers.mixture_presets import preset
from tests.benchmarks.figures import Figures
from tests.benchmarks.mixtures import Drag
from tests.benchmarks.timing import median_seconds
from tests.browser.app import App
from tests.browser.chromium import launched
from tests.browser.server import serving
from tests.browser.test_mixture_board import board, component, middle

NAMES = ("row", "ring of five", "cross")
QUERY = "?p=mixtures&m=row.ring-of-five.cross"
BAR = 10  # barycenters a second

# Hold the ellipse at x, y and move it to `places`, in pixels from there, one a frame: the time of
# each move, and time and iterate of each picture until `rest` milliseconds after the last move. The
# events are made in the page, so that there is exactly one move a frame.
_DRAG = """([canvas, sheet, x, y, places, rest]) => new Promise(resolve => {
  const moves = [], shown = []
  const observer = new MutationObserver(() => {
    const iterate = Number(canvas.dataset.iteration)
    requestAnimationFrame(() => shown.push([performance.now(), iterate]))
  })
  observer.observe(canvas, {attributes: true})
  const fire = (type, right, down) => sheet.dispatchEvent(new PointerEvent(type,
    {clientX: x + right, clientY: y + down, pointerId: 1, isPrimary: true, button: 0}))
  sheet.setPointerCapture = () => {}
  fire("pointerdown", 0, 0)
  function move() {
    if (!places.length) {
      fire("lostpointercapture", 0, 0)
      setTimeout(() => { observer.disconnect(); resolve({moves, shown}) }, rest)
      return
    }
    moves.push(performance.now())
    fire("pointermove", ...places.shift())
    requestAnimationFrame(move)
  }
  requestAnimationFrame(move)
})"""


def updates_alone(rounds: int) -> float:
    """Updates a second, of two iterates each, without a page."""
    drag = Drag(GMMFixedPoint(), [preset(name) for name in NAMES])
    drag()  # imports
    return 1 / median_seconds(drag, rounds)


def dragged(app: App, places: list[list[float]], rest: int) -> dict[str, Any]:
    """What comes of moves of the first ellipse; resting, the solver settles."""
    x, y = middle(component(app, 1, 1))
    handles = [app.picture.element_handle(), board(app).element_handle()]
    told: dict[str, Any] = app.page.evaluate(_DRAG, [*handles, x, y, places, rest])
    return told


def barycenters_a_second(app: App, moves: int) -> float:
    """Of a drag of so many moves."""
    turns = np.arange(moves) * np.pi / 60  # once round in two seconds of 60 frames each
    circle = 60 * np.column_stack([np.sin(turns), 1 - np.cos(turns)])
    told = dragged(app, circle.tolist(), rest=0)
    shown = [time for time, iterate in told["shown"] if iterate > 0]
    return 1000 * len(shown) / (told["moves"][-1] - told["moves"][0])


def reaction(app: App, right: float) -> float:
    """Milliseconds from a single move to the first new barycenter."""
    told = dragged(app, [[right, 0]], rest=600)
    (moved,) = told["moves"]
    return float(next(time for time, iterate in told["shown"] if iterate > 0) - moved)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: one round, not judged")
    options = parser.parse_args(arguments)
    rounds, moves, singles = (1, 60, 2) if options.quick else (3, 300, 12)
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    alone = updates_alone(5 if options.quick else 100)
    print(f"reference: the solver alone does {alone:.3g} updates/s")
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder) / "log.txt") as address,
        launched() as browser,
    ):
        rates, taken = [], []
        for _ in range(rounds):
            app = App(browser.new_page(viewport={"width": 1440, "height": 900}), address, QUERY)
            app.page.wait_for_load_state("networkidle")
            dragged(app, [[5, 0]], rest=1000)  # imports
            rates.append(barycenters_a_second(app, moves))
            app.expect_text("Converged")
            taken += [reaction(app, 20 * (-1) ** i) for i in range(singles)]
            app.page.close()
    print(f"move to first barycenter: median {median(taken):.3g} ms, worst {max(taken):.3g} ms")
    figures.report("barycenters_a_second", median(rates), "1/s", BAR, at_most=False)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
