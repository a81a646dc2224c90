"""How fast the densities studio is under the hand: drag, presses, replay, recording.

    python -m tests.benchmarks.studio [--quick]

Server and browser share this machine's cores.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from explorer.levels import CommonScale, to_levels
from explorer.recording import Recording
from explorer.tile import BUDGET
from solvers import SGA, GridProblem, iterates
from solvers.datasets import silhouette
from tests.benchmarks.figures import Figures
from tests.benchmarks.page import NAMES, REACTION
from tests.browser.app import App
from tests.browser.chromium import launched
from tests.browser.server import serving

LONG_AFTER = 60  # iterations after the last change of weights, D is as good as final
FOUR = "?s=sga.wdha.cwb.dsb"

# Note every picture that differs from the one before, and every value of D that is read.
_WATCH = """canvas => {
  window.pictures = []
  window.bounds = []
  let last = null
  const tile = canvas.closest("section")
  new MutationObserver(() => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
    let sum = 0
    for (let i = 0; i < data.length; i += 61) sum = (31 * sum + data[i]) | 0
    if (sum !== last) window.pictures.push(performance.now())
    last = sum
  }).observe(canvas, {attributes: true, attributeFilter: ["data-iteration", "aria-label"]})
  new MutationObserver(() => {
    const found = tile.querySelector(".figures").textContent.match(/D([0-9.e+-]+)/)
    if (found) window.bounds.push([performance.now(), Number(found[1])])
  }).observe(tile.querySelector(".figures"), {childList: true})
}"""

# Drag the point on a circle for some seconds, with pointer events at the screen's rate.
_DRAG = """(pad, seconds) => new Promise(resolve => {
  const box = pad.getBoundingClientRect(), id = 7
  pad.setPointerCapture = () => {}
  pad.hasPointerCapture = () => true
  const fire = (type, x, y) => pad.dispatchEvent(new PointerEvent(type,
    {pointerId: id, clientX: x, clientY: y, bubbles: true, cancelable: true}))
  const started = performance.now()
  const place = () => {
    const angle = (performance.now() - started) / 600
    return [box.x + box.width * (0.5 + 0.2 * Math.cos(angle)),
      box.y + box.height * (0.5 + 0.2 * Math.sin(angle))]
  }
  fire("pointerdown", ...place())
  function move() {
    fire("pointermove", ...place())
    if (performance.now() - started < 1000 * seconds) return requestAnimationFrame(move)
    pad.hasPointerCapture = () => false
    resolve([started, performance.now()])
  }
  move()
})"""

# Ask the timeline for an iterate; the milliseconds until the picture is that iterate's.
_SCRUB = """(canvas, [slider, number]) => new Promise(resolve => {
  const started = performance.now()
  if (Number(canvas.dataset.iteration) === number) return resolve(0)
  new MutationObserver((_, observer) => {
    if (Number(canvas.dataset.iteration) !== number) return
    observer.disconnect()
    requestAnimationFrame(() => resolve(performance.now() - started))
  }).observe(canvas, {attributes: true})
  slider.value = number
  slider.dispatchEvent(new Event("input", {bubbles: true}))
})"""


def dragging(app: App, seconds: float) -> tuple[float, float]:
    """Different pictures a second under the hand; seconds from release to D within 0.1 %."""
    app.picture.evaluate(_WATCH)
    started, released = app.pad.evaluate(_DRAG, seconds)
    app.wait_until(lambda: app.iteration() >= LONG_AFTER or app.button("Run").is_visible())
    pictures = np.array(app.page.evaluate("() => window.pictures"))
    under_way = (pictures >= started + 500) & (pictures <= released)
    rate = under_way.sum() / ((released - started) / 1000 - 0.5)
    times, bounds = np.array(app.page.evaluate("() => window.bounds")).T
    close = bounds >= 0.999 * bounds[-1]
    late = times[np.flatnonzero(~close & (times > released))]  # the last that was not yet close
    settled = times[np.searchsorted(times, late[-1], side="right")] if len(late) else released
    return float(rate), float(max(settled - released, 0) / 1000)


def presses(app: App, rounds: int) -> list[float]:
    """Milliseconds of presses while four solvers are at work."""
    app.button("Run").click()
    app.wait_for_iteration(lambda number: number >= 3)
    taken = []
    for _ in range(rounds):
        for name in ("Pause SGA", "Run SGA", "Pause CWB", "Run CWB", "Pause", "Run"):
            taken.append(float(app.button(name).evaluate(REACTION)))
    return taken


def scrubbing(app: App, count: int) -> list[float]:
    """Milliseconds from asking for past iterates to seeing them, nobody computing."""
    app.button("Pause").click()
    slider = app.page.get_by_role("slider", name="iterate", exact=True)
    last = app.iteration()  # of the first solver; others may be further
    handle = slider.element_handle()
    numbers = np.random.default_rng(0).integers(0, last, count).tolist()
    return [float(app.picture.evaluate(_SCRUB, [handle, number])) for number in numbers]


def recording_mebibytes(count: int) -> float:
    """Memory of a recording of so many iterates at 256², as its own account says."""
    problem = GridProblem([silhouette(name, 256) for name in NAMES])
    full = CommonScale(problem.marginals).at(problem.weights)
    recording, largest = Recording(BUDGET), 0
    for it in iterates(SGA(), problem, max_iterations=count, tolerance=0):
        levels = to_levels(it.barycenter, full)
        recording.add(it.number, it.seconds, levels, it.objectives)
        largest = max(largest, recording.nbytes)
    return largest / 2**20


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smoke run: one round, not judged")
    options = parser.parse_args(arguments)
    figures = Figures(unjudged="in a quick run" if options.quick else None)
    rounds, seconds = (1, 1.5) if options.quick else (10, 6.0)
    memory = recording_mebibytes(20 if options.quick else 1000)
    figures.report("recording_of_1000", memory, "MiB", 100)
    with (
        TemporaryDirectory() as folder,
        serving(Path(folder) / "log.txt") as address,
        launched() as browser,
    ):
        size = {"width": 1440, "height": 900}
        app = App(browser.new_page(viewport=size), address)
        app.button("Run").click()
        app.wait_for_iteration(lambda number: number >= 30)
        rate, settled = dragging(app, seconds)
        figures.report("different_pictures_while_dragging", rate, "1/s", 8, at_most=False)
        figures.report("settled_after_release", settled, "s", 0.5)
        app.page.close()
        app = App(browser.new_page(viewport=size), address, FOUR)
        taken = presses(app, rounds)
        figures.report("press_with_four_solvers_p95", float(np.quantile(taken, 0.95)), "ms", 100)
        scrubs = scrubbing(app, 5 if options.quick else 40)
        figures.report("scrub_p95", float(np.quantile(scrubs, 0.95)), "ms", 100)
        app.page.close()
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
